"""Settings from TOML and back; what is wrong with them, in words."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from lowsr_tradeoff.errors import ConfigError, did_you_mean
from lowsr_tradeoff.files.reading import MOST_TOML_BYTES, UTF16_MARKS, parse_toml, read_file
from lowsr_tradeoff.settings.study import LIBRISPEECH, StudyConfig

# Problems named of one file.
LISTED = 50
ALL_NAMES = "the file that lowsr-tradeoff init writes names all"
# What to write, by the kind of a fault.
WANTED = {
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a number that is not infinite",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "tuple_type": "a list in brackets",
    "model_type": "a table of settings",
    "model_attributes_type": "a table of settings",
    "too_short": "a list of at least {min_length}",
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number of at least {ge:g}",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "a number of at most {le:g}",
}
EMBEDDED = ("demo", "digits")
PRESETS = Path(__file__).parents[1] / "configs" / "presets"
PATHS = (
    ("events", "source"),
    ("speech", "source"),
    ("classify", "network"),
    ("classify", "checkpoint"),
    ("privacy", "weights"),
    ("privacy", "words_source"),
    ("power", "devices"),
    ("power", "microphone"),
    ("alarms", "background"),
    ("front_end", "scene", "impulse_response"),
    ("front_end", "scene", "environment"),
)


def load_config(path: Path | str | None, overrides: Mapping[str, Any] = MappingProxyType({})) -> StudyConfig:
    """Return the settings of a TOML file with command-line values on top.

    Args:
        path: A TOML file, the name of a preset, or ``None`` for the defaults.
        overrides: Values as the file would hold them, ``{"power": {"devices": [...]}}``; ``None`` is passed over.

    Raises:
        ConfigError: The file cannot be read, or a key or value is wrong; the message lists all of them.
    """
    file = None if path is None else Path(path)
    tree = _read_toml(file) if file else {}
    _put_over(tree, overrides)
    try:
        return StudyConfig.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(_explain(error, file)) from error


def dump_toml(config: StudyConfig) -> str:
    """Return the complete settings as TOML that :func:`load_config` reads back to an equal study."""
    tree = config.model_dump(mode="json", exclude_none=True)
    lines = [f"{key} = {toml_value(value)}" for key, value in tree.items() if not isinstance(value, dict)]
    for table, values in tree.items():
        if isinstance(values, dict):
            lines += ["", f"[{table}]", *(f"{key} = {toml_value(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def toml_value(value: object) -> str:
    """Return a JSON value as TOML.

    >>> toml_value({"is_varied": True, "arms": ["raw"]})
    '{is_varied = true, arms = ["raw"]}'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'
    return repr(value)


def _read_toml(path: Path) -> dict[str, Any]:
    preset = PRESETS / f"{path}.toml"
    is_preset = preset.exists() and not path.exists()
    try:
        content = read_file(preset if is_preset else path, MOST_TOML_BYTES)
        tree = parse_toml(content.decode("utf-8-sig"))
    except OSError as error:
        presets = sorted(each.stem for each in PRESETS.glob("*.toml"))
        remedy = f"check the path; of presets {did_you_mean(str(path), presets)}"
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); {remedy}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: is not TOML in UTF-8: {error}{_windows_hint(content)}") from error
    for *rooms, key in PATHS:
        group: object = tree
        for room in rooms:
            group = group.get(room) if isinstance(group, dict) else None
        if isinstance(group, dict) and key in group:
            group[key] = _beside(path, group[key])
    return tree


def _windows_hint(content: bytes) -> str:
    """What to do about a path of Windows in double quotes, where its backslashes begin the codes of characters."""
    if content.startswith(UTF16_MARKS):
        return "; it is UTF-16, save it as UTF-8"
    is_path = re.search(rb'"([A-Za-z]:|\.{1,2}|\\)\\', content)
    return r"; write paths of Windows in single quotes: 'C:\Users\me'" if is_path else ""


def _beside(file: Path, value: object) -> object:
    """The path, relative to the file's folder; a name that is no path stays."""
    if isinstance(value, list):
        return [_beside(file, item) for item in value]
    if not isinstance(value, str) or value in EMBEDDED:
        return value
    if value.startswith(LIBRISPEECH):
        return f"{LIBRISPEECH}{file.parent / value.removeprefix(LIBRISPEECH)}"
    # The method of paths raises an error where the name is too long for a file.
    is_path = "/" in value or os.path.exists(file.parent / value)  # noqa: PTH110
    return str(file.parent / value) if is_path else value


def _put_over(tree: dict[str, Any], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, Mapping):
            group = tree.setdefault(name, {})
            if not isinstance(group, dict):
                raise ConfigError(f"{name}: is a table of settings, so write [{name}] (given: {group!r})")
            _put_over(group, value)
        elif value is not None:
            tree[name] = value


def _explain(error: ValidationError, path: Path | None) -> str:
    where = f"{path}: " if path else ""
    lines = [
        f"{where}{'.'.join(str(part) for part in problem['loc']) or 'settings'}: {_message(problem)}"
        for problem in error.errors()[:LISTED]
    ]
    beyond = error.error_count() - len(lines)
    return "\n".join([*lines, f"and {beyond} more"] if beyond else lines)


def _message(problem: Mapping[str, Any]) -> str:
    """What is wrong with one setting, and how to write it."""
    kind, given, known = problem["type"], problem["input"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        return f"there is no such setting; {did_you_mean(str(problem['loc'][-1]), _names(StudyConfig), ALL_NAMES)}"
    if kind == "missing":
        return "is missing; add it to the table"
    if kind == "value_error":
        told: str = problem["msg"].removeprefix("Value error, ")
        return told
    if kind == "literal_error":
        names = re.findall(r"'([^']+)'", known["expected"])
        return f"there is no {_as_toml(given)}; {did_you_mean(str(given), names, ALL_NAMES)}"
    wanted = WANTED.get(kind, "another value").format_map(known)
    example = f", for example {round(given)}" if kind == "int_from_float" else ""
    return f"give {wanted}{example} (given: {_as_toml(given)}){_percent_meant(kind, given, known)}"


def _percent_meant(kind: str, given: object, known: Mapping[str, Any]) -> str:
    """Whether a share was written as a number of per cent."""
    if kind != "less_than_equal" or known["le"] != 1 or not isinstance(given, int | float) or given > 100:
        return ""
    return f"; did you mean {given / 100:g} ({given:g} %)?"


def _as_toml(value: object) -> str:
    """A value as the user wrote it, as far as TOML can say it."""
    return toml_value(list(value) if isinstance(value, tuple) else value)


def _names(group: type[BaseModel]) -> list[str]:
    names = []
    for name, field in group.model_fields.items():
        names.append(name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names += _names(field.annotation)
    return names
