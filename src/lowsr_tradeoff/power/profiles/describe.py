"""A profile's figures with interval, basis and source: as text, and for the record of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from lowsr_tradeoff.power.profiles.devices import (
    PARTS,
    list_devices,
    list_profiles,
    load_device,
    load_microphone,
    load_radio,
    load_storage,
)
from lowsr_tradeoff.power.profiles.parts import Microphone, Radio, Storage
from lowsr_tradeoff.power.profiles.profile import DeviceProfile
from lowsr_tradeoff.records.power import DeviceSheet, SourcedFigure
from lowsr_tradeoff.settings.groups import Settings


def describe(name_or_path: str) -> str:
    """Return a profile as text: a device's by name or path, or that of a packaged part by its name.

    Raises:
        ConfigError: As :func:`load_device`.
    """
    profile = _profile(name_or_path)
    lines = (f"  {name}: {_shown(value)}" for name, value in _leaves(_fields(profile)))
    return "\n".join([f"{profile.name}: {profile.description}", *lines])


def overview() -> str:
    """Return the names of all profiles that come with the package: devices with what they are, then parts."""
    named = [(name, load_device(name).description) for name in list_devices()]
    width = max(len(name) for name, _ in named)
    parts = (f"{kind}: {', '.join(list_profiles(kind))}" for kind in PARTS.values())
    return "\n".join([*(f"{name.ljust(width)}  {what}" for name, what in named), "", *parts])


def sheet(profile: DeviceProfile) -> DeviceSheet:
    """Return a device's figures with their sources, for the record of a run."""
    figures = (
        SourcedFigure(parameter=name, text=_text(value), basis=value["basis"], source=value["source"])
        for name, value in _leaves(_fields(profile))
        if isinstance(value, Mapping)
    )
    return DeviceSheet(device=profile.name, description=profile.description, figures=tuple(figures))


def _profile(name_or_path: str) -> DeviceProfile | Microphone | Radio | Storage:
    if name_or_path in list_profiles("microphones"):
        return load_microphone(name_or_path)
    if name_or_path in list_profiles("radios"):
        return load_radio(name_or_path)
    if name_or_path in list_profiles("storage"):
        return load_storage(name_or_path)
    return load_device(name_or_path)


def _fields(profile: Settings) -> dict[str, Any]:
    return profile.model_dump(exclude={"name", "description"}, exclude_none=True)


def _leaves(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure and word of a profile by its dotted name."""
    for name, value in fields.items():
        if isinstance(value, dict) and "unit" not in value:
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _shown(value: object) -> str:
    return f"{_text(value)}, {value['basis']}: {value['source']}" if isinstance(value, Mapping) else str(value)


def _text(quantity: Mapping[str, Any]) -> str:
    """Value, interval and unit."""
    value, spread = quantity["value"], quantity.get("spread", 1)
    listed = ", ".join(map(str, value)) if isinstance(value, tuple) else _short(value)
    interval = f" ({_short(value / spread)}…{_short(value * spread)})" if spread > 1 else ""
    unit = "" if quantity["unit"] == "1" else f" {quantity['unit']}"
    return f"{listed}{interval}{unit}"


def _short(x: float) -> str:
    return f"{x:.3g}" if abs(x) < 1000 else f"{x:.0f}"
