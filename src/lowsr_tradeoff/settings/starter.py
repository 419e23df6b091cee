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
# Every line holds its default; what is commented out is unset. Flags override this file, and
# relative paths in it are relative to it."""

# What the last part of a setting's name says of its unit.
UNITS = {
    "hz": "Hz", "s": "seconds", "hours": "hours", "mah": "mAh", "v": "V", "c": "°C", "m": "m", "m3": "m³",
    "db": "dB", "dbfs": "dB of full scale", "sha256": "64 hexadecimal digits",
}  # fmt: skip
KINDS = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}


def starter_toml() -> str:
    """Return the default settings as commented TOML, which loads back to the default study."""
    lines = [HEAD]
    for path, group in _groups(StudyConfig(), ()):
        if path:
            summary = (inspect.getdoc(group) or "").split("\n\n")[0]
            lines += ["", "", f"[{'.'.join(path)}]", *_comment(_plain(summary))]
        for name, meaning, schema, default in _settings(group):
            told = "unset" if default is None else toml_value(default)
            lines += ["", *_comment(meaning), *_comment(f"{_allowed(name, schema)}; default: {told}")]
            lines.append(f"# {name} = …" if default is None else f"{name} = {told}")
    return "\n".join(lines) + "\n"


def described() -> dict[str, dict[str, Any]]:
    """Return what flags are made from: all that they tell of every setting, by its dotted name.

    ``described.json`` holds it, for a command line that does not load the settings; made anew by
    ``python -m lowsr_tradeoff.settings.starter``.
    """
    return {
        ".".join((*path, name)): {
            "meaning": meaning,
            "kind": schema.get("type"),
            "of": schema.get("items", {}).get("type"),
            "choices": schema.get("enum") or schema.get("items", {}).get("enum"),
            "is_share": (schema.get("minimum"), schema.get("maximum")) == (0, 1),
            "default": default,
        }
        for path, group in _groups(StudyConfig(), ())
        for name, meaning, schema, default in _settings(group)
    }


def meanings(group: type[BaseModel]) -> dict[str, str]:
    """Return what the docstrings of a group of settings, and of those it extends, say of each.

    >>> from lowsr_tradeoff.settings.groups import SpeechSettings
    >>> meanings(SpeechSettings)["source"][:29]
    'Speech that must not leak: "d'
    """
    found: dict[str, str] = {}
    for kind in reversed(group.__mro__):
        _, _, attributes = inspect.cleandoc(vars(kind).get("__doc__") or "").partition("Attributes:\n")
        found |= dict(re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", attributes, re.MULTILINE))
    return {name: _plain(text) for name, text in found.items() if name in group.model_fields}


def _groups(group: BaseModel, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], BaseModel]]:
    """The group, then those in it: TOML wants a table's own settings before its tables."""
    yield path, group
    for name, value in group:
        if isinstance(value, BaseModel):
            yield from _groups(value, (*path, name))


def _settings(group: BaseModel) -> Iterator[tuple[str, str, dict[str, Any], Any]]:
    """Name, meaning, JSON schema and default of each of the group's own settings."""
    meaning, schema = meanings(type(group)), type(group).model_json_schema(mode="validation")
    for name, value in group:
        if not isinstance(value, BaseModel):
            kind = _resolved(schema["properties"][name], schema.get("$defs", {}))
            yield name, meaning[name], kind, json.loads(json.dumps(value))


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of what is set, with that of the tables it lists in place of their names."""
    kind: dict[str, Any] = next(each for each in schema.get("anyOf", [schema]) if each.get("type") != "null")
    if "$ref" in kind:
        kind = definitions[kind["$ref"].rpartition("/")[2]]
    return {**kind, "items": _resolved(kind["items"], definitions)} if "items" in kind else kind


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def _plain(text: str) -> str:
    """Text of a docstring without its marks and line breaks; TOML has no ``None`` but lines left out."""
    return " ".join(text.replace("``None``", "unset").replace("``", "").split())


def _allowed(name: str, kind: dict[str, Any]) -> str:
    """What may be written: choices, or a kind of value with its unit and range."""
    if kind.get("type") == "array":
        return f"list of: {_allowed(name, kind['items'])}"
    if kind.get("type") == "object":
        return f"tables with {', '.join(kind['properties'])}"
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
