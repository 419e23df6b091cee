"""Flags made from settings: a setting's name, type, meaning and default are written in the settings alone.

They are read from a table that is made from the settings (``settings/described.json``), so that ``--help`` need not
load what checks them.
"""

import inspect
import json
import re
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from lowsr_tradeoff.cli import values
from lowsr_tradeoff.cli.app import COMPUTE, DATA, DECIDE, MEASURE, OUTPUT
from lowsr_tradeoff.errors import ConfigError

Given = Mapping[str, Any]
DESCRIBED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "settings" / "described.json").read_text(encoding="utf-8")
)
KINDS: dict[str, type] = {"number": float, "boolean": bool}
METAVARS = {"integer": "NUMBER", "number": "NUMBER", "string": "TEXT", "array": "LIST"}
# The group in the help of a setting, or of the table that it is in; all others say what to measure.
GROUPS = {
    **dict.fromkeys(("events", "speech", "skip_bad"), DATA),
    **dict.fromkeys(("constraints", "gate", "privacy_axis"), DECIDE),
    "device_type": COMPUTE,
    **dict.fromkeys(("include_audio", "include_transcripts"), OUTPUT),
}


def with_settings(**paths: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds an optional flag per setting: ``rates="rates_hz"`` is ``--rates``.

    The command's first argument is a table of the settings that were given, as :func:`load_config` takes it. A
    fault of a setting that was given by a flag is told with the flag's name.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def call(*args: object, **flags: object) -> object:
            given: dict[str, Any] = {}
            named: dict[str, str] = {}
            for name, path in paths.items():
                if (value := flags.pop(name, None)) is not None:
                    named[path] = f"--{name.replace('_', '-')}"
                    _put(given, path, _value(named[path], path, value))
            try:
                return command(given, *args, **flags)
            except ConfigError as error:
                raise ConfigError(_by_flags(str(error), named)) from error

        _, *own = inspect.signature(command).parameters.values()
        made = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(path))
            for name, path in paths.items()
        ]
        parameters = sorted([*made, *own], key=lambda parameter: parameter.kind)
        call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        call.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return call

    return decorate


def _annotation(path: str) -> object:
    """The type and help of a setting's flag; a list is written with commas."""
    setting = DESCRIBED[path]
    default, kind = setting["default"], setting["kind"]
    shown = ",".join(map(str, default)) if isinstance(default, list) else default
    told = [
        setting["meaning"],
        *(["Comma separated."] if kind == "array" else []),
        *([] if shown in {None, False, ""} else ["On by default." if shown is True else f"Default: {shown}."]),
    ]
    choices = setting["choices"] if kind == "string" else None
    hint: Any = Literal[tuple(choices)] if choices else str if _is_read_here(path) else KINDS.get(kind, str)
    parameter = Parameter(
        help=" ".join(told),
        # What is on by default needs a flag that turns it off: --no-NAME.
        negative=None if default is True else (),
        show_default=False,
        metavar=_metavar(path),
        group=GROUPS.get(path, GROUPS.get(path.partition(".")[0], MEASURE)),
    )
    return Annotated[hint | None, parameter]


def _metavar(path: str) -> str | None:
    if path.endswith("_hz"):
        return "RATES" if DESCRIBED[path]["kind"] == "array" else "RATE"
    return "SHARE" if DESCRIBED[path]["is_share"] else METAVARS.get(DESCRIBED[path]["kind"])


def _is_read_here(path: str) -> bool:
    """Whether the text of a flag is read in this package, which knows how people write it."""
    return DESCRIBED[path]["is_share"] or path.endswith("_hz") or DESCRIBED[path]["kind"] in {"integer", "array"}


def _value(flag: str, path: str, given: object) -> object:
    setting = DESCRIBED[path]
    if not isinstance(given, str) or not _is_read_here(path):
        return given
    if setting["is_share"]:
        return values.share(flag, given)
    if setting["kind"] == "integer":
        return (values.rate if path.endswith("_hz") else values.integer)(flag, given)
    if setting["of"] == "integer":
        return (values.rates if path.endswith("_hz") else values.integers)(flag, given)
    return [part.strip() for part in given.split(",")]


def _by_flags(message: str, named: Mapping[str, str]) -> str:
    """The message with the names of flags for those of the settings that they gave."""
    for path, flag in named.items():
        message = re.sub(rf"^{re.escape(path)}(\.\d+)?:", f"{flag}:", message, flags=re.MULTILINE)
    return message


def _put(tree: dict[str, Any], path: str, value: object) -> None:
    *groups, name = path.split(".")
    for group in groups:
        tree = tree.setdefault(group, {})
    tree[name] = value
