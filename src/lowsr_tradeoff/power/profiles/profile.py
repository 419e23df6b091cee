"""A device profile: the figures of every part with unit, spread, basis and source.

A figure that nobody published is left out, and the model then reports the reason instead of a number. Figures are
often measured together: a part with ``included_in`` has none of its own, because another part's figure includes it.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from lowsr_tradeoff.power.profiles.parts import (
    Bits,
    Cycles,
    FilterName,
    Kibibytes,
    MegaHertz,
    Microphone,
    MilliWatts,
    NanoJoules,
    NativeRates,
    PicoJoules,
    Radio,
    Ratio,
    Seconds,
    Share,
    Signal,
    Storage,
    Text,
)
from lowsr_tradeoff.settings.groups import Settings


class IncludedMicrophone(Settings):
    """A microphone whose power is included in the figure of another part."""

    included_in: Literal["adc", "idle"]


class Adc(Settings):
    """The converter: power = static_power + sample_energy * converter rate.

    Attributes:
        filter: What decides how much of the sound above half the microphone's rate folds down.
        sample_energy: Energy of one conversion; absent where the power is the same at every rate.
        resolution: Bits of a full conversion, if one of fewer bits takes as much less energy; else absent.
        native_rates: The rates it can run at; absent where it can be clocked at any.
        ratio_low: Least bit clock over sampling rate of a PDM port.
        ratio_high: Greatest bit clock over sampling rate of a PDM port.
        decimated_by: What discards samples where the rate is below all native ones.
        included_in: The part whose figure includes the converter's power.
    """

    part: str
    input: Signal = "analogue"
    filter: FilterName
    static_power: MilliWatts | None = None
    sample_energy: NanoJoules | None = None
    resolution: Bits | None = None
    native_rates: NativeRates | None = None
    ratio_low: Ratio | None = None
    ratio_high: Ratio | None = None
    decimated_by: Literal["hardware", "software"] = "software"
    included_in: Literal["idle"] | None = None

    @model_validator(mode="after")
    def _check_ratios(self) -> Self:
        if (self.input == "pdm") != (self.ratio_low is not None and self.ratio_high is not None):
            raise ValueError("a converter has ratio_low and ratio_high (unit 1) if its input is pdm, and else not")
        return self


class CycleStack(Settings):
    """A software stack with its cycles per multiply-accumulate of ``conv``, ``depthwise`` and ``linear``.

    ``setup`` are the cycles per inference that do not depend on the network's size.
    """

    software: str
    mac: dict[str, Cycles] = Field(min_length=1)
    setup: Cycles | None = None


class EnergyStack(Settings):
    """A software stack of which only the energy per multiply-accumulate is known."""

    software: str
    mac: dict[str, PicoJoules] = Field(min_length=1)


class OperatingPoint(Settings):
    """One clock of a core, as a row of its maker's table: power while it runs, and while it sleeps at that clock.

    Without ``idle_power``, the power while waiting, the device's idle figure applies at this clock.
    """

    clock: MegaHertz
    active_power: MilliWatts
    idle_power: MilliWatts | None = None


class ClockedCore(Settings):
    """A processor known by cycles per operation and power while computing.

    Attributes:
        stack: The stack in use, one of ``stacks``.
        runs_at: The clock in use, one of ``clocks``.
        fft: Cycles of a frame's spectrum, per N log2(N) of its N points.
        mel: Cycles of one non-zero weight of the mel bank.
        resample: Cycles of filtering per sample at the faster of two rates, when the core decimates or restores
            sound to the rate of a shared grid; absent where unknown.
        opus: Cycles of the Opus encoder per sample at the rate that it codes; absent where unknown.
        transfer: Cycles per converted sample of moving it to memory; absent where the idle figure includes them.
        wake: Cycles of one wake-up: clock, interrupt, hand-over of a buffer; absent like ``transfer``.
    """

    kind: Literal["clocked"]
    part: str
    stack: str
    runs_at: str
    stacks: dict[str, CycleStack]
    clocks: dict[str, OperatingPoint]
    fft: Cycles
    mel: Cycles
    resample: Cycles | None = None
    opus: Cycles | None = None
    transfer: Cycles | None = None
    wake: Cycles | None = None

    @model_validator(mode="after")
    def _check_choices(self) -> Self:
        _check_known("stack", self.stack, self.stacks)
        _check_known("runs_at", self.runs_at, self.clocks)
        return self

    @property
    def mac(self) -> dict[str, Cycles]:
        """Cycles per multiply-accumulate of the stack in use."""
        return self.stacks[self.stack].mac

    @property
    def point(self) -> OperatingPoint:
        """The operating point in use."""
        return self.clocks[self.runs_at]


class MeteredCore(Settings):
    """A processor known by energy per operation only; its computing time is unknown."""

    kind: Literal["metered"]
    part: str
    stack: str
    stacks: dict[str, EnergyStack]
    fft: PicoJoules
    mel: PicoJoules
    resample: PicoJoules | None = None
    transfer: PicoJoules | None = None
    wake: PicoJoules | None = None

    @model_validator(mode="after")
    def _check_choices(self) -> Self:
        _check_known("stack", self.stack, self.stacks)
        return self

    @property
    def mac(self) -> dict[str, PicoJoules]:
        """Energy per multiply-accumulate of the stack in use."""
        return self.stacks[self.stack].mac


Core = ClockedCore | MeteredCore


def _check_known(field: str, name: str, known: dict[str, Any]) -> None:
    if name not in known:
        raise ValueError(f"{field}: {name!r} is none of {', '.join(known) or 'those given (none)'}")


class Idle(Settings):
    """Power between computations while the device captures sound. Not a deep-sleep current.

    Attributes:
        power: At every clock of the core that has no ``idle_power`` of its own.
        stays_on: What runs while sound arrives and is in none of these figures, by name: oscillator, DMA, port.
    """

    power: MilliWatts | None = None
    stays_on: dict[str, MilliWatts] = Field(default_factory=dict)
    included_in: Literal["adc"] | None = None


class Sleep(Settings):
    """Power while nothing is captured, RAM retained."""

    power: MilliWatts


class Autonomous(Settings):
    """Capture that continues while the core is stopped, until a buffer is full; each costs the core one wake-up.

    Attributes:
        stop_power: Power of the stop mode alone.
        stays_on: What the part must keep running to capture, by name: oscillator, decimator, DMA. Not the
            converter and microphone that have figures of their own.
    """

    stop_power: MilliWatts
    stays_on: dict[str, MilliWatts] = Field(min_length=1)
    buffer: Seconds


class Memory(Settings):
    """Memory for weights and activations; absent where it is not the limit."""

    flash: Kibibytes | None = None
    ram: Kibibytes | None = None


class Supply(Settings):
    """Share of the nominal charge that can be used before cut-off, and the regulator's efficiency and own power.

    Loads without a regulator were measured at the battery.
    """

    usable_share: Share
    regulator_efficiency: Share | None = None
    quiescent_power: MilliWatts | None = None


def _microphone_kind(value: Any) -> str:  # noqa: ANN401 - what a user's file has
    is_included = "included_in" in value if isinstance(value, dict) else isinstance(value, IncludedMicrophone)
    return "included" if is_included else "own"


class DeviceProfile(Settings):
    """One device: the figures of every part, each counted once.

    A file names its microphone, radio and storage by profile or path, or has their tables in it.
    """

    name: Text
    description: str
    microphone: Annotated[
        Annotated[Microphone, Tag("own")] | Annotated[IncludedMicrophone, Tag("included")],
        Discriminator(_microphone_kind),
    ]
    adc: Adc
    core: Annotated[Core, Field(discriminator="kind")]
    idle: Idle = Idle()
    sleep: Sleep | None = None
    autonomous: Autonomous | None = None
    radio: Radio | None = None
    storage: Storage | None = None
    memory: Memory = Memory()
    supply: Supply

    @model_validator(mode="after")
    def _check_counted_once(self) -> Self:
        at_clocks = isinstance(self.core, ClockedCore) and all(p.idle_power for p in self.core.clocks.values())
        has_own = {
            "microphone": isinstance(self.microphone, Microphone),
            "adc": self.adc.static_power is not None,
            "idle": self.idle.power is not None or at_clocks,
        }
        for part, other in self.included_in().items():
            if has_own[part] == (other is not None):
                raise ValueError(f"{part}: give either its power in mW or included_in")
            if other is not None and not has_own[other]:
                raise ValueError(f"{part}: included_in names {other}, which has no power of its own")
        return self

    @model_validator(mode="after")
    def _check_signal(self) -> Self:
        if isinstance(self.microphone, Microphone) and self.microphone.output != self.adc.input:
            raise ValueError(
                f"microphone: the output of {self.microphone.name} is {self.microphone.output}, but {self.adc.part}"
                f" takes {self.adc.input}; choose another microphone"
            )
        return self

    def included_in(self) -> dict[str, str | None]:
        """Return, for parts that always take power, the part whose figure includes it; ``None`` for its own."""
        of_microphone = None if isinstance(self.microphone, Microphone) else self.microphone.included_in
        return {"microphone": of_microphone, "adc": self.adc.included_in, "idle": self.idle.included_in}
