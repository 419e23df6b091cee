import tracemalloc

import numpy as np
import pytest
import scipy.stats

from lowsr_tradeoff.classify.arms import conditions_of, controls_of, reference_of
from lowsr_tradeoff.classify.contrasts import contrasts, is_supported, rivals_of
from lowsr_tradeoff.classify.scores import Answers
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(classify=ClassifySettings(grids=("shared", "native")))
REFERENCE = reference_of(CONFIG)
EVERY_CONDITION = (*conditions_of(CONFIG), *controls_of(CONFIG))
TRUTH = np.zeros(200, int)


def answers_with(right: np.ndarray) -> Answers:
    return Answers(np.where(right, 0, 1)[None], TRUTH)


def compare(answers, per_source=1, n_folds=5):
    """Contrasts of 200 clips, sources of equal size in turn over the folds."""
    sources = [i // per_source for i in range(200)]
    folds = [source % n_folds for source in sources]
    return contrasts(answers, REFERENCE, [f"s{source}" for source in sources], folds, 0)


def beside(right: np.ndarray, *more: np.ndarray) -> dict[Condition, Answers]:
    """Fine-tuning, BASD and CSSD at 1 kHz, as many as are given."""
    arms = zip(("finetuned", "basd", "cssd"), (right, *more), strict=False)
    return {Condition(1000, "shared", arm): answers_with(which) for arm, which in arms}


def test_the_declared_pairs_of_the_papers_arms_on_both_grids():
    pairs = [
        (c.rate_hz, c.grid, c.arm, c.against_rate_hz, c.against_grid, c.against)
        for c in compare(dict.fromkeys(EVERY_CONDITION, answers_with(TRUTH == 0)))
        if c.rate_hz == 1000
    ]
    assert pairs == [
        (1000, "shared", "finetuned", 1000, "shared", "raw"),
        (1000, "shared", "basd", 1000, "shared", "finetuned"),
        (1000, "shared", "cssd", 1000, "shared", "finetuned"),
        (1000, "shared", "cssd", 1000, "shared", "basd"),
        (1000, "shared", "cssd", 16000, "shared", "finetuned"),
        (1000, "native", "finetuned", 1000, "shared", "raw"),
        (1000, "native", "basd", 1000, "native", "finetuned"),
        (1000, "native", "cssd", 1000, "native", "finetuned"),
        (1000, "native", "cssd", 1000, "native", "basd"),
        (1000, "native", "cssd", 16000, "shared", "finetuned"),
        (1000, "native", "cssd", 1000, "shared", "cssd"),
        *((1000, grid, arm, 1000, "native", "classical")
          for grid in ("shared", "native") for arm in ("finetuned", "basd", "cssd")),
    ]  # fmt: skip


def test_an_arm_that_was_not_asked_for_is_not_compared_with():
    condition = Condition(1000, "shared", "cssd")
    answers = {condition: answers_with(TRUTH == 0), REFERENCE: answers_with(TRUTH == 0)}
    assert [(c.against_rate_hz, c.against) for c in compare(answers)] == [(16000, "finetuned")]
    assert len(rivals_of(condition, REFERENCE)) == 4


def test_a_network_from_a_file_is_held_against_the_control_at_every_rate():
    given = Condition(16000, "shared", "raw")
    for rate_hz in (1000, 16000):
        assert rivals_of(Condition(rate_hz, "shared", "raw"), given) == (Condition(rate_hz, "native", "classical"),)
    assert rivals_of(Condition(1000, "native", "classical"), given) == ()
    assert rivals_of(Condition(1000, "shared", "raw"), REFERENCE) == ()


def test_a_paired_difference_is_sharper_than_two_intervals():
    """Two conditions miss the same hard clips; one gets ten clips more."""
    hard = np.arange(200) < 80
    better, worse = answers_with(~hard | (np.arange(200) < 10)), answers_with(~hard)
    cssd, finetuned = Condition(1000, "shared", "cssd"), Condition(1000, "shared", "finetuned")
    (contrast,) = compare({cssd: better, finetuned: worse})
    assert contrast.difference.value == pytest.approx(0.05)
    assert contrast.is_supported
    assert contrast.difference.high - contrast.difference.low < 0.08  # unpaired: about 0.13 for each of the two


def test_the_same_ten_clips_from_one_recording_support_nothing():
    hard = np.arange(200) < 80
    better, worse = answers_with(~hard | (np.arange(200) < 10)), answers_with(~hard)
    cssd, finetuned = Condition(1000, "shared", "cssd"), Condition(1000, "shared", "finetuned")
    (contrast,) = compare({cssd: better, finetuned: worse}, per_source=10)
    assert not contrast.is_supported


def measured(low: float, high: float) -> Measurement:
    return Measurement(value=(low + high) / 2, low=low, high=high, n=10, n_of="clips")


@pytest.mark.parametrize(
    ("low", "high", "p_holm", "supported"),
    [
        (0.01, 0.2, None, True),
        (-0.2, -0.01, None, True),
        (-0.1, 0.1, None, False),
        (0.0, 0.1, None, False),
        (0.01, 0.2, 0.049, True),
        (0.01, 0.2, 0.05, False),
        (-0.1, 0.1, 0.001, False),
    ],
)
def test_support_means_that_the_interval_leaves_out_zero_and_the_family_allows_it(low, high, p_holm, supported):
    assert is_supported(measured(low, high), p_holm) is supported


def test_what_is_missing_supports_nothing():
    assert not is_supported(missing("there are no clips", "clips"), None)


def test_the_family_is_the_papers_three_questions_at_every_rate_and_layout():
    found = compare(dict.fromkeys(EVERY_CONDITION, answers_with(TRUTH == 0)))
    declared = [c for c in found if c.is_declared and c.against != "classical"]
    assert {(c.arm, c.against) for c in declared} == {
        ("basd", "finetuned"),
        ("cssd", "finetuned"),
        ("cssd", "basd"),
    }
    assert len(declared) == 3 * len(CONFIG.rates_hz) * 2
    assert all((c.rate_hz, c.grid) == (c.against_rate_hz, c.against_grid) for c in declared)
    assert all((c.p_holm is None) is not c.is_declared for c in found)


def test_whether_the_papers_arms_beat_the_control_is_another_family_at_the_full_rate_too():
    found = compare(dict.fromkeys(EVERY_CONDITION, answers_with(TRUTH == 0)))
    declared = [c for c in found if c.is_declared and c.against == "classical"]
    assert {(c.rate_hz, c.grid, c.arm) for c in declared} == {
        (c.rate_hz, c.grid, c.arm) for c in conditions_of(CONFIG) if c.arm != "raw"
    }
    assert all((c.rate_hz, "native") == (c.against_rate_hz, c.against_grid) for c in declared)


def test_the_control_changes_no_p_of_the_papers_questions_and_is_adjusted_for_its_own():
    answers = beside(*np.random.default_rng(3).random((3, 200)) < [[0.5], [0.6], [0.8]])
    alone = compare(answers)
    found = compare({**answers, Condition(1000, "native", "classical"): answers_with(np.arange(200) % 10 > 3)})
    assert found[: len(alone)] == alone
    control = found[len(alone) :]
    stepped = np.maximum.accumulate(np.array(sorted(c.p_value for c in control)) * [3, 2, 1]).clip(max=1)
    assert sorted(c.p_holm for c in control) == pytest.approx(stepped)


def test_another_way_of_training_is_held_against_fine_tuning_and_cssd_and_explores():
    answers = beside(*np.random.default_rng(0).random((3, 200)) < [[0.6], [0.6], [0.7]])
    answers[Condition(1000, "shared", "dkd")] = answers_with(np.arange(200) % 3 > 0)
    found = [c for c in compare(answers) if c.arm == "dkd"]
    assert [c.against for c in found] == ["finetuned", "cssd"]
    assert not any(c.is_declared for c in found)


def test_an_adjusted_p_is_that_of_the_family_alone():
    """Three declared pairs: what stands beside them changes no adjusted p."""
    answers = beside(*np.random.default_rng(3).random((3, 200)) < [[0.5], [0.6], [0.8]])
    alone = compare(answers)
    p = sorted(c.p_value for c in alone)
    stepped = np.maximum.accumulate(np.array(p) * [3, 2, 1]).clip(max=1)
    assert sorted(c.p_holm for c in alone) == pytest.approx(stepped)
    beside_others = compare({**answers, Condition(1000, "shared", "ema"): answers_with(np.arange(200) % 2 > 0)})
    assert [c.p_holm for c in beside_others if c.is_declared] == [c.p_holm for c in alone]


def test_equal_answers_are_no_evidence_and_no_certainty():
    (contrast,) = compare(beside(np.arange(200) % 3 > 0, np.arange(200) % 3 > 0))
    assert (contrast.difference.value, contrast.p_value, contrast.p_holm) == (0, 1, 1)
    assert contrast.nb_p is contrast.p_better is contrast.p_equivalent is contrast.p_worse is None
    assert contrast.detectable.reason == "the two differ alike on every clip"
    assert contrast.difference.low < 0 < contrast.difference.high


def test_a_p_value_and_its_probabilities_say_the_same():
    answers = beside(*np.random.default_rng(1).random((2, 200)) < [[0.5], [0.75]])
    (contrast,) = compare(answers)
    assert contrast.difference.value > 0.15
    assert max(contrast.p_value, contrast.nb_p) < 0.05
    assert contrast.p_better > 0.95
    assert contrast.p_better + contrast.p_equivalent + contrast.p_worse == pytest.approx(1)
    assert contrast.region == 0.01


def test_the_smallest_detectable_difference_rests_on_the_level_it_is_held_to():
    """One of three declared pairs needs z(1 - .05/6) where one alone needs z(.975)."""
    right = np.random.default_rng(2).random((3, 200)) < 0.6
    (one,) = compare(beside(*right[:2]))
    three = next(c for c in compare(beside(*right)) if c.arm == "basd")
    spread = three.detectable.value / (scipy.stats.norm.isf(0.05 / 6) + scipy.stats.norm.isf(0.2))
    assert one.detectable.value <= spread * (scipy.stats.norm.isf(0.025) + scipy.stats.norm.isf(0.2)) * 1.001
    differences = right[1].astype(float) - right[0]
    assert spread >= 0.999 * differences.std(ddof=1) / np.sqrt(200)


def test_equal_seeds_find_equally():
    answers = beside(*np.random.default_rng(0).random((3, 200)) < 0.6)
    assert compare(answers) == compare(answers)


def test_thirteen_thousand_clips_need_no_matrix_of_clips_by_resamples():
    """Of 10 000 resamples a weight for each clip would be 1 GB."""
    n_clips, rng = 13_000, np.random.default_rng(0)
    answers = {
        Condition(1000, "shared", arm): Answers(rng.integers(0, 2, (2, n_clips)), np.zeros(n_clips, int))
        for arm in ("finetuned", "basd", "cssd")
    }
    sources = [f"s{i % 100}" for i in range(n_clips)]
    tracemalloc.start()
    found = contrasts(answers, REFERENCE, sources, [i % 5 for i in range(n_clips)], 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 3
    assert peak < 100e6
