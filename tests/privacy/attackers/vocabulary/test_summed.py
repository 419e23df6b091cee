from dataclasses import replace

import numpy as np
import pytest
from tests.conftest import write_tones
from tests.privacy.digits import SPEECH, TRUTH

from lowsr_tradeoff.corpora.words import words_of
from lowsr_tradeoff.privacy.attackers.attacker import NOT_ASKED
from lowsr_tradeoff.privacy.attackers.vocabulary import attack, summed, support_vectors
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.toml import load_config


def config_of(**privacy):
    study = {"rates_hz": (500,), "reference_rate_hz": 2000, "n_resamples": 200, "front_end": {"filter": "ideal"}}
    return load_config(None, {**study, "privacy": {"attackers": "all", **privacy}})


CONFIG = config_of()


def test_it_adds_a_machine_to_every_network_of_the_attacker():
    plan = summed.plan(CONFIG, SPEECH)
    assert [network for network, _ in plan.pairs] == list(attack.plan(CONFIG, SPEECH).steps)
    assert {step.stage for step in plan.steps} == {"attack-digits", "attack-digits-machine"}


def test_two_that_err_apart_are_right_together_whatever_their_scale(tmp_path):
    store, plan = Store(tmp_path), summed.plan(CONFIG, SPEECH)
    right, wrong = np.eye(10)[TRUTH], np.eye(10)[(TRUTH + 1) % 10]
    is_first = np.arange(len(TRUTH))[:, None] % 2 == 0
    for network, machine in plan.pairs:
        # Each is sure where it is right, and torn where it is wrong.
        torn = 0.6 * wrong + 0.5 * right
        store.write(network, {}, {"scores": np.where(is_first, right, torn).astype(np.float32)})
        store.write(machine, {}, {"scores": (1e3 * np.where(is_first, torn, right) - 7).astype(np.float32)})
    words, pin, *_ = summed.results(plan, store)
    assert words.value.value == pin.value.value == 1
    assert (words.attacker, words.measure, words.competes) == (summed.BOTH.name, "known-word recovery", True)
    assert "support vector machine" in words.setup
    (first, *_), whole = attack.results(attack.plan(CONFIG, SPEECH), store), len(TRUTH)
    assert first.value.value == pytest.approx(is_first.sum() / whole)


def test_a_machine_that_failed_leaves_the_attack_unknown(tmp_path):
    plan = summed.plan(CONFIG, SPEECH)
    store = Store(tmp_path, failed={machine: "no memory" for _, machine in plan.pairs})
    for network, _ in plan.pairs:
        store.write(network, {}, {"scores": np.eye(10, dtype=np.float32)[TRUTH]})
    assert all(row.is_lost and "no memory" in row.value.reason for row in summed.results(plan, store))


def test_it_is_tried_when_all_attackers_are():
    few = summed.plan(load_config(None, {}), SPEECH)
    own = summed.plan(load_config(None, {"speech": {"source": "my-speech"}}), replace(SPEECH, words=None))
    assert few.results[0].value.reason == NOT_ASKED
    assert own.results[0].value.reason == attack.NO_WORDS


@pytest.mark.parametrize("tones", [{"a": 150, "b": 210}, {"a": 120, "b": 170, "c": 220}])
def test_the_machine_tells_tones_of_held_out_folds_apart(tmp_path, tones):
    write_tones(tmp_path / "words", tones, n_clips=5)
    config = config_of(words_source=str(tmp_path / "words"))
    corpus = words_of(config, None)
    speech, store = replace(SPEECH, words=corpus), Store(tmp_path)
    (_, machine), *_ = summed.plan(config, speech).pairs
    support_vectors.run([machine], speech, store)
    truth = [corpus.summary.classes.index(clip.label) for clip in corpus.clips]
    assert np.mean(store.arrays(machine)["scores"].argmax(axis=1) == truth) > 0.9
