"""Front ends side by side."""

import pytest

from lowsr_tradeoff.corpora.speech import speech_of
from lowsr_tradeoff.decision.front_ends import compare
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.privacy import stage
from lowsr_tradeoff.privacy.attackers.vocabulary import learning_curve
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.settings.front_end import named_front_end
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.study.plan import Study, through_microphones


def share(value):
    return Measurement(value=value, low=value, high=value, n=100, n_of="words")


def attack(front_end, value, rate_hz=500):
    return AttackResult(
        rate_hz=rate_hz,
        front_end=front_end,
        attacker="digits",
        recovers="words",
        measure="word recovery",
        value=share(value),
        chance=None,
        is_leak=True,
        competes=True,
        setup="made up",
    )


def test_every_front_end_is_compared_with_one_network(small_run):
    results = small_run[1].tradeoff.recognition.results
    worse = tuple(r.model_copy(update={"accuracy": share((r.accuracy.value or 0) / 2)}) for r in results)
    attacks = {
        name: (attack(name, share), attack(name, 0.9, 16000)) for name, share in (("ideal", 0.2), ("none", 0.6))
    }
    powers, device = small_run[1].tradeoff.power.results, small_run[1].tradeoff.decision.device
    found = {"ideal": (results, attacks["ideal"], powers), "none": (worse, attacks["none"], ())}
    ideal, aliased = compare(found, [500], 16000, device)
    assert (ideal.front_end, aliased.front_end) == ("ideal", "none")
    assert (ideal.grid, ideal.arm) == (aliased.grid, aliased.arm)
    assert ideal.accuracy.value == max(r.accuracy.value for r in results if r.rate_hz == 500 and r.cost)
    assert aliased.accuracy.value == pytest.approx(ideal.accuracy.value / 2)
    assert (ideal.word_recovery.value, aliased.word_recovery.value) == (0.2, 0.6)
    (own,) = (p.power_mw for p in powers if (p.device, p.rate_hz, p.grid) == (device, 500, ideal.grid))
    assert ideal.power_mw == own
    assert aliased.power_mw.reason == "no power was modelled"


def test_without_an_attacker_on_words_the_reason_is_told(small_run):
    found = {
        "ideal": (small_run[1].tradeoff.recognition.results, (), ()),
        "none": (small_run[1].tradeoff.recognition.results, (), ()),
    }
    assert "no attacker on words was tested" in compare(found, [500], 16000, "u575")[0].word_recovery.reason


def test_one_front_end_is_no_comparison(small_run):
    found = {"ideal": (small_run[1].tradeoff.recognition.results, (), ())}
    assert compare(found, [500], 16000, "stm32u575") == ()


def test_other_bits_are_compared_like_other_front_ends():
    own = named_front_end("butterworth4").model_copy(update={"cutoff": 0.7, "bits": 8})
    study = Study(StudyConfig(front_end=own, compared_bits=(12, 8, 16)), None, None)
    first, *others = through_microphones(study)
    assert first is study
    expected = [own.model_copy(update={"bits": bits}) for bits in (12, 16)]
    assert [other.config.front_end for other in others] == expected
    assert all(other.config.compared_bits == () for other in others)


def test_other_front_ends_keep_noise_and_bits_and_the_own_one_is_not_repeated():
    own = named_front_end("ideal").model_copy(update={"bits": 12})
    study = Study(StudyConfig(front_end=own, front_ends=("none", "ideal", "none")), None, None)
    first, other = through_microphones(study)
    assert first is study
    assert (other.config.front_end.filter, other.config.front_end.bits) == ("none", 12)
    assert other.config.front_ends == ()


def test_no_learning_curve_is_trained_behind_a_front_end_that_is_compared_alone():
    asked = StudyConfig(rates_hz=(500,), front_ends=("none",), privacy={"attackers": "all"})
    first, other = through_microphones(Study(asked, None, None))
    assert first.config.privacy.learning_curves == "vocabulary"
    assert (other.config.privacy.attackers, other.config.privacy.learning_curves) == ("all", "none")
    corpus = speech_of(asked, None)
    stages = [{step.stage for step in stage.plan(each.config, corpus).steps} for each in (first, other)]
    assert stages[0] - stages[1] == {learning_curve.STAGE}


def test_a_front_end_that_does_not_exist_is_named():
    with pytest.raises(ConfigError, match="front end nope"):
        through_microphones(Study(StudyConfig(front_ends=("nope",)), None, None))
