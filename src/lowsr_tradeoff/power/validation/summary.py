"""How far the power model is from published measurements it has not seen: :func:`summary`."""

import tomllib
from collections.abc import Sequence
from functools import cache

from lowsr_tradeoff.power.validation.held_out import held_out_errors
from lowsr_tradeoff.power.validation.inference import inference_errors
from lowsr_tradeoff.power.validation.prediction import TABLES
from lowsr_tradeoff.power.validation.recorders import recorder_errors
from lowsr_tradeoff.power.validation.streaming import streaming_errors
from lowsr_tradeoff.records.power import ModelError

ACCEPTED = TABLES / "accepted.toml"


@cache
def summary() -> tuple[ModelError, ...]:
    """Return the errors of inference, streaming, recorders and single readings, in well under a second.

    A missed target has the reason for which ``configs/validation/accepted.toml`` accepts it.
    """
    errors = (*inference_errors(), *streaming_errors(), *recorder_errors(), *held_out_errors())
    reasons = accepted()
    return tuple(
        error.model_copy(update={"accepted": reasons.get((error.check, error.scope))})
        if error.is_met is False
        else error
        for error in errors
    )


def accepted() -> dict[tuple[str, str], str]:
    """Return why a missed target is accepted, by check and scope."""
    lines = tomllib.loads(ACCEPTED.read_text(encoding="utf-8"))["accepted"]
    return {(line["check"], line["scope"]): line["reason"] for line in lines}


def complaints(errors: Sequence[ModelError]) -> tuple[str, ...]:
    """Return which targets are missed without a reason, and which reasons are of no missed target."""
    missed = {(error.check, error.scope) for error in errors if error.is_met is False}
    reasons = accepted()
    return (
        *(f"{check}, {scope}: the target is missed" for check, scope in sorted(missed - reasons.keys())),
        *(
            f"{check}, {scope}: {ACCEPTED.name} accepts a miss, but there is none; take the line out"
            for check, scope in sorted(reasons.keys() - missed)
        ),
    )
