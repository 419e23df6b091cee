"""Device profiles and the parts they use: TOML files, those of the package by name and a user's own by path."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.files.reading import MOST_TOML_BYTES, parse_toml, read_file
from lowsr_tradeoff.power.profiles.parts import Microphone, Radio, Storage
from lowsr_tradeoff.power.profiles.profile import DeviceProfile
from lowsr_tradeoff.settings.groups import PowerSettings, Settings

Kind = Literal["devices", "microphones", "radios", "storage"]
PROFILES = resources.files("lowsr_tradeoff") / "configs"
# Parts that a device's file may name instead of spelling them out.
PARTS: dict[str, Kind] = {"microphone": "microphones", "radio": "radios", "storage": "storage"}
# Problems named of one file.
LISTED = 50
ModelT = TypeVar("ModelT", bound=Settings)


def list_devices() -> tuple[str, ...]:
    """Return the names of the device profiles that come with the package.

    >>> {"nrf52840", "phone_cpu", "stm32u385"} <= set(list_devices())
    True
    """
    return list_profiles("devices")


def list_profiles(kind: Kind) -> tuple[str, ...]:
    """Return the names of the profiles of one kind that come with the package."""
    files = (entry.name for entry in (PROFILES / kind).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


def load_device(name_or_path: str) -> DeviceProfile:
    """Return a profile by name, or from a TOML file by its path.

    Raises:
        ConfigError: No such profile or file, or fields of it are wrong; the message lists all of them.
    """
    tree, where = _read("devices", name_or_path)
    for field, kind in PARTS.items():
        if isinstance(tree.get(field), str):
            tree[field] = _read(kind, _beside(where, tree[field]))[0]
    return _validated(DeviceProfile, tree, where)


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
    """Return the devices of a study with the microphone and software stack that it chooses for them.

    Raises:
        ConfigError: As :func:`load_devices`, or a device cannot take the microphone or has no such stack.
    """
    return tuple(_fitted(profile, settings) for profile in load_devices(settings.devices))


def load_microphone(name_or_path: str) -> Microphone:
    """Return a microphone by name, or from a TOML file by its path.

    Raises:
        ConfigError: As :func:`load_device`.
    """
    return _validated(Microphone, *_read("microphones", name_or_path))


def load_radio(name_or_path: str) -> Radio:
    """Return a radio by name, or from a TOML file by its path.

    Raises:
        ConfigError: As :func:`load_device`.
    """
    return _validated(Radio, *_read("radios", name_or_path))


def load_storage(name_or_path: str) -> Storage:
    """Return a storage by name, or from a TOML file by its path.

    Raises:
        ConfigError: As :func:`load_device`.
    """
    return _validated(Storage, *_read("storage", name_or_path))


def _fitted(profile: DeviceProfile, settings: PowerSettings) -> DeviceProfile:
    tree = profile.model_dump(exclude_none=True)
    if settings.microphone is not None:
        tree["microphone"] = load_microphone(settings.microphone).model_dump(exclude_none=True)
    if settings.stack is not None:
        tree["core"]["stack"] = settings.stack
    changed = settings.microphone is not None or settings.stack is not None
    return _validated(DeviceProfile, tree, profile.name) if changed else profile


def _validated(model: type[ModelT], tree: dict[str, Any], where: str) -> ModelT:
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(
            "\n".join(explain(problem, model, where) for problem in error.errors()[:LISTED])
        ) from error


def _read(kind: Kind, name_or_path: str) -> tuple[dict[str, Any], str]:
    """The tables of a profile and where they stand."""
    text, where = _text(kind, name_or_path)
    try:
        return parse_toml(text), where
    except ValueError as error:
        raise ConfigError(f"{where}: is not TOML: {error}") from error


def _text(kind: Kind, name_or_path: str) -> tuple[str, str]:
    if name_or_path in list_profiles(kind):
        return (PROFILES / kind / f"{name_or_path}.toml").read_text(encoding="utf-8"), name_or_path
    path = Path(name_or_path)
    one = kind.removesuffix("s")
    if path.suffix != ".toml":
        known = ", ".join(list_profiles(kind))
        raise ConfigError(f"{name_or_path!r} is no known {one}; choose one of {known}, or give a .toml file")
    try:
        return read_file(path, MOST_TOML_BYTES).decode(), str(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); check the path of the {one} profile") from error


def _beside(where: str, part: str) -> str:
    """A part's own file is named relative to the file that names it."""
    return str(Path(where).parent / part) if part.endswith(".toml") else part


# The names by which the schema tells alternatives apart; no fields of a file.
TAGS = {"clocked", "metered", "own", "held"}


def explain(problem: ErrorDetails, profile: type[BaseModel], where: str) -> str:
    """Return one line: file, field, what is wrong, and the table that the field expects, with its unit."""
    path = [str(part) for part in problem["loc"] if part not in TAGS]
    table = _expected_table(path, profile)
    return f"{where}: {'.'.join(path) or 'profile'}: {_message(problem)}{f'; expects {table}' if table else ''}"


def _message(problem: ErrorDetails) -> str:
    known = {"missing": "is missing", "extra_forbidden": "is no field of a profile"}
    given = "" if isinstance(problem["input"], dict) else f" (given: {problem['input']!r})"
    if problem["type"] in {"model_type", "model_attributes_type"}:
        return f"is not a table{given}"
    return known.get(problem["type"]) or problem["msg"].removeprefix("Value error, ") + given


def _expected_table(path: Sequence[str], profile: type[BaseModel]) -> str | None:
    """The quantity that a path of field names leads to or into, as one writes it in TOML."""
    annotation: object = profile
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


BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def profile_toml(profile: DeviceProfile) -> str:
    """Return a profile as TOML, parts that it named by file spelt out."""
    return "\n".join(_rows(profile.model_dump(mode="json", exclude_none=True), ())) + "\n"


def _rows(fields: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Figures and plain values first: whatever follows a header of TOML belongs to it."""
    inner = {name: value for name, value in fields.items() if isinstance(value, dict) and "unit" not in value}
    if path:
        yield f"\n[{'.'.join(map(_key, path))}]"
    yield from (f"{_key(name)} = {_value(value)}" for name, value in fields.items() if name not in inner)
    for name, value in inner.items():
        yield from _rows(value, (*path, name))


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    # A JSON string, number or truth value is one of TOML too.
    return json.dumps(value)


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else json.dumps(name)
