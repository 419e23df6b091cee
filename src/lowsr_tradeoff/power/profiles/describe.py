"""A profile's figures with interval, basis and source: as text, and for the record of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from lowsr_tradeoff.power.profiles.devices import PARTS, list_profiles, load_device, load_part
from lowsr_tradeoff.power.profiles.profile import DeviceProfile
from lowsr_tradeoff.records.power import DeviceSheet, SourcedFigure
from lowsr_tradeoff.settings.groups import Settings


def describe(name_or_path: str) -> str:
    """Return a profile as TOML text: a device's by name or path, or a part's of the package by name."""
    kind = next((kind for kind in PARTS.values() if name_or_path in list_profiles(kind)), None)
    profile = load_part(kind, name_or_path) if kind else load_device(name_or_path)
    lines = [f"{profile.name}: {profile.description}"]
    for name, value in _figures(profile):
        if isinstance(value, Mapping):
            lines.append(f"  {name}: {_text(value)}, {value['basis']}{_read(value)}: {value['source']}")
        else:
            lines.append(f"  {name}: {value}")
    return "\n".join(lines)


def overview() -> str:
    """Return the names of all profiles that come with the package: devices with what they are, then parts."""
    descriptions = {name: load_device(name).description for name in list_profiles("devices")}
    width = max(map(len, descriptions))
    devices = [f"{name.ljust(width)}  {description}" for name, description in descriptions.items()]
    return "\n".join([*devices, "", *(f"{kind}: {', '.join(list_profiles(kind))}" for kind in PARTS.values())])


def sheet(profile: DeviceProfile) -> DeviceSheet:
    """Return a device's figures with their sources, for the record of a run."""
    figures = tuple(
        SourcedFigure(
            parameter=name, text=_text(value), basis=value["basis"], source=value["source"], read=value.get("read")
        )
        for name, value in _figures(profile)
        if isinstance(value, Mapping)
    )
    return DeviceSheet(device=profile.name, description=profile.description, figures=figures)


def _figures(profile: Settings) -> Iterator[tuple[str, Any]]:
    return _leaves(profile.model_dump(exclude={"name", "description"}, exclude_none=True))


def _leaves(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every quantity and every word of a profile with its dotted name."""
    for name, value in fields.items():
        if isinstance(value, dict) and "basis" not in value:
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _text(quantity: Mapping[str, Any]) -> str:
    """Return value, interval and unit; a filter has its name alone."""
    value, spread = quantity["value"], quantity.get("spread", 1)
    if isinstance(value, str):
        return value
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else _short(value)
    interval = f" ({_short(value / spread)}…{_short(value * spread)})" if spread > 1 else ""
    unit = "" if quantity["unit"] == "1" else f" {quantity['unit']}"
    return f"{text}{interval}{unit}"


def _read(quantity: Mapping[str, Any]) -> str:
    """Return when the source was read, or that it was not; nothing for what is assumed and has no page."""
    if "read" in quantity:
        return f" (source read {quantity['read']})"
    return "" if quantity["basis"] == "assumed" else " (source not read)"


def _short(x: float) -> str:
    return f"{x:.3g}" if abs(x) < 1000 else f"{x:.0f}"
