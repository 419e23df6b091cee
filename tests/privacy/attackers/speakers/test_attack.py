from dataclasses import replace

import numpy as np
import pytest
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.privacy.attackers.speakers import attack, voiceprint
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(front_end=FrontEnd(), rates_hz=(500,), n_resamples=100)
EER, ACCEPTED, FOUND = "equal error rate", "true positives at 1 % false positives", "identification"


@pytest.fixture(scope="module")
def speech():
    return SPEECH


def only(speech, keep):
    return replace(speech, utterances=tuple(u for u in speech.utterances if keep(u)))


def figures(results):
    return {(result.rate_hz, result.attacker, result.measure): result for result in results}


@pytest.fixture(scope="module")
def heard(speech, tmp_path_factory):
    """What the attackers make of four voices with four sentences each, at 500 Hz and at full rate."""
    four = only(speech, lambda u: u.speaker in {"af_heart", "bf_emma", "am_adam", "bm_george"})
    store, plan = Store(tmp_path_factory.mktemp("store")), attack.plan(CONFIG, four)
    voiceprint.run(plan.steps, four, store)
    return figures(attack.results(plan, store))


def test_voices_on_file_at_the_rate_are_found_again(heard):
    informed, ignorant = (heard[500, name, EER].value.value for name in (attack.INFORMED, attack.IGNORANT))
    assert informed < 0.15 < ignorant
    assert heard[500, attack.INFORMED, FOUND].value.value > heard[500, attack.IGNORANT, FOUND].value.value


def test_at_full_rate_both_attackers_have_the_same_on_file(heard):
    for measure in (EER, FOUND):
        ignorant, informed = (heard[16000, name, measure].value for name in (attack.IGNORANT, attack.INFORMED))
        assert ignorant == informed


def test_every_figure_says_which_way_it_leaks_and_what_guessing_gets(heard):
    assert {result.is_leak for key, result in heard.items() if EER in key} == {False}
    assert {result.is_leak for key, result in heard.items() if FOUND in key} == {True}
    assert heard[500, attack.INFORMED, FOUND].chance.value == 1 / 4
    assert heard[500, attack.INFORMED, EER].chance.value == 0.5
    assert "500 Hz" in heard[500, attack.INFORMED, EER].setup
    assert "16000 Hz" in heard[500, attack.IGNORANT, EER].setup
    assert "room and the microphone" in heard[500, attack.IGNORANT, EER].setup


def test_attackers_are_compared_by_identification_whose_draws_are_of_its_interval(heard):
    assert {result.measure for result in heard.values() if result.competes} == {FOUND}
    result = heard[500, attack.IGNORANT, FOUND]
    ends = np.quantile(result.value_draws, [0.025, 0.975])
    assert ends == pytest.approx([result.value.low, result.value.high], abs=0.02)


def test_linkability_and_singling_out_have_their_own_chance_levels(heard):
    assert heard[500, attack.INFORMED, attack.LINKABILITY].chance.value == 1 / 4
    assert heard[500, attack.INFORMED, attack.SINGLING_OUT].chance.value == pytest.approx(np.exp(-1))
    assert heard[500, attack.INFORMED, attack.LINKABILITY].value.n_of == "speakers"


def test_twelve_strangers_cannot_show_one_per_cent(heard):
    assert "too few to let 1 %" in heard[500, attack.INFORMED, ACCEPTED].value.reason


def test_one_utterance_of_each_speaker_is_too_few(speech):
    alone = attack.plan(CONFIG, only(speech, lambda u: u.clip_id.endswith("_01.flac")))
    assert alone.steps == ()
    results = alone.results
    assert len(results) == 20
    assert {result.value.value for result in results} == {None}
    assert all("two utterances or more" in result.value.reason for result in results)


def test_who_says_nothing_else_is_on_file_but_not_heard(speech, tmp_path):
    def keep(utterance):
        return utterance.speaker in {"af_heart", "bf_emma"} or utterance.clip_id == "am_adam_01.flac"

    three = only(speech, keep)
    store, rng, plan = Store(tmp_path), np.random.default_rng(0), attack.plan(CONFIG, three)
    for step in plan.steps:
        store.write(step, {}, {"embeddings": rng.random((len(three.utterances), 256), np.float32)})
    result = figures(attack.results(plan, store))[500, attack.INFORMED, FOUND]
    assert result.value.n == 8
    assert result.chance.value == 1 / 3
    assert "2 speakers are heard, on file" in result.setup
    assert "1 of 9 utterances are their speaker's only one" in result.setup


def test_an_edit_elsewhere_does_not_embed_anew_but_another_microphone_does(speech):
    (low, _), (again, _) = (attack.plan(config, speech).steps for config in (CONFIG, CONFIG))
    deaf = CONFIG.model_copy(update={"front_end": CONFIG.front_end.model_copy(update={"bits": 8})})
    assert low == again != attack.plan(deaf, speech).steps[0]
    assert low == attack.plan(CONFIG.model_copy(update={"n_resamples": 300}), speech).steps[0]


def test_an_attacker_whose_step_failed_might_have_been_the_strongest(speech, tmp_path):
    plan = attack.plan(CONFIG, speech)
    lost = Store(tmp_path, failed=dict.fromkeys(plan.steps, "killed"))
    assert all(result.is_lost and "killed" in result.value.reason for result in attack.results(plan, lost))
