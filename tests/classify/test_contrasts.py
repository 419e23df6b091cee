import numpy as np
import pytest

from lowsr_tradeoff.classify.contrasts import contrasts, is_supported, rivals_of
from lowsr_tradeoff.classify.scores import Answers
from lowsr_tradeoff.classify.steps import Listener, listeners_of, reference_of
from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.records import Measurement, missing
from lowsr_tradeoff.stats import resample_weights

CONFIG = StudyConfig()
REFERENCE = reference_of(CONFIG)
TRUTH = np.zeros(200, int)


def answers_with(right: np.ndarray) -> Answers:
    return Answers(np.where(right, 0, 1)[None], TRUTH)


def weights_of(n=200, per_source=1):
    return resample_weights([f"s{i // per_source}" for i in range(n)], 1000, 0)


def test_the_declared_pairs_of_the_default_study():
    listeners = dict.fromkeys(listeners_of(CONFIG), answers_with(TRUTH == 0))
    pairs = [
        (c.rate_hz, c.grid, c.arm, c.against_rate_hz, c.against_grid, c.against)
        for c in contrasts(listeners, REFERENCE, weights_of())
        if c.rate_hz == 1000
    ]
    assert pairs == [
        (1000, "shared", "finetuned", 1000, "shared", "raw"),
        (1000, "shared", "basd", 1000, "shared", "finetuned"),
        (1000, "shared", "cssd", 1000, "shared", "finetuned"),
        (1000, "shared", "cssd", 1000, "shared", "basd"),
        (1000, "shared", "cssd", 16000, "shared", "finetuned"),
        (1000, "native", "basd", 1000, "native", "finetuned"),
        (1000, "native", "cssd", 1000, "native", "finetuned"),
        (1000, "native", "cssd", 1000, "native", "basd"),
        (1000, "native", "cssd", 16000, "shared", "finetuned"),
        (1000, "native", "cssd", 1000, "shared", "cssd"),
    ]


def test_an_arm_that_was_not_asked_for_is_not_compared_with():
    listener = Listener(1000, "shared", "cssd")
    answers = {listener: answers_with(TRUTH == 0), REFERENCE: answers_with(TRUTH == 0)}
    assert [(c.against_rate_hz, c.against) for c in contrasts(answers, REFERENCE, weights_of())] == [
        (16000, "finetuned")
    ]
    assert len(rivals_of(listener, REFERENCE)) == 3


def test_a_paired_difference_is_sharper_than_two_intervals():
    """Two listeners miss the same hard clips; one gets ten clips more."""
    hard = np.arange(200) < 80
    better, worse = answers_with(~hard | (np.arange(200) < 10)), answers_with(~hard)
    cssd, finetuned = Listener(1000, "shared", "cssd"), Listener(1000, "shared", "finetuned")
    (contrast,) = contrasts({cssd: better, finetuned: worse}, REFERENCE, weights_of())
    assert contrast.difference.value == pytest.approx(0.05)
    assert contrast.is_supported
    assert contrast.difference.high - contrast.difference.low < 0.08  # unpaired: about 0.13 for each of the two


def test_the_same_ten_clips_from_one_recording_support_nothing():
    hard = np.arange(200) < 80
    better, worse = answers_with(~hard | (np.arange(200) < 10)), answers_with(~hard)
    cssd, finetuned = Listener(1000, "shared", "cssd"), Listener(1000, "shared", "finetuned")
    (contrast,) = contrasts({cssd: better, finetuned: worse}, REFERENCE, weights_of(per_source=10))
    assert not contrast.is_supported


@pytest.mark.parametrize(
    ("low", "high", "supported"), [(0.01, 0.2, True), (-0.2, -0.01, True), (-0.1, 0.1, False), (0.0, 0.1, False)]
)
def test_support_means_that_the_interval_leaves_out_zero(low, high, supported):
    assert is_supported(Measurement(value=(low + high) / 2, low=low, high=high, n=10, n_of="clips")) is supported


def test_what_is_missing_supports_nothing():
    assert not is_supported(missing("there are no clips", "clips"))
