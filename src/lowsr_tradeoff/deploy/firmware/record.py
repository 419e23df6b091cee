"""``handover.json``: a hand-over in numbers."""

from lowsr_tradeoff.deploy.model.model_settings import CrossValidated
from lowsr_tradeoff.records.alarms import AlarmRule
from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.network import ArmName, Grid, Network
from lowsr_tradeoff.settings.front_end import FrontEnd

HANDOVER_VERSION = 1


class Memory(Record):
    """Bytes of the delivered parts, without the code, whose size the compiler decides.

    Attributes:
        number: Arithmetic of the front end: ``"float"`` or ``"q15"``.
        weights: Of the int8 network, biases and scales included.
        tables: Window, FFT, mel bank.
        state: Of the front end between two samples.
        image: The network's input.
        activations: Largest input plus output of one layer, with what a branch around it keeps, in int8.
    """

    number: str
    weights: int
    tables: int
    state: int
    image: int
    activations: int

    @property
    def flash(self) -> int:
        """Bytes of flash."""
        return self.weights + self.tables

    @property
    def ram(self) -> int:
        """Bytes of RAM."""
        return self.state + self.image + self.activations


class Effort(Record):
    """What one window takes to compute, by the power model of the device.

    Attributes:
        clock_mhz: The clock with the least power of those that keep up; ``None`` where the speed is unknown.
        front_end: Cycles of spectra and bands.
        network: Cycles of one inference.
        duration_s: Of both together.
        real_time_factor: Computing time per time.
        power_mw: Average of the whole device.
    """

    clock_mhz: float | None
    front_end: Measurement
    network: Measurement
    duration_s: Measurement
    real_time_factor: Measurement
    power_mw: Measurement
    battery_hours: Measurement


class ChainAccuracy(Record):
    """What one chain of front end and network recognised of held-out clips.

    Attributes:
        difference: Accuracy minus that of the study's own network on the same clips.
        within_a_point: Whether the value of the difference is at most one point either way.
    """

    chain: str
    accuracy: Measurement
    difference: Measurement
    within_a_point: bool


class HandoverRecord(Record):
    """A hand-over in numbers; other fields are as in ``ModelSettings``.

    Attributes:
        name: Of the operating point.
        n_patches: How many parts of one image the network reads, one after the other.
        standing: Whether the study recommends this very point, and how it ranks if not.
        input_scale: Of the network's int8 input, after mean and deviation; so is ``input_zero_point``.
        score_tolerance: How far another runtime's scores may be from those of the vectors.
        tested: What networks that were trained in the same way recognised in the study.
        held_out: The same through int8 and the C front end; empty where it was not counted.
        memory: In float and in fixed point.
        alarm: When the device raises an alarm; ``None`` for a network that only tells classes apart.
    """

    schema_version: int = HANDOVER_VERSION
    name: str
    standing: str
    rate_hz: int
    grid: Grid
    arm: ArmName
    network: Network
    device: str
    classes: tuple[str, ...]
    window_s: float
    n_patches: int
    front_end: FrontEnd
    scale_mean: float
    scale_std: float
    input_scale: float
    input_zero_point: int
    score_tolerance: float
    n_vectors: int
    tested: CrossValidated
    held_out: tuple[ChainAccuracy, ...]
    memory: tuple[Memory, ...]
    effort: Effort
    corpus_digest: str
    made_by: str
    alarm: AlarmRule | None = None
