"""Device profiles and the parts they use: TOML files, those of the package by name and a user's own by path."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.foreign import MOST_TOML_BYTES, parse_toml, read_file
from lowsr_tradeoff.power.parts import Microphone, Radio, Storage
from lowsr_tradeoff.power.problems import explain
from lowsr_tradeoff.power.profile import DeviceProfile
from lowsr_tradeoff.settings import PowerSettings, Settings

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
