"""A device profile as the TOML that :func:`~lowsr_tradeoff.power.devices.load_device` reads back."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lowsr_tradeoff.power.profile import DeviceProfile

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def profile_toml(profile: DeviceProfile) -> str:
    """Return a profile as TOML, parts that it named by file spelt out."""
    return "\n".join(_table(profile.model_dump(mode="json", exclude_none=True), ())) + "\n"


def _table(fields: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Figures and plain values first: whatever follows a header of TOML belongs to it."""
    inner = {name: value for name, value in fields.items() if isinstance(value, dict) and "unit" not in value}
    if path:
        yield f"\n[{'.'.join(map(_key, path))}]"
    yield from (f"{_key(name)} = {_value(value)}" for name, value in fields.items() if name not in inner)
    for name, value in inner.items():
        yield from _table(value, (*path, name))


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    # A JSON string, number or truth value is one of TOML too.
    return json.dumps(value)


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else json.dumps(name)
