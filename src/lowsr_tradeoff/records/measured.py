"""What was measured here, and the bounds that physics and published converters set."""

from lowsr_tradeoff.records.base import Measurement, Record


class InferenceEnergy(Record):
    """What one inference of a network took on this machine.

    Attributes:
        model: What ran.
        counter: The energy counter; ``None`` where there is none to read.
        energy_uj: Energy above idle of one inference.
        busy_mw: Power of the counted packages while inferring.
        idle_mw: Power of the same while nothing of ours runs.
        duration_s: Time of one inference.
        cpu_s: Processor time of one inference over all threads of this process.
    """

    model: str
    counter: str | None
    energy_uj: Measurement
    busy_mw: Measurement
    idle_mw: Measurement
    duration_s: Measurement
    cpu_s: Measurement


class TracePower(Record):
    """Power of a measured current trace.

    Attributes:
        file: Name of the trace.
        sha256: Digest of its bytes.
        mean_mw: Mean over time.
        peak_mw: Highest sample.
        duration_s: Length.
        n_samples: Samples.
    """

    file: str
    sha256: str
    mean_mw: Measurement
    peak_mw: Measurement
    duration_s: float
    n_samples: int


class ConverterBound(Record):
    """Power that a converter of some rate and resolution cannot or need not go below.

    Attributes:
        name: Which bound.
        power_nw: Its power.
        source: Where it is from.
    """

    name: str
    power_nw: Measurement
    source: str
