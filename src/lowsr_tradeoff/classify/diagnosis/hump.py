"""The one prediction of the hypothesis in docs/method/teachers.md: CSSD leads most at the middle rates."""

from collections.abc import Mapping, Sequence

import numpy as np

from lowsr_tradeoff.classify.diagnosis.calibration import Scores
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import CLIPS
from lowsr_tradeoff.records.diagnosis import HumpTest
from lowsr_tradeoff.records.network import Grid
from lowsr_tradeoff.statistics.intervals import mean_measurement

# Declared with the hypothesis: rates chosen after seeing the results would make the test invalid.
MIDDLE_HZ = (1000, 4000)

Gains = Mapping[int, Scores]


def hump_test(
    gains_by_rate: Gains, weights: Scores, grid: Grid, middle_hz: tuple[int, int] = MIDDLE_HZ
) -> HumpTest:
    """Return whether a gain is larger at the middle rates than at the rates on both sides of them.

    Each clip's contrast is its mean gain over the middle rates less its mean gain over the outer ones; clips of one
    source are resampled together. A gain that only rises or falls with the rate can have a large contrast without a
    hump, so the test asks for both ``rise`` and ``fall``, each at 95 %, uncorrected since both must hold
    (intersection-union test: Berger, Multiparameter Hypothesis Testing and Acceptance Sampling, Technometrics 24,
    1982).

    Args:
        gains_by_rate: By rate, share of repetitions that the first arm was right less that of the second, per clip.
        weights: From :func:`intervals.resample_weights`, for the same clips.
        grid: Feature layout of both arms.
        middle_hz: Lowest and highest middle rate.
    """
    lowest, highest = middle_hz
    middle = tuple(rate for rate in sorted(gains_by_rate) if lowest <= rate <= highest)
    below = tuple(rate for rate in sorted(gains_by_rate) if rate < lowest)
    above = tuple(rate for rate in sorted(gains_by_rate) if rate > highest)
    rise = _contrast(gains_by_rate, middle, below, weights, f"below {lowest} Hz")
    fall = _contrast(gains_by_rate, middle, above, weights, f"above {highest} Hz")
    return HumpTest(
        grid=grid,
        middle_rates_hz=middle,
        outer_rates_hz=below + above,
        contrast=_contrast(gains_by_rate, middle, below + above, weights, f"outside {lowest} to {highest} Hz"),
        rise=rise,
        fall=fall,
        is_supported=all(part.low is not None and part.low > 0 for part in (rise, fall)),
    )


def _contrast(
    gains: Gains, middle: Sequence[int], outer: Sequence[int], weights: Scores, where: str
) -> Measurement:
    if not middle or not outer:
        return missing(f"no rate {where}" if middle else "no middle rate", CLIPS)
    per_clip = np.mean([gains[rate] for rate in middle], axis=0) - np.mean([gains[rate] for rate in outer], axis=0)
    contrast = mean_measurement(per_clip, weights, CLIPS, "1")
    # If all clips agree the bootstrap sees no spread, which is not certainty.
    return contrast if np.ptp(per_clip) > 0 else contrast.model_copy(update={"low": None, "high": None})
