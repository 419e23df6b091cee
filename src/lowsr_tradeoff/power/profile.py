"""What a device profile says: every part's figures with unit, spread, basis and source.

A profile says what a device draws by part: microphone, converter, core, waiting, supply. A figure nobody published
is left out, and the model then reports the reason instead of a number. Figures are often measured together: a part
with ``included_in`` has none of its own, because another part's figure already holds it.
"""

from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, model_validator

from lowsr_tradeoff.settings import Settings

Basis = Literal["measured", "datasheet", "derived", "assumed"]
UnitT = TypeVar("UnitT", bound=str)


class Quantity(Settings, Generic[UnitT]):
    """One sourced figure.

    Attributes:
        value: The figure, above 0.
        unit: Its unit, fixed by the field it stands in.
        spread: k of the log-normal 95 % interval value/k … value*k; 1 for a figure that is exact.
        basis: How it was had.
        source: Where it can be looked up.
    """

    value: float = Field(gt=0)
    unit: UnitT
    spread: float = Field(ge=1)
    basis: Basis
    source: str = Field(min_length=1)


class NativeRates(Settings):
    """The sampling rates a converter offers, with the same marks as a :class:`Quantity`."""

    value: tuple[Annotated[int, Field(gt=0)], ...] = Field(min_length=1)
    unit: Literal["Hz"]
    basis: Basis
    source: str = Field(min_length=1)


def _at_most_one(share: Quantity[Literal["1"]]) -> Quantity[Literal["1"]]:
    if share.value > 1:
        raise ValueError(f"a share is at most 1, not {share.value}")
    return share


MilliWatts = Quantity[Literal["mW"]]
NanoJoules = Quantity[Literal["nJ"]]
PicoJoules = Quantity[Literal["pJ"]]
MegaHertz = Quantity[Literal["MHz"]]
Cycles = Quantity[Literal["cycles"]]
Kibibytes = Quantity[Literal["KiB"]]
Share = Annotated[Quantity[Literal["1"]], AfterValidator(_at_most_one)]


class Microphone(Settings):
    """The sensor, and its power where the device has it apart from the rest."""

    part: str
    power: MilliWatts | None = None
    included_in: Literal["adc", "idle"] | None = None


class Adc(Settings):
    """The converter: power = static_power + sample_energy * converter rate.

    Attributes:
        part: Which converter.
        static_power: Power whatever the rate.
        sample_energy: Energy of one conversion; absent where the draw is flat.
        native_rates: The rates it can run at; absent where it can be clocked at any.
        included_in: The part whose figure already holds the converter's.
    """

    part: str
    static_power: MilliWatts | None = None
    sample_energy: NanoJoules | None = None
    native_rates: NativeRates | None = None
    included_in: Literal["idle"] | None = None


class ClockedCore(Settings):
    """A processor known by cycles per operation and power while computing.

    Attributes:
        kind: ``"clocked"``.
        part: Which core.
        stack: The software whose cycles these are.
        clock: Clock while computing.
        active_power: Power while computing.
        mac: Cost of one multiply-accumulate by operator type.
        fft: Cost of a frame's spectrum, per point and per doubling of the points.
        mel: Cost of one non-zero weight of the mel bank.
    """

    kind: Literal["clocked"]
    part: str
    stack: str
    clock: MegaHertz
    active_power: MilliWatts
    mac: dict[str, Cycles]
    fft: Cycles
    mel: Cycles


class MeteredCore(Settings):
    """A processor known by energy per operation only; how long it computes is unknown."""

    kind: Literal["metered"]
    part: str
    stack: str
    mac: dict[str, PicoJoules]
    fft: PicoJoules
    mel: PicoJoules


Core = ClockedCore | MeteredCore


class Idle(Settings):
    """What the device draws between computations while sound keeps arriving. Not a sleep current."""

    power: MilliWatts | None = None
    included_in: Literal["adc"] | None = None


class Memory(Settings):
    """What weights and activations must fit into; absent where it is not the limit."""

    flash: Kibibytes | None = None
    ram: Kibibytes | None = None


class Supply(Settings):
    """Between battery and loads.

    Attributes:
        usable_share: Share of the nominal charge that can be drawn before cut-off.
        regulator_efficiency: Output over input; absent where the loads were measured at the battery.
    """

    usable_share: Share
    regulator_efficiency: Share | None = None


class DeviceProfile(Settings):
    """One device: every part's figures, each counted once."""

    name: str = Field(min_length=1)
    description: str
    microphone: Microphone
    adc: Adc
    core: Annotated[Core, Field(discriminator="kind")]
    idle: Idle
    memory: Memory = Memory()
    supply: Supply

    @model_validator(mode="after")
    def _check_counted_once(self) -> Self:
        own = {"microphone": self.microphone.power, "adc": self.adc.static_power, "idle": self.idle.power}
        for part, holder in self.holders().items():
            if (own[part] is None) == (holder is None):
                raise ValueError(f"{part}: give either its power in mW or included_in")
            if holder is not None and own[holder] is None:
                raise ValueError(f"{part}: included_in names {holder}, which has no power of its own")
        return self

    def holders(self) -> dict[str, str | None]:
        """Return, for each part that always draws, the part whose figure holds it, or ``None`` for its own."""
        return {
            "microphone": self.microphone.included_in,
            "adc": self.adc.included_in,
            "idle": self.idle.included_in,
        }
