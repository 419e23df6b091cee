"""Flags made from settings: a setting's name, type, meaning and default are written in the settings alone."""

import inspect
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from cyclopts import Parameter
from pydantic import BaseModel

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.settings.starter import meanings
from lowsr_tradeoff.settings.study import StudyConfig

Given = Mapping[str, Any]


def with_settings(**paths: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a command an optional flag for each setting.

    The command's first argument becomes those that were given, as :func:`load_config` takes them.

    Args:
        paths: The setting of each flag by dotted name: ``rates="rates_hz"`` is ``--rates``.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: object, **flags: object) -> object:
            given: dict[str, Any] = {}
            for name, path in paths.items():
                if (value := flags.pop(name)) is not None:
                    _put(given, path, _value(name, path, value))
            return command(given, *args, **flags)

        own = [*inspect.signature(command).parameters.values()][1:]
        made = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(path))
            for name, path in paths.items()
        ]
        parameters = sorted([*made, *own], key=lambda parameter: parameter.kind)
        call.__name__, call.__doc__, call.__module__ = command.__name__, command.__doc__, command.__module__
        call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        call.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return call

    return decorate


def _annotation(path: str) -> object:
    """The type and help of a setting's flag; a list is written with commas."""
    group, name = _setting(path)
    kind, default = _kind(path), group.model_fields[name].default
    is_list = get_origin(kind) is tuple
    shown = ",".join(map(str, default)) if is_list else default
    told = [
        meanings(group)[name],
        *(["Comma separated."] if is_list else []),
        *([f"Default: {shown}."] if shown not in {None, False, ""} else []),
    ]
    parameter = Parameter(help=" ".join(told), negative=(), show_default=False)
    return Annotated[(str if is_list else kind) | None, parameter]


def _value(flag: str, path: str, given: object) -> object:
    kind = _kind(path)
    if get_origin(kind) is not tuple or not isinstance(given, str):
        return given
    return integers(f"--{flag.replace('_', '-')}", given) if int in get_args(kind) else given.split(",")


def integers(option: str, text: str) -> list[int]:
    """Return the whole numbers of a comma list.

    Raises:
        ConfigError: It is none.
    """
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise ConfigError(f"{option} {text}: give whole numbers with commas, for example 500,1000,2000") from error


def _setting(path: str) -> tuple[type[BaseModel], str]:
    group: type[BaseModel] = StudyConfig
    *groups, name = path.split(".")
    for inner in groups:
        group = get_type_hints(group)[inner]
    return group, name


def _kind(path: str) -> Any:  # noqa: ANN401 - a type, or what stands for one
    """The type of a setting that may be unset."""
    group, name = _setting(path)
    hint = get_type_hints(group)[name]
    [kind] = [each for each in get_args(hint) if each is not NoneType] if NoneType in get_args(hint) else [hint]
    return kind


def _put(tree: dict[str, Any], path: str, value: object) -> None:
    *groups, name = path.split(".")
    for group in groups:
        tree = tree.setdefault(group, {})
    tree[name] = value
