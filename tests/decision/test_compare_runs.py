"""Differences of runs: paired where they were drawn together, refused where they say nothing."""

import numpy as np
import pytest
from tests.replaced import replaced
from tests.reports.conftest import PLAIN, build_tradeoff

from lowsr_tradeoff.decision.compare_runs import compare, flattened
from lowsr_tradeoff.decision.run_figures import luck_sds
from lowsr_tradeoff.errors import NotComparableError
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.run import Failure
from lowsr_tradeoff.statistics.intervals import independent_difference, percentile_interval


def with_spread(tradeoff, fold_sd):
    classify = tuple(found.model_copy(update={"fold_sd": fold_sd}) for found in tradeoff.recognition.results)
    return replaced(tradeoff, {"recognition.results": classify})


# Nothing tells the luck of training, so that differences are of clips alone.
FIRST = with_spread(PLAIN, missing("one fold", "folds"))


def with_corpus(kind, **changes):
    corpora = tuple(corpus.model_copy(update=changes if corpus.kind == kind else {}) for corpus in FIRST.corpora)
    return FIRST.model_copy(update={"corpora": corpora})


def with_setting(tradeoff, name, value):
    return tradeoff.model_copy(update={"settings": {**tradeoff.settings, name: value}})


def only(comparison, measure):
    return [found for found in comparison.differences if found.measure == measure]


@pytest.fixture(scope="module")
def noisier():
    """A run on the same clips whose accuracies are a little lower, and differ by resample."""
    rng = np.random.default_rng(3)

    def lowered(found):
        drawn = np.array(found.accuracy_draws) - 0.05 + 0.002 * rng.standard_normal(len(found.accuracy_draws))
        value = found.accuracy.model_copy(
            update={"value": found.accuracy.value - 0.05, "low": found.accuracy.low - 0.05}
        )
        return found.model_copy(update={"accuracy": value, "accuracy_draws": tuple(drawn.tolist())})

    return replaced(FIRST, {"recognition.results": tuple(map(lowered, FIRST.recognition.results))})


def test_a_run_does_not_differ_from_itself():
    found = compare([("a", FIRST), ("b", FIRST)])
    assert not any((found.settings, found.corpora, found.weights, found.versions, found.decisions, found.unmatched))
    for each in found.differences:
        assert each.difference.value in {0.0, None}
        assert not each.is_supported
    assert {each.pairing for each in found.differences if each.measure == "accuracy"} == {"paired"}
    n_attacks = sum(attack.front_end == "ideal" for attack in FIRST.privacy.attacks)
    assert len(found.differences) == len(FIRST.recognition.results) + n_attacks + 2 * len(FIRST.power.results)


def test_the_same_clips_and_seed_are_compared_resample_by_resample(noisier):
    found = only(compare([("a", FIRST), ("b", noisier)]), "accuracy")
    for each, one, other in zip(found, FIRST.recognition.results, noisier.recognition.results, strict=True):
        low, high = percentile_interval(np.array(other.accuracy_draws) - np.array(one.accuracy_draws))
        assert each.pairing == "paired"
        assert each.is_supported
        assert (each.difference.low, each.difference.high) == pytest.approx((low, high))
        assert each.difference.high - each.difference.low < 0.2 * (one.accuracy.high - one.accuracy.low)


def test_luck_of_training_widens_differences_of_other_trainings_alone(noisier):
    # 0.2 between 5 folds, of which intervals of ±0.04 explain a part.
    spread = Measurement(value=0.2, n=5, n_of="folds")
    lucky = with_spread(FIRST, spread)
    assert not any(each.difference.high for each in only(compare([("a", lucky), ("b", lucky)]), "accuracy"))
    pairs = zip(
        only(compare([("a", FIRST), ("b", noisier)]), "accuracy"),
        only(compare([("a", lucky), ("b", with_spread(noisier, spread))]), "accuracy"),
        luck_sds(lucky.recognition.results),
        luck_sds(with_spread(noisier, spread).recognition.results),
        strict=True,
    )
    for bare, wide, luck, other_luck in pairs:
        added = 1.96**2 * (luck**2 + other_luck**2)
        reach = bare.difference.high - bare.difference.value
        assert wide.difference.high - wide.difference.value == pytest.approx((reach**2 + added) ** 0.5, rel=1e-3)
        assert not wide.is_supported


@pytest.mark.parametrize("name", ["seed", "n_resamples"])
def test_other_draws_are_independent(noisier, name):
    found = only(compare([("a", FIRST), ("b", with_setting(noisier, name, 4321))]), "accuracy")
    for each, one, other in zip(found, FIRST.recognition.results, noisier.recognition.results, strict=True):
        assert each.pairing == "independent"
        assert each.difference == independent_difference(other.accuracy, one.accuracy)


def test_what_was_changed_is_named_with_its_values():
    other = with_setting(with_corpus("events", n_skipped=7), "seed", 5)
    made = FIRST.provenance.model_copy(update={"libraries": {"numpy": "9"}, "weights": {"whisper tiny.en": "ff"}})
    found = compare([("a", FIRST), ("b", other.model_copy(update={"provenance": made}))])
    assert [(change.what, change.values) for change in found.settings] == [("seed", ("0", "5"))]
    assert [(change.what, change.values) for change in found.corpora] == [("events.n_skipped", ("2", "7"))]
    assert [(change.what, change.values) for change in found.weights] == [("whisper tiny.en", ("1a5a" * 16, "ff"))]
    assert {change.what: change.values for change in found.versions} == {
        "numpy": ("2.2.0", "9"),
        "torch": ("2.11.0", None),
    }


def test_a_changed_answer_is_named():
    asked = build_tradeoff(constraints={"min_accuracy": 0.7})
    (change,) = compare([("a", FIRST), ("b", asked)]).decisions
    assert (change.what, change.values) == ("recommended", ("none", asked.decision.recommended))


def test_each_run_is_compared_with_the_first(noisier):
    found = compare([("a", FIRST), ("b", FIRST), ("c", noisier)])
    assert {each.run for each in found.differences} == {1, 2}
    assert not any(each.is_supported for each in found.differences if each.run == 1)
    assert all(each.is_supported for each in only(found, "accuracy") if each.run == 2)


def test_figures_of_one_run_alone_are_listed_and_not_compared():
    fewer = replaced(
        FIRST,
        {
            "recognition.results": tuple(found for found in FIRST.recognition.results if found.rate_hz != 500),
            "rates_hz": (1000,),
        },
    )
    found = compare([("a", FIRST), ("b", fewer)])
    assert {change.what for change in found.unmatched} == {
        f"accuracy at 500 Hz ({each.arm}, {each.grid} features)"
        for each in FIRST.recognition.results
        if each.rate_hz == 500
    }
    assert 500 not in {each.rate_hz for each in only(found, "accuracy")}


def test_a_figure_that_is_missing_in_one_run_has_no_difference():
    gone = FIRST.recognition.results[0].model_copy(update={"accuracy": missing("the step failed", "clips")})
    other = replaced(FIRST, {"recognition.results": (gone, *FIRST.recognition.results[1:])})
    first = only(compare([("a", FIRST), ("b", other)]), "accuracy")[0]
    assert first.difference.reason == "the step failed"
    assert not first.is_supported


def test_attackers_on_other_speech_are_not_compared():
    found = compare([("a", FIRST), ("b", with_corpus("speech", digest="d2" * 16))])
    assert not any(each.attacker for each in found.differences)
    assert any("the speech they were set upon differs" in remark for remark in found.remarks)


def test_attackers_that_learnt_other_words_are_not_compared():
    privacy = {**FIRST.settings["privacy"], "words_source": "my-words"}
    other = with_setting(FIRST, "privacy", privacy)
    relearnt = other.privacy.attacks[0].model_copy(update={"setup": "other words"})
    found = compare(
        [("a", FIRST), ("b", replaced(other, {"privacy.attacks": (relearnt, *other.privacy.attacks[1:])}))]
    )
    assert sum(each.attacker is not None for each in found.differences) == len(FIRST.privacy.attacks) - 1
    assert any("learnt other words" in remark for remark in found.remarks)


def test_a_run_with_steps_that_failed_is_told():
    lost = Failure(step="train", stage="train", rate_hz=500, reason="killed", is_cause=True)
    found = compare([("a", FIRST), ("b", FIRST.model_copy(update={"failures": (lost,)}))])
    assert found.remarks == ("b lacks figures: 1 of its steps failed.",)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (with_corpus("events", digest="d2" * 16), "their events differ"),
        (with_corpus("events", classes=("dog", "cat")), r"their classes differ \(10 and 2; not in both: \['birds'"),
        (FIRST.model_copy(update={"rates_hz": (3000,)}), "no rate in common"),
        (FIRST.model_copy(update={"corpora": ()}), "on which events it was measured"),
    ],
)
def test_what_is_not_comparable_is_refused_with_the_reason(other, told):
    with pytest.raises(NotComparableError, match=told):
        compare([("a", FIRST), ("b", other)])


def test_one_run_alone_is_refused():
    with pytest.raises(NotComparableError, match="give two or more"):
        compare([("a", FIRST)])


def test_settings_flatten_to_all_their_leaves():
    assert dict(flattened({"b": {"c": [1, 2], "d": None}, "a": "x"})) == {"a": "x", "b.c": "[1, 2]", "b.d": "null"}
