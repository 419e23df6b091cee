"""The figures of the decision: what each operating point gives, and what an attacker gets."""

from collections.abc import Callable, Iterator, Sequence

from lowsr_tradeoff.records import Measurement, OperatingPoint, Tradeoff
from lowsr_tradeoff.reports import captions, tables
from lowsr_tradeoff.reports.placing import deciding_points, is_on_frontier, shown_by_rate, subject_point, unmeasured
from lowsr_tradeoff.reports.plot import (
    GREY,
    Figure,
    Spec,
    Style,
    error_bar,
    rate_styles,
    share_axis,
    spec,
    text,
    titled,
)
from lowsr_tradeoff.reports.verdict import axes
from lowsr_tradeoff.reports.wording import hz, point_name

PALE = 0.7

Axis = Callable[[OperatingPoint], Measurement]


def frontier(tradeoff: Tradeoff) -> Figure:
    """Return power against accuracy for every operating point of the deciding device."""
    placed = [point for point in deciding_points(tradeoff) if not unmeasured(point)]
    traces = [
        trace
        for rate_hz, look in rate_styles(tradeoff).items()
        for trace in _of_rate([point for point in placed if point.rate_hz == rate_hz], rate_hz, look)
    ]
    return Figure(
        "frontier",
        f"Accuracy against power on {tradeoff.decision.device}",
        captions.frontier(tradeoff),
        spec(
            [*traces, *_infeasible(placed), *_ring(tradeoff, placed, _power)],
            titled("average power in mW, log scale<br>(less is better)", type="log", nticks=6, tickangle=0),
            share_axis("accuracy<br>(higher is better)"),
            shapes=_bounds(tradeoff, {"min_accuracy": "y"}),
        ),
        tables.operating_points(tradeoff),
    )


def speech(tradeoff: Tradeoff) -> Figure:
    """Return word recovery against accuracy, one point a rate."""
    drawn = [
        point
        for point in shown_by_rate(tradeoff)
        if point.accuracy.value is not None and point.word_recovery.value is not None
    ]
    looks = rate_styles(tradeoff)
    dots = [_dots([point], looks[point.rate_hz], _words, name=hz(point.rate_hz)) for point in drawn]
    return Figure(
        "speech",
        "Accuracy against words that can be recovered",
        captions.speech(tradeoff),
        spec(
            [*dots, *_ring(tradeoff, drawn, _words)],
            share_axis("words recovered by the attacker<br>(lower is better for this report)"),
            share_axis("accuracy<br>(higher is better)"),
            shapes=_bounds(tradeoff, {"min_accuracy": "y", "max_word_recovery": "x"}),
        ),
        tables.rates(tradeoff),
    )


def _power(point: OperatingPoint) -> Measurement:
    return point.power_mw


def _words(point: OperatingPoint) -> Measurement:
    return point.word_recovery


def _of_rate(points: Sequence[OperatingPoint], rate_hz: int, look: Style) -> Iterator[Spec]:
    """Points on the frontier are filled, dominated ones hollow and paler; the legend names the rate once."""
    filled = [point for point in points if is_on_frontier(point)]
    hollow = [point for point in points if point.dominated_by and not point.infeasible]
    group = {"name": hz(rate_hz), "legendgroup": str(rate_hz)}
    if hollow:
        outline = Style(look.colour, f"{look.symbol}-open")
        yield _dots(hollow, outline, _power, opacity=PALE, showlegend=not filled, **group)
    if filled:
        yield _dots(filled, look, _power, **group)


def _infeasible(placed: Sequence[OperatingPoint]) -> Iterator[Spec]:
    if points := [point for point in placed if point.infeasible]:
        yield _dots(points, Style(GREY, "x"), _power, name="infeasible", opacity=PALE)


def _ring(tradeoff: Tradeoff, points: Sequence[OperatingPoint], across: Axis) -> Iterator[Spec]:
    """A ring around the point that the verdict is about."""
    subject = subject_point(tradeoff)
    if subject is not None and subject in points:
        yield {
            "type": "scatter",
            "mode": "markers",
            "name": "recommended" if tradeoff.decision.recommended else "nearest to qualifying",
            "x": [across(subject).value],
            "y": [subject.accuracy.value],
            "marker": {"symbol": "circle-open", "size": 24, "color": GREY, "line": {"width": 3}},
            "hoverinfo": "skip",
        }


def _dots(points: Sequence[OperatingPoint], look: Style, across: Axis, **more: object) -> Spec:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [across(point).value for point in points],
        "y": [point.accuracy.value for point in points],
        "error_x": error_bar([across(point) for point in points], color=look.colour),
        "error_y": error_bar([point.accuracy for point in points], color=look.colour),
        "marker": {"color": look.colour, "symbol": look.symbol, "size": 11},
        "hovertext": [_hover(point) for point in points],
        "hoverinfo": "text",
        **more,
    }


def _hover(point: OperatingPoint) -> str:
    return "<br>".join((f"<b>{text(point_name(point))}</b>", *map(text, axes(point))))


def _bounds(tradeoff: Tradeoff, drawn_on: dict[str, str]) -> list[Spec]:
    """A dashed line for each constraint that lies on one of the axes."""
    return [
        _line(drawn_on[name], bound)
        for name, bound in sorted(tradeoff.decision.constraints.items())
        if name in drawn_on
    ]


def _line(across: str, at: float) -> Spec:
    ends = {"x0": at, "x1": at, "y0": 0, "y1": 1} if across == "x" else {"x0": 0, "x1": 1, "y0": at, "y1": at}
    references = {"xref": "x", "yref": "paper"} if across == "x" else {"xref": "paper", "yref": "y"}
    return {"type": "line", **ends, **references, "line": {"color": GREY, "dash": "dash", "width": 1.5}}
