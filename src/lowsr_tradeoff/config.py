"""A study's settings: frozen, complete, with no unknown keys.

Precedence: defaults < TOML file < command-line flags. Relative paths in a file are relative to that file.
"""

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records import Arm, Grid

MIN_RATE_HZ = 100
EMBEDDED = ("demo", "digits")

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Settings(BaseModel):
    """A frozen group of settings that refuses unknown keys and non-finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FrontEnd(Settings):
    """The microphone's analogue side and converter; part of every privacy claim.

    Attributes:
        anti_alias: Band-limit before decimating. Without it everything above rate/2 folds down.
        noise_floor_dbfs: RMS of microphone plus converter noise in the captured band, relative to a
            full-scale square wave (amplitude 1); ``None`` for a noiseless part.
        bits: Resolution of the converter.
    """

    anti_alias: bool = True
    noise_floor_dbfs: float | None = Field(default=-80.0, le=0)
    bits: int = Field(default=16, ge=2, le=24)


class EventsSettings(Settings):
    """Which events to recognise.

    Attributes:
        source: ``"demo"`` (synthesised), ``"digits"`` (embedded spoken digits), a folder with a subfolder per
            class, a CSV ``path,label[,fold][,source]``, or an ESC-50 checkout.
        n_folds: Folds to make where the corpus brings none.
        clip_s: Seconds the network hears; ``None`` takes what 19 clips in 20 fit into, at most 10 s.
    """

    source: str = "demo"
    n_folds: int = Field(default=5, ge=2)
    clip_s: Positive | None = None


class SpeechSettings(Settings):
    """Whose words to recover: ``"demo"`` (embedded) or a folder with ``metadata.csv``."""

    source: str = "demo"


class ClassifySettings(Settings):
    """How the networks are trained.

    Attributes:
        grids: Feature layouts: ``"shared"`` (every rate restored to 16 kHz), ``"native"`` (laid out for rate/2).
        arms: Ways of training compared.
        epochs: Length of the fixed schedule; the last epoch is used.
        n_seeds: Repetitions with other initialisations and batch orders.
        alpha: Weight of the labels in ``alpha * CE + (1 - alpha) * T**2 * KL``.
        temperature: T of the same.
    """

    grids: tuple[Grid, ...] = ("shared", "native")
    arms: tuple[Arm, ...] = ("raw", "finetuned", "basd", "cssd")
    epochs: int = Field(default=20, ge=1)
    batch_size: int = Field(default=32, ge=2)
    learning_rate: Positive = 5e-3
    weight_decay: float = Field(default=1e-2, ge=0)
    mixup: float = Field(default=0.3, ge=0)
    n_seeds: int = Field(default=1, ge=1)
    alpha: Share = 0.4
    temperature: Positive = 4.0


class PrivacySettings(Settings):
    """Who tries to understand.

    Attributes:
        weights: Folder of a Whisper model in CTranslate2 form; ``None`` for the bundled tiny.en.
        batch_size: Utterances decoded at once.
        pad_s: Silence encoded after each utterance; too little makes the recogniser repeat itself.
    """

    weights: str | None = None
    batch_size: int = Field(default=8, ge=1)
    pad_s: float = Field(default=2.0, ge=1, le=20)


class PowerSettings(Settings):
    """What it runs on.

    Attributes:
        devices: Device profiles by name or TOML path; the first one decides.
        battery_mah: Nominal battery charge in mAh.
        battery_v: Nominal battery voltage in V.
        hop_s: Seconds between classifications; ``None`` for one per window.
    """

    devices: tuple[str, ...] = Field(default=("stm32u575", "stm32u385", "nrf52840", "phone_cpu"), min_length=1)
    battery_mah: Positive = 300.0
    battery_v: Positive = 3.7
    hop_s: Positive | None = None


class Constraints(Settings):
    """What must hold, on the pessimistic end of each interval. None is set by default: they are policy."""

    min_accuracy: Share | None = None
    max_word_recovery: Share | None = None
    min_battery_hours: Positive | None = None

    def given(self) -> dict[str, float]:
        """Return the constraints that are set, by name.

        >>> Constraints(min_accuracy=0.7).given()
        {'min_accuracy': 0.7}
        """
        return {name: value for name, value in self.model_dump().items() if value is not None}


class StudyConfig(Settings):
    """All settings of a study.

    Attributes:
        rates_hz: Candidate rates of the microphone, ascending.
        reference_rate_hz: The full rate that candidates are compared with, and that CSSD's teacher hears.
        seed: Base of every random draw.
        n_resamples: Bootstrap resamples and Monte Carlo draws.
        skip_bad: Continue without unusable input files.
        include_audio: Put the user's own clips and transcripts into the report's listening section.
    """

    rates_hz: tuple[int, ...] = (500, 1000, 2000, 4000)
    reference_rate_hz: int = 16000
    seed: int = Field(default=0, ge=0)
    n_resamples: int = Field(default=2000, ge=100)
    skip_bad: bool = False
    include_audio: bool = False
    front_end: FrontEnd = FrontEnd()
    events: EventsSettings = EventsSettings()
    speech: SpeechSettings = SpeechSettings()
    classify: ClassifySettings = ClassifySettings()
    privacy: PrivacySettings = PrivacySettings()
    power: PowerSettings = PowerSettings()
    constraints: Constraints = Constraints()

    @field_validator("rates_hz")
    @classmethod
    def _check_rates(cls, rates_hz: tuple[int, ...]) -> tuple[int, ...]:
        if not rates_hz:
            raise ValueError("give at least one rate, for example 500,1000,2000,4000")
        if repeated := sorted({rate for rate in rates_hz if rates_hz.count(rate) > 1}):
            raise ValueError(f"rates are given twice: {repeated}")
        if low := [rate for rate in rates_hz if rate < MIN_RATE_HZ]:
            raise ValueError(f"{low} Hz is below {MIN_RATE_HZ} Hz, the least that has bands to listen to")
        return tuple(sorted(rates_hz))

    @model_validator(mode="after")
    def _check_reference(self) -> Self:
        if above := [rate for rate in self.rates_hz if rate > self.reference_rate_hz]:
            raise ValueError(f"{above} Hz is above the reference rate of {self.reference_rate_hz} Hz")
        return self

    def all_rates_hz(self) -> tuple[int, ...]:
        """Return the candidate rates and the reference rate, ascending.

        >>> StudyConfig(rates_hz=(1000,)).all_rates_hz()
        (1000, 16000)
        """
        return tuple(sorted({*self.rates_hz, self.reference_rate_hz}))


def load_config(path: Path | None, overrides: Mapping[str, Any] = MappingProxyType({})) -> StudyConfig:
    """Return the settings of a TOML file with command-line values on top.

    Args:
        path: A TOML file, or ``None`` for the defaults.
        overrides: Values by dotted name (``"power.devices"``); ``None`` values are passed over.

    Raises:
        ConfigError: The file cannot be read, or a key or value is wrong; the message lists all of them.
    """
    tree = _read_toml(path) if path else {}
    for name, value in overrides.items():
        if value is not None:
            _put(tree, name.split("."), value)
    try:
        return StudyConfig.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(_explain(error, path)) from error


def dump_toml(config: StudyConfig) -> str:
    """Return the complete settings as TOML that :func:`load_config` reads back to an equal study."""
    tree = config.model_dump(mode="json", exclude_none=True)
    lines = [f"{key} = {_toml(value)}" for key, value in tree.items() if not isinstance(value, dict)]
    for table, values in tree.items():
        if isinstance(values, dict):
            lines += ["", f"[{table}]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the path of --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML in UTF-8: {error}") from error
    for room, key in (("events", "source"), ("speech", "source"), ("privacy", "weights"), ("power", "devices")):
        group = tree.get(room)
        if isinstance(group, dict) and key in group:
            group[key] = _beside(path, group[key])
    return tree


def _beside(file: Path, value: object) -> object:
    """The path from the file's folder; what names something embedded stays."""
    if isinstance(value, list):
        return [_beside(file, item) for item in value]
    if not isinstance(value, str) or value in EMBEDDED:
        return value
    return str(file.parent / value) if "/" in value or (file.parent / value).exists() else value


def _put(tree: dict[str, Any], names: list[str], value: object) -> None:
    *groups, last = names
    for name in groups:
        tree = tree.setdefault(name, {})
    tree[last] = value


def _explain(error: ValidationError, path: Path | None) -> str:
    where = f"{path}: " if path else ""
    lines = [
        f"{where}{'.'.join(str(part) for part in problem['loc']) or 'settings'}: {_message(problem)}"
        for problem in error.errors()
    ]
    return "\n".join(lines)


def _message(problem: Mapping[str, Any]) -> str:
    if problem["type"] != "extra_forbidden":
        return f"{problem['msg'].removeprefix('Value error, ')} (given: {problem['input']!r})"
    near = difflib.get_close_matches(str(problem["loc"][-1]), _names(StudyConfig), n=1)
    return "unknown setting" + (f"; did you mean {near[0]}?" if near else "")


def _names(group: type[BaseModel]) -> list[str]:
    names = []
    for name, field in group.model_fields.items():
        names.append(name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names += _names(field.annotation)
    return names


def _toml(value: object) -> str:
    """A JSON scalar or list is also TOML, but for the escapes that strings share with JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        return _toml_string(value)
    return repr(value)


def _toml_string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'
