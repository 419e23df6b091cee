"""Device profiles and the parts they use: TOML files, those of the package by name and a user's own by path."""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lowsr_tradeoff.errors import ConfigError, did_you_mean
from lowsr_tradeoff.files.reading import MOST_TOML_BYTES, parse_toml, read_file
from lowsr_tradeoff.power.profiles.parts import Microphone, Radio, Storage
from lowsr_tradeoff.power.profiles.profile import DeviceProfile
from lowsr_tradeoff.settings.groups import PowerSettings, Settings
from lowsr_tradeoff.settings.toml import toml_value

Kind = Literal["devices", "microphones", "radios", "storage"]
PROFILES = resources.files("lowsr_tradeoff") / "configs"
# Parts that a device's file may name instead of having their tables in it.
PARTS: dict[str, Kind] = {"microphone": "microphones", "radio": "radios", "storage": "storage"}
Part = Microphone | Radio | Storage
MODELS: dict[Kind, type[Part]] = {"microphones": Microphone, "radios": Radio, "storage": Storage}
MOST_PROBLEMS = 50
ModelT = TypeVar("ModelT", bound=Settings)


def list_profiles(kind: Kind) -> tuple[str, ...]:
    """Return the names of the profiles of one kind that come with the package.

    >>> {"nrf52840", "phone_cpu", "stm32u385"} <= set(list_profiles("devices"))
    True
    """
    files = (entry.name for entry in (PROFILES / kind).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


def load_device(name_or_path: str) -> DeviceProfile:
    """Return a profile by name, or from a TOML file by its path.

    Raises:
        ConfigError: No such profile or file, or fields of it are wrong; the message lists all of them.
    """
    tree, where = _read("devices", name_or_path)
    for field, kind in PARTS.items():
        if isinstance(part := tree.get(field), str):
            # The path of a part's file is relative to the file that names it.
            tree[field], _ = _read(kind, str(Path(where).parent / part) if part.endswith(".toml") else part)
    return _validated(DeviceProfile, tree, where)


def load_part(kind: Kind, name_or_path: str) -> Part:
    """Return a microphone, radio or storage as :func:`load_device` returns a device."""
    return _validated(MODELS[kind], *_read(kind, name_or_path))


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


def fitted_devices(settings: PowerSettings) -> tuple[DeviceProfile, ...]:
    """Return the devices of a study with the microphone and software stack that its settings choose.

    Raises:
        ConfigError: As :func:`load_devices`, or a device cannot take the microphone or has no such stack.
    """
    return tuple(_fitted(profile, settings) for profile in load_devices(settings.devices))


def _fitted(profile: DeviceProfile, settings: PowerSettings) -> DeviceProfile:
    if settings.microphone is None and settings.stack is None:
        return profile
    tree = profile.model_dump(exclude_none=True)
    if settings.microphone is not None:
        tree["microphone"] = load_part("microphones", settings.microphone).model_dump(exclude_none=True)
    if settings.stack is not None:
        tree["core"]["stack"] = settings.stack
    return _validated(DeviceProfile, tree, profile.name)


def _read(kind: Kind, name_or_path: str) -> tuple[dict[str, Any], str]:
    """Return the tables of a profile, and its name or path."""
    text, where = _text(kind, name_or_path)
    try:
        return parse_toml(text), where
    except ValueError as error:
        raise ConfigError(f"{where}: is not TOML: {error}") from error


def _text(kind: Kind, name_or_path: str) -> tuple[str, str]:
    known = list_profiles(kind)
    if name_or_path in known:
        return (PROFILES / kind / f"{name_or_path}.toml").read_text(encoding="utf-8"), name_or_path
    path = Path(name_or_path)
    one = kind.removesuffix("s")
    if path.suffix != ".toml":
        remedy = did_you_mean(
            name_or_path, known, f"lowsr-tradeoff {kind} lists what there is, or give a .toml file"
        )
        raise ConfigError(f"{name_or_path}: is no known {one}; {remedy}")
    try:
        return read_file(path, MOST_TOML_BYTES).decode(), str(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); check the path of the {one} profile") from error


def _validated(model: type[ModelT], tree: dict[str, Any], where: str) -> ModelT:
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        problems = error.errors()[:MOST_PROBLEMS]
        raise ConfigError("\n".join(_explain(problem, model, where) for problem in problems)) from error


# The names by which the schema tells alternatives apart; they are no fields of a file.
TAGS = {"clocked", "metered", "own", "included"}


def _explain(problem: ErrorDetails, profile: type[BaseModel], where: str) -> str:
    """Return one line: file, field, what is wrong, and the table that the field expects, with its unit."""
    path = [str(part) for part in problem["loc"] if part not in TAGS]
    table = _expected_table(path, profile)
    return f"{where}: {'.'.join(path) or 'profile'}: {_message(problem)}{f'; expects {table}' if table else ''}"


def _message(problem: ErrorDetails) -> str:
    given = "" if isinstance(problem["input"], dict) else f" (given: {problem['input']!r})"
    match problem["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is no field of a profile"
        case "model_type" | "model_attributes_type":
            return f"is not a table{given}"
    return problem["msg"].removeprefix("Value error, ") + given


def _expected_table(path: Sequence[str], profile: type[BaseModel]) -> str | None:
    """Return the quantity that a path of field names leads to or into, as one writes it in TOML."""
    annotation: object = profile
    for name in path:
        if get_origin(annotation) is dict:
            annotation = get_args(annotation)[1]
        elif inner := [model for model in _models(annotation) if name in model.model_fields]:
            if "basis" in inner[0].model_fields:
                break
            annotation = inner[0].model_fields[name].annotation
    for quantity in _models(annotation):
        if "basis" in quantity.model_fields:
            units = {name: get_args(field.annotation) for name, field in quantity.model_fields.items()}
            fields = (f'unit = "{kind[0]}"' if name == "unit" else name for name, kind in units.items())
            return f"{{ {', '.join(fields)} }}"
    return None


def _models(annotation: object) -> list[type[BaseModel]]:
    """Return the models that an annotation allows, except those inside a table of names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    parts = () if get_origin(annotation) is dict else get_args(annotation)
    return [model for part in parts for model in _models(part)]


BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def profile_toml(profile: DeviceProfile) -> str:
    """Return a profile as TOML: one line for each quantity, parts that it named by file as tables."""
    return "\n".join(_toml_lines(profile.model_dump(mode="json", exclude_none=True))) + "\n"


def _toml_lines(table: Mapping[str, Any], header: str = "") -> Iterator[str]:
    """Yield quantities and plain values before the tables: what follows a header of TOML belongs to it."""
    values = {_key(name): value for name, value in table.items()}
    tables = {name: value for name, value in values.items() if isinstance(value, dict) and "basis" not in value}
    if header:
        yield f"\n[{header}]"
    yield from (f"{name} = {toml_value(value)}" for name, value in values.items() if name not in tables)
    for name, value in tables.items():
        yield from _toml_lines(value, f"{header}.{name}" if header else name)


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else toml_value(name)
