"""What is wrong with a user's profile, in one line each: file, field, and the unit expected."""

from collections.abc import Sequence
from typing import get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

# The names by which the schema tells alternatives apart; no fields of a file.
TAGS = {"clocked", "metered", "own", "held"}


def explain(problem: ErrorDetails, profile: type[BaseModel], where: str) -> str:
    """Return one line: file, field, what is wrong, and the table that the field expects, with its unit."""
    path = [str(part) for part in problem["loc"] if part not in TAGS]
    table = _expected_table(path, profile)
    return f"{where}: {'.'.join(path) or 'profile'}: {_message(problem)}{f'; expects {table}' if table else ''}"


def _message(problem: ErrorDetails) -> str:
    known = {"missing": "is missing", "extra_forbidden": "is no field of a profile"}
    given = "" if isinstance(problem["input"], dict) else f" (given: {problem['input']!r})"
    if problem["type"] in {"model_type", "model_attributes_type"}:
        return f"is not a table{given}"
    return known.get(problem["type"]) or problem["msg"].removeprefix("Value error, ") + given


def _expected_table(path: Sequence[str], profile: type[BaseModel]) -> str | None:
    """The quantity that a path of field names leads to or into, as one writes it in TOML."""
    annotation: object = profile
    for name in path:
        if get_origin(annotation) is dict:
            annotation = get_args(annotation)[1]
        elif inner := [model for model in _models(annotation) if name in model.model_fields]:
            if "unit" in inner[0].model_fields:
                break
            annotation = inner[0].model_fields[name].annotation
    tables = [_table(model) for model in _models(annotation) if "unit" in model.model_fields]
    return tables[0] if tables else None


def _models(annotation: object) -> list[type[BaseModel]]:
    """The models that an annotation allows, those inside a table of names left out."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    parts = () if get_origin(annotation) is dict else get_args(annotation)
    return [model for part in parts for model in _models(part)]


def _table(quantity: type[BaseModel]) -> str:
    (unit,) = get_args(quantity.model_fields["unit"].annotation)
    fields = (f'unit = "{unit}"' if name == "unit" else name for name in quantity.model_fields)
    return f"{{ {', '.join(fields)} }}"
