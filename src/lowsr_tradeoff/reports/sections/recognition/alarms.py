"""Alarms in continuous sound: recall of the target against false alarms per hour, by rate."""

import math
from collections.abc import Callable, Iterator

from lowsr_tradeoff.classify.arms import arm_name, drawn
from lowsr_tradeoff.records.alarms import AlarmPoint, AlarmResult, AlarmSetup
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import (
    GREY,
    Spec,
    measured,
    plain_line,
    rate_styles,
    share_axis,
    spec,
    text,
    titled,
)
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.sections.recognition.network import is_from_file
from lowsr_tradeoff.reports.table import NAMED, Cell, Column, Table, table_of
from lowsr_tradeoff.reports.wording import amount, count, hz, listed, named, number, optimism, percent, sentences

Alarmed = tuple[ClassifyResult, AlarmResult]
HEADING = "Alarms in continuous sound"


def entries(tradeoff: Tradeoff) -> tuple[Entry, ...]:
    """Return the alarms of the class that the study listens for; nothing without one."""
    setup = tradeoff.recognition.alarms
    if setup is None:
        return ()
    title = f"Recall of {setup.target} against false alarms per hour"
    return (
        Entry(
            HEADING,
            "alarms",
            title,
            figure(tradeoff),
            table(tradeoff),
            caption(tradeoff),
            intro=definitions(setup, is_from_file=is_from_file(tradeoff)),
            folded=(
                ("Recall at 1 and 10 false alarms per hour, and ranking over all thresholds", bounds(tradeoff)),
            ),
        ),
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return the operating point of every network that is drawn, by rate, with both intervals."""
    found = _found(tradeoff)
    shown = drawn(result.arm for result, _ in found)
    series = []
    for rate_hz, look in rate_styles(tradeoff).items():
        here = [
            (result, alarm.operating)
            for result, alarm in found
            if result.rate_hz == rate_hz and result.arm in shown and alarm.operating.recall.value is not None
        ]
        false, recall = [point.false_alarms_per_hour for _, point in here], [point.recall for _, point in here]
        series.append(measured(hz(rate_hz), false, recall, look, [text(_hover(*one)) for one in here]))
    return spec(
        [*series, *_limit(tradeoff)],
        titled("false alarms per hour<br>(fewer are better)", rangemode="tozero"),
        share_axis("recall of the target<br>(higher is better)"),
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return recall, false alarms and threshold of every network at the operating point."""
    return table_of(
        "Alarms at the operating point: thresholds were chosen on other folds than those that are counted",
        _found(tradeoff),
        (
            *_named(),
            ("Recall", lambda one: percent(one[1].operating.recall)),
            ("False alarms", lambda one: number(one[1].operating.false_alarms_per_hour)),
            ("Asked for per hour, at most", lambda one: amount(one[1].operating.per_hour)),
            ("Threshold for use, probability", lambda one: threshold(one[1].operating.threshold)),
            ("Alarms, true and false", lambda one: number(one[1].alarms_per_hour)),
        ),
        n_heads=3,
    )


def bounds(tradeoff: Tradeoff) -> Table:
    """Return recall at usual bounds on false alarms, average precision and ROC area."""
    found = _found(tradeoff)
    at = [_at(i, point.per_hour) for i, point in enumerate(found[0][1].points)] if found else []
    ranked: tuple[Column[Alarmed], ...] = (
        ("Average precision", lambda one: percent(one[1].average_precision)),
        ("ROC area", lambda one: percent(one[1].roc_auc)),
    )
    return table_of(
        "Recall at usual bounds, and windows ranked by their scores", found, (*_named(), *ranked, *at), n_heads=3
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    best: dict[int, Alarmed] = {}
    for result, alarm in sorted(_found(tradeoff), key=lambda one: -(one[1].operating.recall.value or 0)):
        if alarm.operating.recall.value is not None:
            best.setdefault(result.rate_hz, (result, alarm))
    each = [
        f"{percent(alarm.operating.recall).brief} at {hz(rate_hz)} ({arm_name(result.arm)}, {result.grid})"
        for rate_hz, (result, alarm) in sorted(best.items())
    ]
    return sentences(
        f"Highest recall of each rate at its operating point: {listed(each)}" if each else "No recall was measured",
        "Bars are 95 % intervals, by recording of the background and by source of the target",
        *_unshown(tradeoff),
        *optimism(tradeoff),
    )


def definitions(setup: AlarmSetup, *, is_from_file: bool = False) -> str:
    """Return what was heard, and what counts as an alarm."""
    by = "the network that was not trained on its fold"
    if is_from_file:
        by = "the same network, and nobody checked what that was trained on"
    return sentences(
        f"Listening all day for {setup.target}: {count(setup.n_clips, 'clip')} of it from"
        f" {count(setup.n_sources, 'source')}, in {setup.hours:.3g} h of other sounds ({setup.background})",
        f"each clip and each second of background is scored by {by}"
        + (", and the background was taken to hold nothing of the target" if not setup.is_strung else ""),
        f"windows of {setup.window_s:g} s follow each other every {setup.hop_s:g} s; an alarm is a window at or"
        f" above the threshold, and within {setup.hold_s:g} s of it no second one counts",
        "a clip is recalled when any window that holds at least half of it is at or above the threshold; windows"
        " without any of it raise false alarms",
        "the threshold of a fold is chosen on the others: the lowest at which the upper end of the 95 % interval of"
        " false alarms per hour keeps the bound; the one for use is chosen so on all folds",
    )


def threshold(log_odds: float | None) -> Cell:
    """Return a threshold as a probability, with as many digits as tell it from 1.

    >>> threshold(0.0), threshold(9.21), threshold(None)
    ('0.500', '0.99990', 'none')
    """
    if log_odds is None:
        return "none"
    rest = 1 / (1 + math.exp(min(log_odds, 700.0)))
    return f"{1 - rest:.{max(3, 1 - math.floor(math.log10(max(rest, 1e-12))))}f}"


def _found(tradeoff: Tradeoff) -> list[Alarmed]:
    return [(result, result.alarm) for result in tradeoff.recognition.results if result.alarm is not None]


def _named() -> Iterator[Column[Alarmed]]:
    """What names a result, as columns."""

    def column(heading: str, cell: Callable[[ClassifyResult], Cell]) -> Column[Alarmed]:
        return heading, lambda one: cell(one[0])

    yield from (column(heading, cell) for heading, cell in NAMED)


def _at(number_: int, per_hour: float) -> Column[Alarmed]:
    return f"Recall at {per_hour:g} per hour at most", lambda one: percent(one[1].points[number_].recall)


def _hover(result: ClassifyResult, point: AlarmPoint) -> str:
    recall, false = percent(point.recall), number(point.false_alarms_per_hour)
    return f"{', '.join(named(result))}: recall {recall}; false alarms {false}"


def _limit(tradeoff: Tradeoff) -> Iterator[Spec]:
    asked = tradeoff.decision.constraints.get("max_false_alarms_per_hour")
    if asked is not None:
        yield plain_line(
            "at most, as asked for", [asked, asked], [0, 1], {"color": GREY, "dash": "dash", "width": 1.5}
        )


def _unshown(tradeoff: Tradeoff) -> Iterator[str]:
    """Bounds that the sounds are too short for, each reason once."""
    reasons = {
        (point.per_hour, point.recall.reason): None
        for _, alarm in _found(tradeoff)
        for point in (*alarm.points, alarm.operating)
        if point.threshold is None and point.recall.reason
    }
    yield from (str(reason) for _, reason in reasons)
