"""The leak on the privacy axis against accuracy, one point a rate."""

from lowsr_tradeoff.decision.leaks import AT_STAKE
from lowsr_tradeoff.records.decision import LEAK_FIELDS
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import Spec, measured, rate_styles, share_axis, spec
from lowsr_tradeoff.reports.sections.decision.frontier import bounds, dashed, hover, ring
from lowsr_tradeoff.reports.sections.decision.placing import shown_by_rate
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import LEAKS, NAMED, Table, table_of
from lowsr_tradeoff.reports.wording import accuracy_title, hz, optimism, percent, sentences


def entry(tradeoff: Tradeoff) -> Entry:
    """Return leak against accuracy, as the page prints it."""
    return Entry(
        "Accuracy against speech",
        "speech",
        f"Accuracy against what leaks: {AT_STAKE[tradeoff.privacy_axis]}",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return leak against accuracy, one point a rate."""
    looks = rate_styles(tradeoff)
    points = [
        point
        for point in shown_by_rate(tradeoff)
        if point.accuracy.value is not None and point.privacy.value is not None
    ]
    dots = [
        measured(
            hz(point.rate_hz),
            [point.privacy],
            [point.accuracy],
            looks[point.rate_hz],
            [hover(point)],
            size=11,
        )
        for point in points
    ]
    return spec(
        [*dots, *ring(tradeoff, points, lambda point: point.privacy)],
        share_axis(f"{LEAKS[tradeoff.privacy_axis].lower()}<br>(lower is better for this report)"),
        share_axis("accuracy<br>(higher is better)"),
        shapes=bounds(tradeoff, {"min_accuracy": "y", f"max_{LEAK_FIELDS[tradeoff.privacy_axis]}": "x"}),
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return leak and accuracy of one point a rate."""
    return table_of(
        "Leak and accuracy, for the point drawn at each rate",
        shown_by_rate(tradeoff),
        (
            NAMED[0],
            (LEAKS[tradeoff.privacy_axis], lambda point: percent(point.privacy)),
            (accuracy_title(tradeoff), lambda point: percent(point.accuracy)),
            ("Attacker", lambda point: point.attacker),
            *NAMED[1:],
        ),
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    each = [
        f"{hz(point.rate_hz)}: {LEAKS[tradeoff.privacy_axis].lower()} {percent(point.privacy).brief}, accuracy"
        f" {percent(point.accuracy).brief}"
        for point in shown_by_rate(tradeoff)
    ]
    return sentences(
        "; ".join(each) or "Nothing was measured",
        "One point a rate: that of the verdict, else the most accurate on the frontier, else the most accurate",
        *dashed(tradeoff, "min_accuracy", f"max_{LEAK_FIELDS[tradeoff.privacy_axis]}"),
        *optimism(tradeoff),
    )
