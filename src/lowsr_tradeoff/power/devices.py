"""Device profiles: TOML files in which every figure carries its unit, spread, basis and source.

A profile says what a device draws by part: microphone, converter, core, waiting, supply. A figure nobody published
is left out, and the model then reports the reason instead of a number. Figures are often measured together: a part
with ``included_in`` has none of its own, because another part's figure already holds it.
"""

import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Generic, Literal, Self, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from lowsr_tradeoff.config import Settings
from lowsr_tradeoff.errors import ConfigError

PROFILES = resources.files("lowsr_tradeoff") / "configs" / "devices"

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


def list_devices() -> tuple[str, ...]:
    """Return the names of the profiles that come with the package.

    >>> list_devices()
    ('nrf52840', 'phone_cpu', 'stm32u385', 'stm32u575')
    """
    files = (entry.name for entry in PROFILES.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


def load_device(name_or_path: str) -> DeviceProfile:
    """Return a profile by name, or from a TOML file by its path.

    Raises:
        ConfigError: No such profile or file, or fields of it are wrong; the message lists all of them.
    """
    text, where = _read(name_or_path)
    try:
        return DeviceProfile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: is not TOML: {error}") from error
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(problem, where) for problem in error.errors())) from error


def load_devices(names_or_paths: Sequence[str]) -> tuple[DeviceProfile, ...]:
    """Return several profiles, each under its own name.

    Raises:
        ConfigError: As :func:`load_device`, or two profiles have the same name.
    """
    profiles = tuple(load_device(name) for name in names_or_paths)
    names = [profile.name for profile in profiles]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"power.devices: two profiles are named {', '.join(repeated)}; give each its own name")
    return profiles


def _read(name_or_path: str) -> tuple[str, str]:
    if name_or_path in list_devices():
        return (PROFILES / f"{name_or_path}.toml").read_text(encoding="utf-8"), name_or_path
    path = Path(name_or_path)
    if path.suffix != ".toml":
        known = ", ".join(list_devices())
        raise ConfigError(f"{name_or_path!r} is no known device; choose one of {known}, or give a .toml file")
    try:
        return path.read_text(encoding="utf-8"), str(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); check the path of the device profile") from error


def _explain(problem: ErrorDetails, where: str) -> str:
    """One line: file, field, what is wrong, and the table that the field expects, with its unit."""
    path = [str(part) for part in problem["loc"] if part not in {"clocked", "metered"}]
    table = _expected_table(path)
    return f"{where}: {'.'.join(path) or 'profile'}: {_message(problem)}{f'; expects {table}' if table else ''}"


def _message(problem: ErrorDetails) -> str:
    known = {"missing": "is missing", "extra_forbidden": "is no field of a device profile"}
    given = "" if isinstance(problem["input"], dict) else f" (given: {problem['input']!r})"
    if problem["type"] == "model_type":
        return f"is not a table{given}"
    return known.get(problem["type"]) or problem["msg"].removeprefix("Value error, ") + given


def _expected_table(path: Sequence[str]) -> str | None:
    """The quantity that a path of field names leads to or into, as one writes it in TOML."""
    annotation: object = DeviceProfile
    for name in path:
        if get_origin(annotation) is dict:
            annotation = get_args(annotation)[1]
        elif inner := [model for model in _models(annotation) if name in model.model_fields]:
            if "unit" in inner[0].model_fields:
                break
            annotation = inner[0].model_fields[name].annotation
    tables = [_table(model) for model in _models(annotation) if "unit" in model.model_fields]
    return tables[0] if tables else None


def _models(annotation: object) -> list[type[BaseModel]]:
    """The models that an annotation allows, those inside a table of names left out."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    parts = () if get_origin(annotation) is dict else get_args(annotation)
    return [model for part in parts for model in _models(part)]


def _table(quantity: type[BaseModel]) -> str:
    (unit,) = get_args(quantity.model_fields["unit"].annotation)
    fields = (f'unit = "{unit}"' if name == "unit" else name for name in quantity.model_fields)
    return f"{{ {', '.join(fields)} }}"
