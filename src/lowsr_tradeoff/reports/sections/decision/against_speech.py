"""Words that can be recovered against accuracy, one point a rate."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import Spec, measured, rate_styles, share_axis, spec
from lowsr_tradeoff.reports.sections.decision.frontier import bounds, dashed, hover, ring
from lowsr_tradeoff.reports.sections.decision.placing import shown_by_rate
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import NAMED, Table, table_of
from lowsr_tradeoff.reports.wording import accuracy_title, hz, optimism, percent, sentences


def entry(tradeoff: Tradeoff) -> Entry:
    """Return word recovery against accuracy, as the page prints it."""
    return Entry(
        "Accuracy against speech",
        "speech",
        "Accuracy against words that can be recovered",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return word recovery against accuracy, one point a rate."""
    looks = rate_styles(tradeoff)
    points = [
        point
        for point in shown_by_rate(tradeoff)
        if point.accuracy.value is not None and point.word_recovery.value is not None
    ]
    dots = [
        measured(
            hz(point.rate_hz),
            [point.word_recovery],
            [point.accuracy],
            looks[point.rate_hz],
            [hover(point)],
            size=11,
        )
        for point in points
    ]
    return spec(
        [*dots, *ring(tradeoff, points, lambda point: point.word_recovery)],
        share_axis("words recovered by the attacker<br>(lower is better for this report)"),
        share_axis("accuracy<br>(higher is better)"),
        shapes=bounds(tradeoff, {"min_accuracy": "y", "max_word_recovery": "x"}),
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return word recovery and accuracy of one point a rate."""
    return table_of(
        "Word recovery and accuracy, for the point drawn at each rate",
        shown_by_rate(tradeoff),
        (
            NAMED[0],
            ("Words recovered", lambda point: percent(point.word_recovery)),
            (accuracy_title(tradeoff), lambda point: percent(point.accuracy)),
            ("Attacker", lambda point: point.attacker),
            *NAMED[1:],
        ),
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    each = [
        f"{hz(point.rate_hz)}: words recovered {percent(point.word_recovery).brief}, accuracy"
        f" {percent(point.accuracy).brief}"
        for point in shown_by_rate(tradeoff)
    ]
    return sentences(
        "; ".join(each) or "Nothing was measured",
        "One point a rate: that of the verdict, else the most accurate on the frontier, else the most accurate",
        *dashed(tradeoff, "min_accuracy", "max_word_recovery"),
        *optimism(tradeoff),
    )
