"""Intervals, tests and draws: functions of numbers only."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Joint draws of a figure, as a record keeps them.
Draws = tuple[float, ...]
CONFIDENCE = 0.95
# An interval of a normal distribution reaches so many standard deviations to either side.
Z_INTERVAL = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
# Bootstrap resamples where no setting gives their number.
N_RESAMPLES = 2000
