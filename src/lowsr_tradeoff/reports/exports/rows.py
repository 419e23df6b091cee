"""Every figure of a run as one tidy row: a line of the CSV, of the Parquet file and of the data frame."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.classify import ClassRecall, Contrast, Published, Sensitivity
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.diagnosis import ClassEnergy, HumpTest
from lowsr_tradeoff.records.power import ClockTrial, ModelError, PowerComponent
from lowsr_tradeoff.records.privacy import (
    AttackResult,
    Extrapolation,
    KindRecovery,
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
    "devices": "devices",
    "errors": "validation",
    "front_ends": "microphones",
    "points": "frontier",
}
TESTS = ("p_value", "p_holm", "nb_p", "p_better", "p_equivalent", "p_worse")

Row = dict[str, Any]


def rows(tradeoff: Tradeoff) -> Iterator[Row]:
    """Return every figure with the names of what it is of.

    ``part`` is the class of a recall, the kind of a word, an attacker's figure or its chance level, the component
    or clock of a power, the alpha and T of a sensitivity, or a published source; ``against`` is the second of a
    paired difference. ``measure`` names the field, with the fields it lies in: ``on_test_clips.accuracy``. The
    figures of operating points have no rows of their own, they join the ones here; their probabilities have. Steps
    that failed have a row with the reason and no value.
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

    return pd.DataFrame([_point(point) for point in tradeoff.points])


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


def _rows_of(record: Record, names: Row) -> Iterator[Row]:
    match record:
        case OperatingPoint():
            yield from _chances(record, names)
        case AttackResult():
            yield from _attack(record, names)
        case _:
            yield from _measurements(record, names)
    match record:
        case Contrast():
            yield from _tests(record, names)
        case PrivacyResult():
            yield from _counts(record, names)
        case Failure():
            why = {"stage": record.stage, "part": record.step, "n": 0, "reason": record.reason}
            yield {**names, **_names(record), "measure": "failed step", **why}
        case Published():
            yield {**names, **_names(record), "measure": "published", "value": record.published, "unit": "1"}


def _measurements(record: Record, names: Row, prefix: str = "") -> Iterator[Row]:
    """Those of a record and of the records in it."""
    here = {**names, **_names(record)}
    for name, value in record:
        if isinstance(value, Measurement):
            yield {**here, "measure": f"{prefix}{name}", **dict(value)}
        elif isinstance(value, Record):
            yield from _measurements(value, here, f"{prefix}{name}.")
        elif isinstance(value, tuple):
            for each in value:
                if isinstance(each, Record):
                    yield from _measurements(each, here, prefix)


def _names(record: Record) -> Row:
    """What a record says of itself, by column."""
    fields = dict(record)
    return {name: fields[name] for name in NAMES if name in fields} | _part(record)


def _part(record: Record) -> Row:
    match record:
        case (
            ClassRecall(label=part) | ClassEnergy(label=part) | KindRecovery(kind=part) | PowerComponent(name=part)
        ):
            return {"part": part}
        case ClockTrial(clock_mhz=clock_mhz):
            return {"part": f"{clock_mhz:g} MHz"}
        case Sensitivity(alpha=alpha, temperature=temperature):
            return {"part": f"alpha {alpha:g}, T {temperature:g}"}
        case Published(source=source):
            return {"part": source}
        case _:
            return _against(record)


def _against(record: Record) -> Row:
    match record:
        case Contrast():
            return {"against": f"{record.against_rate_hz} {record.against_grid} {record.against}"}
        case RateDifference():
            return {"against": str(record.against_rate_hz)}
        case HumpTest():
            inner, outer = (", ".join(map(str, hz)) for hz in (record.middle_rates_hz, record.outer_rates_hz))
            return {"part": f"hump at {inner} Hz", "against": f"{outer} Hz"}
        case ModelError():
            return {
                "device": record.scope,
                "part": record.check,
                "against": f"{record.method}; not seen: {record.held_out}",
            }
        case _:
            return _learnt(record)


def _learnt(record: Record) -> Row:
    match record:
        case LearningPoint(amount=amount):
            return {"part": f"learnt from {amount:.4g}"}
        case Extrapolation(times=times):
            return {"part": f"{times} times the data"}
        case _:
            return {}


def _attack(attack: AttackResult, names: Row) -> Iterator[Row]:
    here = {**names, **_names(attack), "measure": attack.measure}
    yield {**here, "part": "figure", **dict(attack.value)}
    if attack.chance:
        yield {**here, "part": "chance", **dict(attack.chance)}


def _chances(point: OperatingPoint, names: Row) -> Iterator[Row]:
    for name in ("p_frontier", "p_meets"):
        if (chance := getattr(point, name)) is not None:
            known = {"value": chance, "unit": "1", "basis": "modelled"}
            yield {**names, **_names(point), "measure": name, **known}


def _tests(contrast: Contrast, names: Row) -> Iterator[Row]:
    of = {"n": contrast.difference.n, "n_of": contrast.difference.n_of, "unit": "1", "basis": "modelled"}
    for name in TESTS:
        if (chance := getattr(contrast, name)) is not None:
            yield {**names, **_names(contrast), "measure": name, "value": chance, **of}


def _counts(heard: PrivacyResult, names: Row) -> Iterator[Row]:
    """The word counts that the rates are made from, so that studies can be pooled."""
    counted = {**names, **_names(heard), "n": heard.counts.reference_words, "n_of": "words"}
    for name, value in heard.counts:
        yield {**counted, "measure": f"counts.{name}", "value": value, "unit": "words", "basis": "counted"}
