"""The figures of the decision: what each operating point gives, and what an attacker gets."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports import captions, tables
from lowsr_tradeoff.reports.choosing import devices
from lowsr_tradeoff.reports.placing import (
    deciding_points,
    is_on_frontier,
    points_on,
    shown_by_rate,
    subject_point,
    unmeasured,
)
from lowsr_tradeoff.reports.plot import (
    GREY,
    Figure,
    Spec,
    Style,
    axis,
    error_bar,
    rate_styles,
    share_axis,
    spec,
    text,
    titled,
)
from lowsr_tradeoff.reports.verdict import axes
from lowsr_tradeoff.reports.wording import hz, point_name, share_of_draws

PALE = 0.7
# Pixels across of a marker where no word is recovered, and how many more where all are.
SMALLEST, LARGER = 8, 14
TICKED = (1, 2, 3, 5, 7)
LANE = "cannot<br>run"
# Of more rates than these the legend names only those on the frontier.
MOST_KEYS = 12

Axis = Callable[[OperatingPoint], Measurement]


def frontier(tradeoff: Tradeoff) -> Figure:
    """Return power against accuracy for every operating point of the deciding device."""
    here, lane = deciding_points(tradeoff), _lane(tradeoff)
    across = titled(
        "average power in mW, log scale<br>(less is better)", type="log", tickangle=0, **_power_ticks(tradeoff)
    )
    return Figure(
        "frontier",
        f"Accuracy against power on {tradeoff.decision.device}",
        captions.frontier(tradeoff),
        spec(
            [*_placed(tradeoff, here), *_ring(tradeoff, _drawable(here), _power)],
            {**across, "domain": [0, 0.9] if lane else [0, 1]},
            share_axis("accuracy<br>(higher is better)"),
            shapes=_bounds(tradeoff, {"min_accuracy": "y"}),
            height=520,
            **lane,
        ),
        tables.operating_points(tradeoff),
    )


def frontiers(tradeoff: Tradeoff) -> dict[str, list[Spec]]:
    """Return the traces of :func:`frontier` for each device; the page changes between them."""
    return {device: _placed(tradeoff, points_on(tradeoff, device)) for device in devices(tradeoff)}


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


def _drawable(points: Iterable[OperatingPoint]) -> list[OperatingPoint]:
    return [point for point in points if not (point.infeasible or unmeasured(point))]


def _placed(tradeoff: Tradeoff, points: Sequence[OperatingPoint]) -> list[Spec]:
    """The points of each rate in its colour and marker, and those that cannot run in a lane of their own."""
    looks, here = rate_styles(tradeoff), _drawable(points)
    by_rate = {rate_hz: [point for point in here if point.rate_hz == rate_hz] for rate_hz in looks}
    is_named = len(looks) <= MOST_KEYS
    return [
        *(
            trace
            for rate_hz, look in looks.items()
            for trace in _of_rate(by_rate[rate_hz], rate_hz, look, is_always_named=is_named)
        ),
        *_infeasible([point for point in points if point.infeasible and point.accuracy.value is not None]),
    ]


def _of_rate(
    points: Sequence[OperatingPoint], rate_hz: int, look: Style, *, is_always_named: bool
) -> Iterator[Spec]:
    """Points on the frontier are filled, with their intervals; dominated ones are hollow and paler."""
    filled = [point for point in points if is_on_frontier(point)]
    hollow = [point for point in points if point.dominated_by]
    if filled or (points and is_always_named):
        yield _key(rate_hz, look)
    if hollow:
        outline = Style(look.colour, f"{look.symbol}-open")
        yield _sized(hollow, outline, {"opacity": PALE, "legendgroup": str(rate_hz)})
    if filled:
        bars = {
            "error_x": error_bar([point.power_mw for point in filled], color=look.colour),
            "error_y": error_bar([point.accuracy for point in filled], color=look.colour),
        }
        yield _sized(filled, look, {**bars, "legendgroup": str(rate_hz)})


def _key(rate_hz: int, look: Style) -> Spec:
    """The legend's entry of a rate: markers of points change their size and colour, this one does not."""
    marker = {"color": look.colour, "symbol": look.symbol, "size": 11}
    group = {"name": hz(rate_hz), "legendgroup": str(rate_hz), "hoverinfo": "skip"}
    return {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "marker": marker, **group}


def _sized(points: Sequence[OperatingPoint], look: Style, more: Spec) -> Spec:
    """Markers as large as the words that can be recovered, grey where the study's limits are missed."""
    return {
        "type": "scatter",
        "mode": "markers",
        "ids": [point.point_id for point in points],
        "meta": look.colour,
        "x": [point.power_mw.value for point in points],
        "y": [point.accuracy.value for point in points],
        "marker": {
            "color": [GREY if point.fails else look.colour for point in points],
            "symbol": look.symbol,
            "size": [_size(point) for point in points],
        },
        "hovertext": [_hover(point) for point in points],
        "hoverinfo": "text",
        "showlegend": False,
        **more,
    }


def _size(point: OperatingPoint) -> float:
    return SMALLEST + LARGER * (point.word_recovery.value or 0.0)


def _infeasible(points: Sequence[OperatingPoint]) -> Iterator[Spec]:
    """What cannot run has no power: it stands at its accuracy, beside the axis of power."""
    if points:
        yield {
            "type": "scatter",
            "mode": "markers",
            "name": "infeasible",
            "x": [LANE for _ in points],
            "y": [point.accuracy.value for point in points],
            "xaxis": "x2",
            "marker": {"color": GREY, "symbol": "x-thin-open", "size": 9, "line": {"width": 1.5}},
            "hovertext": [f"{_hover(point)}<br>{text('; '.join(point.infeasible))}" for point in points],
            "hoverinfo": "text",
        }


def _power_ticks(tradeoff: Tradeoff) -> Spec:
    """Ticks written out in mW, for every device: plotly itself would write 0.5 as a small 5."""
    ends = [end for point in tradeoff.points for end in (point.power_mw.low, point.power_mw.high) if end]
    decades = range(math.floor(math.log10(min(ends))), math.ceil(math.log10(max(ends)))) if ends else range(0)
    values = [float(f"{digit}e{decade}") for decade in decades for digit in TICKED]
    return {"tickvals": values, "ticktext": [f"{value:g}" for value in values]}


def _lane(tradeoff: Tradeoff) -> Spec:
    """The axis of the lane, where any device has a point that cannot run on it."""
    if not any(point.infeasible for point in tradeoff.points):
        return {}
    lane = {"type": "category", "categoryarray": [LANE], "range": [-0.5, 0.5], "domain": [0.93, 1]}
    return {"xaxis2": axis({**lane, "showgrid": False, "anchor": "y"})}


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
            "marker": {"symbol": "circle-open", "size": 30, "color": GREY, "line": {"width": 3}},
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
    sure = f"probability of being on the frontier {share_of_draws(point.p_frontier)}"
    return "<br>".join((f"<b>{text(point_name(point))}</b>", *map(text, (*axes(point), sure))))


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
