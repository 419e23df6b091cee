"""Flags made from settings: a setting's name, type, meaning and default are written in the settings alone.

They are read from a table that is made from the settings (``settings/described.json``), so that ``--help`` need not
load what checks them.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from functools import wraps
from importlib.resources import files
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from lowsr_tradeoff.errors import ConfigError

Given = Mapping[str, Any]
DESCRIBED: dict[str, dict[str, Any]] = json.loads(
    (files("lowsr_tradeoff") / "settings" / "described.json").read_text(encoding="utf-8")
)
KINDS: dict[str, type] = {"integer": int, "number": float, "boolean": bool, "string": str, "array": str}


def with_settings(**paths: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds an optional flag per setting: ``rates="rates_hz"`` is ``--rates``.

    The command's first argument is a table of the settings that were given, as :func:`load_config` takes it.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def call(*args: object, **flags: object) -> object:
            given: dict[str, Any] = {}
            for name, path in paths.items():
                if (value := flags.pop(name, None)) is not None:
                    _put(given, path, _value(name, path, value))
            return command(given, *args, **flags)

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


def integers(option: str, text: str) -> list[int]:
    """Return the whole numbers of a comma list; raises :class:`ConfigError` for anything else."""
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise ConfigError(f"{option} {text}: give whole numbers with commas, for example 500,1000,2000") from error


def _annotation(path: str) -> object:
    """The type and help of a setting's flag; a list is written with commas."""
    setting = DESCRIBED[path]
    default = setting["default"]
    shown = ",".join(map(str, default)) if isinstance(default, list) else default
    told = [
        setting["meaning"],
        *(["Comma separated."] if setting["kind"] == "array" else []),
        *([] if shown in {None, False, ""} else [f"Default: {shown}."]),
    ]
    kind: Any = Literal[tuple(setting["choices"])] if setting["choices"] else KINDS[setting["kind"]]
    # What is on by default needs a flag that turns it off: --no-NAME.
    negative = None if default is True else ()
    return Annotated[kind | None, Parameter(help=" ".join(told), negative=negative, show_default=False)]


def _value(flag: str, path: str, given: object) -> object:
    setting = DESCRIBED[path]
    if setting["kind"] != "array" or not isinstance(given, str):
        return given
    return integers(f"--{flag.replace('_', '-')}", given) if setting["of"] == "integer" else given.split(",")


def _put(tree: dict[str, Any], path: str, value: object) -> None:
    *groups, name = path.split(".")
    for group in groups:
        tree = tree.setdefault(group, {})
    tree[name] = value
