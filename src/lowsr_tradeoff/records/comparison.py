"""What differs between runs."""

from typing import Literal

from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.network import Arm, Grid


class Change(Record):
    """Something that is not the same in all runs.

    Attributes:
        what: Its dotted name: ``"classify.epochs"``, ``"events.n_clips"``, ``"torch"``.
        values: What it is in each run; ``None`` where the run has none.
    """

    what: str
    values: tuple[str | None, ...]


class Difference(Record):
    """How much a figure of one run differs from that of the first.

    Attributes:
        run: Number of the run that is compared with the first, from 1.
        measure: What is measured: ``"accuracy"``, ``"power"``, or the measure of an attacker.
        rate_hz: The microphone's rate.
        grid: Feature layout, where the figure depends on it.
        arm: How the network was trained, where the figure depends on it.
        device: Device profile, where the figure depends on it.
        attacker: Who attacks, where it is a figure of an attacker.
        first: The figure in the first run.
        second: The figure in this one.
        difference: The second minus the first, with its 95 % interval.
        pairing: ``"paired"`` where both figures were drawn together, from the same resamples or parameters.
        is_supported: Whether the interval leaves out zero.
    """

    run: int
    measure: str
    rate_hz: int
    grid: Grid | None = None
    arm: Arm | None = None
    device: str | None = None
    attacker: str | None = None
    first: Measurement
    second: Measurement
    difference: Measurement
    pairing: Literal["paired", "independent"]
    is_supported: bool


class Comparison(Record):
    """What differs between runs, the first being what the others are compared with.

    Attributes:
        runs: What they are called.
        is_synthetic: Whether any of them rests on synthetic data.
        settings: Settings that differ.
        corpora: What of the data differs.
        weights: Weights that differ, by their hashes.
        versions: Programs and libraries that differ.
        decisions: What of the answers differs.
        differences: Of every figure of recognition, attackers and power that the first run shares with another.
        unmatched: Figures that not every run has.
        remarks: What is not compared, and why.
    """

    runs: tuple[str, ...]
    is_synthetic: bool
    settings: tuple[Change, ...]
    corpora: tuple[Change, ...]
    weights: tuple[Change, ...]
    versions: tuple[Change, ...]
    decisions: tuple[Change, ...]
    differences: tuple[Difference, ...]
    unmatched: tuple[Change, ...]
    remarks: tuple[str, ...]
