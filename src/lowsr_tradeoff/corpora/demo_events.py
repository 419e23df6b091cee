"""Ten classes of synthesised events."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Take:
    """One rendering of a source."""

    label: str
    source: int
    take: int
    seed: int


def synthesise(take: Take) -> tuple[NDArray[np.float32], int]:
    """Return the samples of one take and their rate in Hz."""
    raise NotImplementedError(take)
