"""Every figure of a run as one tidy row: a line of the CSV, of the Parquet file and of the data frame."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lowsr_tradeoff.records.alarms import AlarmPoint
from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.classify import ClassRecall, Contrast, Published, Sensitivity
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.diagnosis import ClassEnergy, HumpTest
from lowsr_tradeoff.records.power import ClockTrial, ComparedRow, ModelError, PowerComponent, SpreadShare
from lowsr_tradeoff.records.privacy import (
    AttackResult,
    Extrapolation,
    KindRecovery,
    Leak,
    LearningPoint,
    PrivacyResult,
    RateDifference,
)
from lowsr_tradeoff.records.run import Failure, Tradeoff

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "stage", "rate_hz", "grid", "arm", "device", "attacker", "front_end", "part", "against",
    "measure", "value", "low", "high", "n", "n_of", "unit", "basis", "reason",
)  # fmt: skip
NAMES = ("rate_hz", "grid", "arm", "device", "attacker", "front_end")
# What the column ``stage`` says of a field of the run or of its stages.
STAGES = {
    "recognition": "classify",
    "words": "privacy",
    "rate_differences": "privacy",
    "intelligibility": "privacy",
    "attacks": "attack",
    "learning_curves": "attack",
    "leaks": "leak",
    "devices": "devices",
    "errors": "validation",
    "front_ends": "microphones",
    "points": "frontier",
}
# How a record that is one of several of its kind is named, by column, from its fields.
TEMPLATES: dict[type[Record], dict[str, str]] = {
    AlarmPoint: {"part": "at most {per_hour:.3g} false alarms per hour"},
    ClassRecall: {"part": "{label}"},
    ClassEnergy: {"part": "{label}"},
    KindRecovery: {"part": "{kind}"},
    PowerComponent: {"part": "{name}"},
    ClockTrial: {"part": "{clock_mhz:g} MHz"},
    SpreadShare: {"part": "{parameter}"},
    ComparedRow: {"part": "{row}", "against": "{source}"},
    Sensitivity: {"part": "alpha {alpha:g}, T {temperature:g}"},
    Published: {"part": "{source}"},
    Contrast: {"against": "{against_rate_hz} {against_grid} {against}"},
    RateDifference: {"against": "{against_rate_hz}"},
    HumpTest: {"part": "hump at {middle_rates_hz} Hz", "against": "{outer_rates_hz} Hz"},
    ModelError: {"device": "{scope}", "part": "{check}", "against": "{method}; not seen: {held_out}"},
    LearningPoint: {"part": "learnt from {amount:.4g}"},
    Leak: {"part": "{kind}"},
    Extrapolation: {"part": "{times} times the data"},
}
TESTS = ("p_value", "p_holm", "nb_p", "p_better", "p_equivalent", "p_worse")

Row = dict[str, Any]


def rows(tradeoff: Tradeoff) -> Iterator[Row]:
    """Return every figure with the names of what it is of; steps that failed have a reason and no value.

    ``part`` is the class of a recall, the kind of a word or leak, an attacker's figure or its chance level, the
    component or clock of a power, the alpha and T of a sensitivity, or a published source; ``against`` is the
    second of a paired difference. ``measure`` is the path of the field: ``on_test_clips.accuracy``. Of operating
    points only the probabilities have rows: their other figures have rows already.
    """
    for field, value in tradeoff:
        stage = STAGES.get(field, field)
        fields = value if isinstance(value, Record) else ((field, value),)
        for name, records in fields:
            for record in records if isinstance(records, tuple) else ():
                if isinstance(record, Record):
                    yield from _rows_of(record, {"stage": STAGES.get(name, stage)})


def frame(tradeoff: Tradeoff) -> "pd.DataFrame":
    """Return every figure as one row of a data frame with the columns of the CSV."""
    import pandas as pd  # noqa: PLC0415 - takes a second to load, which the report does without

    table = pd.DataFrame(rows(tradeoff), columns=list(COLUMNS))
    return table.astype({"rate_hz": "Int64", "n": "Int64"})


def points_frame(tradeoff: Tradeoff) -> "pd.DataFrame":
    """Return one row for each operating point: its figures with their ends, its probabilities, its standing."""
    import pandas as pd  # noqa: PLC0415 - likewise

    table = pd.DataFrame([_point(point) for point in tradeoff.points])
    # A column without any figure is one of numbers too.
    numbers = [name for name in table.columns if name.startswith((*_figures(), "p_"))]
    return table.astype(dict.fromkeys(numbers, "float64"))


def _figures() -> Iterator[str]:
    """The fields of an operating point that are figures."""
    return (name for name, field in OperatingPoint.model_fields.items() if field.annotation is Measurement)


def _point(point: OperatingPoint) -> Row:
    names = {name: getattr(point, name) for name in ("point_id", *NAMES) if hasattr(point, name)}
    ends = {
        f"{name}{end}": getattr(figure, end.removeprefix("_") or "value")
        for name, figure in point
        if isinstance(figure, Measurement)
        for end in ("", "_low", "_high")
    }
    standing = {
        "p_frontier": point.p_frontier,
        "p_meets": point.p_meets,
        "is_dominated": bool(point.dominated_by),
        **{name: "; ".join(getattr(point, name)) for name in ("fails", "infeasible")},
    }
    return names | ends | standing


def _rows_of(record: Record, stage: Row) -> Iterator[Row]:
    names = stage | _names(record)
    match record:
        case OperatingPoint():
            yield from _probabilities(record, ("p_frontier", "p_meets"), names)
        case AttackResult(measure=measure, value=value, chance=chance):
            yield names | {"measure": measure, "part": "figure", **dict(value)}
            if chance:
                yield names | {"measure": measure, "part": "chance", **dict(chance)}
        case Failure(stage=failed, step=step, reason=reason):
            yield names | {"stage": failed, "part": step, "measure": "failed step", "n": 0, "reason": reason}
        case _:
            yield from _measurements(record, stage)
    match record:
        case Contrast(difference=difference):
            known = {"n": difference.n, "n_of": difference.n_of}
            yield from _probabilities(record, TESTS, names | known)
        case PrivacyResult(counts=counts):
            # So that studies can be pooled.
            known = {"n": counts.reference_words, "n_of": "words", "unit": "words", "basis": "counted"}
            yield from (names | known | {"measure": f"counts.{name}", "value": value} for name, value in counts)
        case Published(published=share):
            yield names | {"measure": "published", "value": share, "unit": "1"}


def _measurements(record: Record, names: Row, prefix: str = "") -> Iterator[Row]:
    """The rows of a record and of the records in it."""
    here = names | _names(record)
    for name, value in record:
        if isinstance(value, Measurement):
            yield here | {"measure": f"{prefix}{name}", **dict(value)}
        elif isinstance(value, Record):
            yield from _measurements(value, here, f"{prefix}{name}.")
        elif isinstance(value, tuple):
            for each in value:
                if isinstance(each, Record):
                    yield from _measurements(each, here, prefix)


def _probabilities(record: Record, fields: Sequence[str], names: Row) -> Iterator[Row]:
    for field in fields:
        if (value := getattr(record, field)) is not None:
            yield names | {"measure": field, "value": value, "unit": "1", "basis": "modelled"}


def _names(record: Record) -> Row:
    """The fields that name a record, by column."""
    fields = dict(record)
    named = {name: fields[name] for name in NAMES if name in fields}
    templates = TEMPLATES.get(type(record))
    if templates is None:
        return named
    texts = {name: ", ".join(map(str, value)) if isinstance(value, tuple) else value for name, value in record}
    return named | {column: template.format_map(texts) for column, template in templates.items()}
