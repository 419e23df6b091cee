"""Device profiles: TOML files, those of the package by name and a user's own by path."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.profile import DeviceProfile

PROFILES = resources.files("lowsr_tradeoff") / "configs" / "devices"


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


def describe(name_or_path: str) -> str:
    """Return a profile as text: a line per figure with its interval, basis and source.

    Raises:
        ConfigError: As :func:`load_device`.
    """
    profile = load_device(name_or_path)
    lines = _lines(profile.model_dump(exclude={"name", "description"}, exclude_none=True))
    return "\n".join([f"{profile.name}: {profile.description}", *lines])


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


def _lines(fields: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in fields.items():
        if not isinstance(value, dict):
            yield f"  {prefix}{name}: {value}"
        elif "unit" in value:
            yield f"  {prefix}{name}: {_figure(value)}"
        else:
            yield from _lines(value, f"{prefix}{name}.")


def _figure(quantity: Mapping[str, Any]) -> str:
    value, spread = quantity["value"], quantity.get("spread", 1)
    listed = ", ".join(map(str, value)) if isinstance(value, tuple) else _short(value)
    interval = f" ({_short(value / spread)}…{_short(value * spread)})" if spread > 1 else ""
    unit = "" if quantity["unit"] == "1" else f" {quantity['unit']}"
    return f"{listed}{interval}{unit}, {quantity['basis']}: {quantity['source']}"


def _short(x: float) -> str:
    return f"{x:.3g}" if abs(x) < 1000 else f"{x:.0f}"
