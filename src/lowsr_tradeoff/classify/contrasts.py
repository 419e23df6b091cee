"""Which listeners are compared, declared before any is trained.

Both of a pair answered the same clips, so the difference is taken clip by clip and resampled by source recording.
"""

from collections.abc import Mapping
from dataclasses import replace

from lowsr_tradeoff.classify.scores import CLIPS, Answers, Weights
from lowsr_tradeoff.classify.steps import Listener
from lowsr_tradeoff.records import Contrast, Measurement
from lowsr_tradeoff.stats import paired_difference


def contrasts(answers: Mapping[Listener, Answers], reference: Listener, weights: Weights) -> tuple[Contrast, ...]:
    """Return the declared differences in accuracy between listeners that both answered.

    Args:
        answers: By listener, in the order of the report.
        reference: The full-rate network.
        weights: From :func:`stats.resample_weights`, for the clips of the answers.
    """
    return tuple(
        _contrast(listener, rival, answers, weights)
        for listener in answers
        for rival in rivals_of(listener, reference)
        if rival in answers
    )


def rivals_of(listener: Listener, reference: Listener) -> tuple[Listener, ...]:
    """Return what a listener is held against.

    Training against none, self-teaching against training, teaching across rates against both, against the full
    rate, and its native layout against the shared one.

    >>> rivals_of(Listener(1000, "shared", "basd"), Listener(16000, "shared", "finetuned"))
    (Listener(rate_hz=1000, grid='shared', arm='finetuned'),)
    """
    match listener.arm:
        case "raw":
            return ()
        case "finetuned":
            return (replace(listener, arm="raw"),)
        case "basd":
            return (replace(listener, arm="finetuned"),)
        case "cssd":
            here = (replace(listener, arm="finetuned"), replace(listener, arm="basd"), reference)
            return (*here, replace(listener, grid="shared")) if listener.grid == "native" else here
        case _:
            return (replace(listener, arm="finetuned"), replace(listener, arm="cssd"))


def _contrast(
    listener: Listener, rival: Listener, answers: Mapping[Listener, Answers], weights: Weights
) -> Contrast:
    first, second = answers[listener].share_correct(), answers[rival].share_correct()
    difference = paired_difference(first, second, weights, CLIPS)
    return Contrast(
        rate_hz=listener.rate_hz,
        grid=listener.grid,
        arm=listener.arm,
        against=rival.arm,
        against_rate_hz=rival.rate_hz,
        against_grid=rival.grid,
        difference=difference,
        is_supported=is_supported(difference),
    )


def is_supported(difference: Measurement) -> bool:
    """Return whether the 95 % interval leaves out zero."""
    return difference.low is not None and difference.high is not None and not difference.low <= 0 <= difference.high
