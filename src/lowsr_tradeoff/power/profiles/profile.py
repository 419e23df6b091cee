"""What a device profile says: every part's figures with unit, spread, basis and source.

A profile says what a device draws by part: microphone, converter, core, waiting, radio, storage, supply. A figure
nobody published is left out, and the model then reports the reason instead of a number. Figures are often measured
together: a part with ``included_in`` has none of its own, because another part's figure already holds it.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from lowsr_tradeoff.power.profiles.parts import (
    Cycles,
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
)
from lowsr_tradeoff.settings.groups import Settings


class HeldMicrophone(Settings):
    """A microphone whose power another part's figure holds."""

    included_in: Literal["adc", "idle"]


class Adc(Settings):
    """The converter: power = static_power + sample_energy * converter rate.

    Attributes:
        part: Which converter.
        input: What it takes from the microphone.
        static_power: Power whatever the rate.
        sample_energy: Energy of one conversion; absent where the draw is flat.
        native_rates: The rates it can run at; absent where it can be clocked at any.
        ratio_low: Least bit clock over sampling rate of a PDM port.
        ratio_high: Greatest of the same.
        decimated_by: Who throws samples away where the rate is below all native ones.
        included_in: The part whose figure already holds the converter's.
    """

    part: str
    input: Signal = "analogue"
    static_power: MilliWatts | None = None
    sample_energy: NanoJoules | None = None
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
    """A software stack whose cycles per multiply-accumulate are known, by operator type.

    Attributes:
        software: What it is.
        mac: Cycles per multiply-accumulate of ``conv``, ``depthwise`` and ``linear``.
        setup: Cycles per inference whatever its size.
    """

    software: str
    mac: dict[str, Cycles] = Field(min_length=1)
    setup: Cycles | None = None


class EnergyStack(Settings):
    """A software stack of which only the energy per multiply-accumulate is known."""

    software: str
    mac: dict[str, PicoJoules] = Field(min_length=1)


class OperatingPoint(Settings):
    """One clock that a core runs at.

    Attributes:
        clock: Clock while computing.
        active_power: Power while computing.
        idle_power: Power at this clock while waiting; absent where the device's idle figure stands for all.
    """

    clock: MegaHertz
    active_power: MilliWatts
    idle_power: MilliWatts | None = None


class ClockedCore(Settings):
    """A processor known by cycles per operation and power while computing.

    Attributes:
        kind: ``"clocked"``.
        part: Which core.
        stack: The stack that runs, one of ``stacks``.
        runs_at: The clock that it runs at, one of ``clocks``.
        stacks: Software stacks by name.
        clocks: Operating points by name.
        fft: Cycles of a frame's spectrum, per point and per doubling of the points.
        mel: Cycles of one non-zero weight of the mel bank.
        decimate: Cycles per converted sample of filtering and throwing away; absent where unknown.
    """

    kind: Literal["clocked"]
    part: str
    stack: str
    runs_at: str
    stacks: dict[str, CycleStack]
    clocks: dict[str, OperatingPoint]
    fft: Cycles
    mel: Cycles
    decimate: Cycles | None = None

    @model_validator(mode="after")
    def _check_choices(self) -> Self:
        _one_of("stack", self.stack, self.stacks)
        _one_of("runs_at", self.runs_at, self.clocks)
        return self

    @property
    def mac(self) -> dict[str, Cycles]:
        """Cycles per multiply-accumulate of the stack that runs."""
        return self.stacks[self.stack].mac

    @property
    def point(self) -> OperatingPoint:
        """The operating point that it runs at."""
        return self.clocks[self.runs_at]


class MeteredCore(Settings):
    """A processor known by energy per operation only; how long it computes is unknown."""

    kind: Literal["metered"]
    part: str
    stack: str
    stacks: dict[str, EnergyStack]
    fft: PicoJoules
    mel: PicoJoules
    decimate: PicoJoules | None = None

    @model_validator(mode="after")
    def _check_choices(self) -> Self:
        _one_of("stack", self.stack, self.stacks)
        return self

    @property
    def mac(self) -> dict[str, PicoJoules]:
        """Energy per multiply-accumulate of the stack that runs."""
        return self.stacks[self.stack].mac


Core = ClockedCore | MeteredCore


class Idle(Settings):
    """What the device draws between computations while sound keeps arriving. Not a sleep current."""

    power: MilliWatts | None = None
    included_in: Literal["adc"] | None = None


class Sleep(Settings):
    """What the device draws when nothing is captured, RAM retained."""

    power: MilliWatts


class Autonomous(Settings):
    """Capture that goes on while the core is stopped, until a buffer is full.

    Attributes:
        stop_power: Power of the stopped device with the capture path running, converter and microphone apart.
        wake_cycles: Cycles that one full buffer costs beside its processing.
        buffer: Sound that one buffer holds.
    """

    stop_power: MilliWatts
    wake_cycles: Cycles
    buffer: Seconds


class Memory(Settings):
    """What weights and activations must fit into; absent where it is not the limit."""

    flash: Kibibytes | None = None
    ram: Kibibytes | None = None


class Supply(Settings):
    """Between battery and loads.

    Attributes:
        usable_share: Share of the nominal charge that can be drawn before cut-off.
        regulator_efficiency: Output over input; absent where the loads were measured at the battery.
        quiescent_power: What the regulator takes for itself.
    """

    usable_share: Share
    regulator_efficiency: Share | None = None
    quiescent_power: MilliWatts | None = None


def _whose_microphone(value: Any) -> str:  # noqa: ANN401 - what a user's file holds
    held = "included_in" in value if isinstance(value, dict) else isinstance(value, HeldMicrophone)
    return "held" if held else "own"


class DeviceProfile(Settings):
    """One device: every part's figures, each counted once.

    A file names its microphone, radio and storage by profile or path, or has their tables in it.
    """

    name: str = Field(min_length=1)
    description: str
    microphone: Annotated[
        Annotated[Microphone, Tag("own")] | Annotated[HeldMicrophone, Tag("held")], Discriminator(_whose_microphone)
    ]
    adc: Adc
    core: Annotated[ClockedCore | MeteredCore, Field(discriminator="kind")]
    idle: Idle = Idle()
    sleep: Sleep | None = None
    autonomous: Autonomous | None = None
    radio: Radio | None = None
    storage: Storage | None = None
    memory: Memory = Memory()
    supply: Supply

    @model_validator(mode="after")
    def _check_counted_once(self) -> Self:
        own = {"microphone": not isinstance(self.microphone, HeldMicrophone), **self._own_power()}
        for part, holder in self.holders().items():
            if own[part] == (holder is not None):
                raise ValueError(f"{part}: give either its power in mW or included_in")
            if holder is not None and not own[holder]:
                raise ValueError(f"{part}: included_in names {holder}, which has no power of its own")
        return self

    @model_validator(mode="after")
    def _check_signal(self) -> Self:
        if isinstance(self.microphone, Microphone) and self.microphone.output != self.adc.input:
            raise ValueError(
                f"microphone: {self.microphone.name} hands on {self.microphone.output} and {self.adc.part} takes"
                f" {self.adc.input}; choose another microphone"
            )
        return self

    def holders(self) -> dict[str, str | None]:
        """Return, for each part that always draws, the part whose figure holds it, or ``None`` for its own."""
        held = self.microphone.included_in if isinstance(self.microphone, HeldMicrophone) else None
        return {"microphone": held, "adc": self.adc.included_in, "idle": self.idle.included_in}

    def _own_power(self) -> dict[str, bool]:
        at_clocks = isinstance(self.core, ClockedCore) and all(p.idle_power for p in self.core.clocks.values())
        return {"adc": self.adc.static_power is not None, "idle": self.idle.power is not None or at_clocks}


def _one_of(field: str, name: str, known: dict[str, Any]) -> None:
    if name not in known:
        raise ValueError(f"{field}: {name!r} is none of {', '.join(known) or 'those given (none)'}")
