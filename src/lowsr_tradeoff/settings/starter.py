"""A settings file to start from: every setting with its meaning, unit, allowed values and default.

All of it is read from the settings themselves, so that the file cannot say anything else than the program does.
"""

import inspect
import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import toml_value

WIDTH = 100
HEAD = """\
# Settings of a study: lowsr-tradeoff --config THIS_FILE
# Every line holds its default; what is commented out is unset. Flags go before this file, and
# relative paths in it are relative to it."""

# What the last part of a setting's name says of its unit.
UNITS = {
    "hz": "Hz", "s": "seconds", "hours": "hours", "mah": "mAh", "v": "V", "c": "°C", "m": "m", "m3": "m³",
    "db": "dB", "dbfs": "dB of full scale", "sha256": "64 hexadecimal digits",
}  # fmt: skip
KINDS = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}


def starter_toml() -> str:
    """Return the default settings as commented TOML, which loads back to the default study."""
    return "\n".join([HEAD, *_group(StudyConfig(), ())]) + "\n"


def described() -> dict[str, dict[str, Any]]:
    """Return what flags are made from: meaning, kind, choices and default of every setting, by dotted name.

    ``described.json`` holds it, for a command line that does not load the settings; made anew by
    ``python -m lowsr_tradeoff.settings.starter``.
    """
    return dict(_described(StudyConfig(), ""))


def meanings(group: type[BaseModel]) -> dict[str, str]:
    """Return what the docstring of a group of settings says of each.

    >>> from lowsr_tradeoff.settings.groups import SpeechSettings
    >>> meanings(SpeechSettings)["source"][:29]
    'Speech that must not leak: "d'
    """
    _, _, attributes = (inspect.getdoc(group) or "").partition("Attributes:\n")
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", attributes, re.MULTILINE)
    return {name: _plain(text) for name, text in entries}


def _group(group: BaseModel, path: tuple[str, ...]) -> Iterator[str]:
    """The group's own settings, then the groups in it: TOML wants them in this order."""
    kind = type(group)
    said, schema = meanings(kind), kind.model_json_schema(mode="validation")
    inner = {name: value for name, value in group if isinstance(value, BaseModel)}
    for name, value in group:
        if name not in inner:
            allowed = _allowed(name, schema["properties"][name], schema.get("$defs", {}))
            default = "unset" if value is None else toml_value(json.loads(json.dumps(value)))
            yield from ("", *_comment(said[name]), *_comment(f"{allowed}; default: {default}"))
            yield f"# {name} = …" if value is None else f"{name} = {default}"
    for name, value in inner.items():
        where = (*path, name)
        yield from (
            "",
            "",
            f"[{'.'.join(where)}]",
            *_comment(_plain((inspect.getdoc(value) or "").split("\n\n")[0])),
        )
        yield from _group(value, where)


def _described(group: BaseModel, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    said, schema = meanings(type(group)), type(group).model_json_schema(mode="validation")
    for name, value in group:
        if isinstance(value, BaseModel):
            yield from _described(value, f"{path}{name}.")
        else:
            [kind, *_] = _kinds(schema["properties"][name])
            yield (
                f"{path}{name}",
                {
                    "meaning": said[name],
                    "kind": kind.get("type"),
                    "of": kind.get("items", {}).get("type"),
                    "choices": kind.get("enum"),
                    "default": json.loads(json.dumps(value)),
                },
            )


def _kinds(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """What a setting may be, unset apart."""
    return [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def _plain(text: str) -> str:
    """Text of a docstring without its marks and line breaks; TOML has no ``None`` but lines left out."""
    return " ".join(text.replace("``None``", "unset").replace("``", "").split())


def _allowed(name: str, schema: dict[str, Any], others: dict[str, Any]) -> str:
    """What may be written: choices, or a kind of value with its unit and range."""
    [kind, *_] = _kinds(schema)
    if kind.get("type") == "array":
        return f"list of: {_allowed(name, kind['items'], others)}"
    if "$ref" in kind:
        keys = others[kind["$ref"].rpartition("/")[2]]["properties"]
        return f"tables with {', '.join(keys)}"
    if "enum" in kind:
        return f"one of {', '.join(map(json.dumps, kind['enum']))}"
    return UNITS.get(name.rpartition("_")[2], KINDS[kind["type"]]) + _range(kind)


def _range(kind: dict[str, Any]) -> str:
    least, most, above = (kind.get(name) for name in ("minimum", "maximum", "exclusiveMinimum"))
    if least is not None and most is not None:
        return f", {least:g} to {most:g}"
    if least is not None:
        return f", {least:g} or more"
    if most is not None:
        return f", {most:g} or less"
    return "" if above is None else f", above {above:g}"


if __name__ == "__main__":
    lines = (f" {json.dumps(name)}: {json.dumps(of, ensure_ascii=False)}" for name, of in described().items())
    Path(__file__).with_name("described.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
