"""What a hand-over says of itself, in numbers."""

from lowsr_tradeoff.deploy.model.model_settings import CrossValidated
from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.network import Arm, Grid, Network
from lowsr_tradeoff.settings.front_end import FrontEnd

HANDOVER_VERSION = 1


class Memory(Record):
    """Bytes of the delivered parts; the code itself is the compiler's to tell.

    Attributes:
        number: In what the front end computes: ``"float"`` or ``"q15"``.
        weights: Of the int8 network, biases and scales included.
        tables: Window, FFT, mel bank.
        state: Of the front end between two samples.
        image: What the front end hands to the network.
        activations: Largest input plus output of one layer, with what a way around it keeps, in int8.
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
        clock_mhz: The clock that draws least of those that keep up; ``None`` where the speed is unknown.
        front_end: Of spectra and bands.
        network: Of one inference.
        duration_s: Of both together.
        real_time_factor: Computing time per time.
        power_mw: What the whole device draws on average.
        battery_hours: Hours on the study's battery.
    """

    clock_mhz: float | None
    front_end: Measurement
    network: Measurement
    duration_s: Measurement
    real_time_factor: Measurement
    power_mw: Measurement
    battery_hours: Measurement


class Chain(Record):
    """What a chain from samples to answers recognised of held-out clips.

    Attributes:
        chain: Which front end and which network.
        accuracy: Share of clips right.
        difference: Minus the study's own network on the same clips.
        within_a_point: Whether the difference is at most one point either way, by its value.
    """

    chain: str
    accuracy: Measurement
    difference: Measurement
    within_a_point: bool


class Handover(Record):
    """A hand-over in numbers.

    Attributes:
        name: Of the operating point.
        standing: Whether the study recommends this very point, and where it stands if not.
        rate_hz: The microphone's rate.
        grid: Feature layout.
        arm: How the network was trained.
        network: Which network it is.
        device: What it is for.
        classes: What the scores are of, in order.
        window_s: Seconds of sound heard at once.
        front_end: The microphone that it was trained for.
        scale_mean: Level of the training images.
        scale_std: Deviation of the same.
        input_scale: Of the network's first int8 step, after mean and deviation.
        input_zero_point: Likewise.
        score_tolerance: How far another runtime's scores may be from those of the vectors.
        n_vectors: Test vectors.
        tested: What networks trained alike recognised in the study.
        held_out: The same through int8 and the C front end; empty where it was not counted.
        memory: In float and in fixed point.
        effort: Cycles, time and power.
        corpus_digest: Of the clips that it was trained on.
        made_by: Version of this package.
    """

    schema_version: int = HANDOVER_VERSION
    name: str
    standing: str
    rate_hz: int
    grid: Grid
    arm: Arm
    network: Network
    device: str
    classes: tuple[str, ...]
    window_s: float
    front_end: FrontEnd
    scale_mean: float
    scale_std: float
    input_scale: float
    input_zero_point: int
    score_tolerance: float
    n_vectors: int
    tested: CrossValidated
    held_out: tuple[Chain, ...]
    memory: tuple[Memory, ...]
    effort: Effort
    corpus_digest: str
    made_by: str
