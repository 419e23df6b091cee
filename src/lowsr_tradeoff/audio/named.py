"""Front ends by name, so that a run can compare several and a report can tell them apart."""

import re

from pydantic import ValidationError

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.front_end import FrontEnd

EXIST = "ideal, none, fir<taps>, butterworth<order> (butterworth1 is an RC), sigma-delta<CIC order>"


def named_front_end(text: str, like: FrontEnd | None = None) -> FrontEnd:
    """Return the front end that a name such as ``butterworth4`` stands for.

    Args:
        text: A filter, with its order or without for the usual one.
        like: Where noise floor, bits and scene are taken from; ``None`` for the defaults.

    Raises:
        ConfigError: There is no such filter, or not of that order.

    >>> named_front_end("fir64").order, named_front_end("none").filter
    (64, 'none')
    """
    found = re.fullmatch(r"([a-z]+(?:[-_][a-z]+)?)(\d*)", text.strip().lower())
    if found is None:
        raise ConfigError(f"front end {text!r}: there is none of that name; take one of {EXIST}")
    kept = {} if like is None else like.model_dump(include={"noise_floor_dbfs", "bits", "scene"})
    order = int(found[2]) if found[2] else None
    try:
        return FrontEnd.model_validate({**kept, "filter": found[1].replace("-", "_"), "order": order})
    except ValidationError as error:
        raise ConfigError(f"front end {text!r}: there is none of that name; take one of {EXIST}") from error


def name_of(front_end: FrontEnd) -> str:
    """Return a name that no other front end has: filter and order, then what is not as usual.

    >>> name_of(FrontEnd(filter="butterworth", bits=12))
    'butterworth4, bits=12'
    """
    name = f"{front_end.filter.replace('_', '-')}{front_end.order or ''}"
    own, usual = front_end.model_dump(), named_front_end(name).model_dump()
    own |= {f"scene.{key}": value for key, value in own.pop("scene").items()}
    usual |= {f"scene.{key}": value for key, value in usual.pop("scene").items()}
    return ", ".join([name, *(f"{key}={value}" for key, value in own.items() if value != usual[key])])
