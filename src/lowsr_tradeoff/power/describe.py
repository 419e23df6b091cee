"""A profile as text: a line per figure with its interval, basis and source."""

from collections.abc import Iterator, Mapping
from typing import Any

from lowsr_tradeoff.power.devices import load_device


def describe(name_or_path: str) -> str:
    """Return a device's profile as text.

    Raises:
        ConfigError: As :func:`load_device`.
    """
    profile = load_device(name_or_path)
    lines = _lines(profile.model_dump(exclude={"name", "description"}, exclude_none=True))
    return "\n".join([f"{profile.name}: {profile.description}", *lines])


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
