"""Power against accuracy for every operating point: which ones no other beats."""

import math
from collections.abc import Iterable, Iterator, Sequence

from lowsr_tradeoff.decision.leaks import AT_STAKE
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports import plot
from lowsr_tradeoff.reports.certainty import share_of_draws
from lowsr_tradeoff.reports.sections.decision import placing
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import NAMED, Column, Table, leak_columns, table_of
from lowsr_tradeoff.reports.wording import (
    accuracy_title,
    asked_for,
    count,
    hz,
    listed,
    number,
    optimism,
    percent,
    point_name,
    sentences,
)

PALE = 0.7
# Marker diameter in pixels where nothing leaks, and the addition where all does.
SMALLEST, LARGER = 8, 14
TICKED = (1, 2, 3, 5, 7)
LANE = "cannot<br>run"
# With more rates than this the legend names only those on the frontier.
MOST_KEYS = 12

COSTS: tuple[Column[OperatingPoint], ...] = (
    ("Average power", lambda point: number(point.power_mw)),
    ("Battery", lambda point: number(point.battery_hours)),
)


def entry(tradeoff: Tradeoff) -> Entry:
    """Return the frontier, as the page prints it."""
    return Entry(
        "All operating points",
        "frontier",
        f"Accuracy against power on {tradeoff.decision.device}",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
    )


def figure(tradeoff: Tradeoff) -> plot.Spec:
    """Return power against accuracy for every operating point of the deciding device."""
    here, lane = placing.deciding_points(tradeoff), _lane(tradeoff)
    across = plot.titled(
        "average power in mW, log scale<br>(less is better)", type="log", tickangle=0, **_power_ticks(tradeoff)
    )
    return plot.spec(
        [*_placed(tradeoff, here), *_ring(tradeoff, _drawable(here))],
        {**across, "domain": [0, 0.9] if lane else [0, 1]},
        plot.share_axis("accuracy<br>(higher is better)"),
        shapes=_bounds(tradeoff),
        height=520,
        **lane,
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return all points of the deciding device with their standing."""
    points = placing.deciding_points(tradeoff)
    names = {point.point_id: point_name(point) for point in points}
    return table_of(
        f"All operating points on {tradeoff.decision.device}",
        points,
        (
            *NAMED,
            (accuracy_title(tradeoff), lambda point: percent(point.accuracy)),
            *leak_columns(tradeoff.privacy_axis),
            *COSTS,
            ("Standing", lambda point: placing.standing(point, names)),
            ("Probability of being on the frontier", lambda point: share_of_draws(point.p_frontier)),
        ),
        n_heads=3,
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    points = placing.deciding_points(tradeoff)
    on = [point for point in points if placing.is_on_frontier(point)]
    leak = AT_STAKE[tradeoff.privacy_axis]
    share = f"{len(on)} of {count(len(points), 'operating point')} on {tradeoff.decision.device}"
    return sentences(
        f"{share} {'is' if len(on) == 1 else 'are'} on the frontier (filled): no other is at least as good on"
        f" accuracy, {leak} and power, and better on one",
        f"Hollow: another point is better. Large: more leaks of {leak}. Grey: misses a limit. Ring: the answer",
        *_ends([point for point in placing.shown_by_rate(tradeoff) if point in on]),
        *_undrawn(points),
        *_dashed(tradeoff),
        *optimism(tradeoff),
    )


def _drawable(points: Iterable[OperatingPoint]) -> list[OperatingPoint]:
    return [point for point in points if not (point.infeasible or placing.unmeasured(point))]


def _placed(tradeoff: Tradeoff, points: Sequence[OperatingPoint]) -> list[plot.Spec]:
    """The points of each rate in its colour and marker, and those that cannot run in a lane of their own."""
    looks, here = plot.rate_styles(tradeoff), _drawable(points)
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
    points: Sequence[OperatingPoint], rate_hz: int, look: plot.Style, *, is_always_named: bool
) -> Iterator[plot.Spec]:
    """Points on the frontier are filled, with their intervals; dominated ones are hollow and paler."""
    filled = [point for point in points if placing.is_on_frontier(point)]
    hollow = [point for point in points if point.dominated_by]
    if filled or (points and is_always_named):
        # The legend's entry: markers of points change their size and colour, this one does not.
        key = {"name": hz(rate_hz), "legendgroup": str(rate_hz), "hoverinfo": "skip"}
        yield plot.markers([None], [None], look.marker(11), **key)
    if hollow:
        yield _sized(hollow, look.hollow(), {"opacity": PALE, "legendgroup": str(rate_hz)})
    if filled:
        bars = {
            "error_x": plot.error_bar([point.power_mw for point in filled], color=look.colour),
            "error_y": plot.error_bar([point.accuracy for point in filled], color=look.colour),
        }
        yield _sized(filled, look, {**bars, "legendgroup": str(rate_hz)})


def _sized(points: Sequence[OperatingPoint], look: plot.Style, more: plot.Spec) -> plot.Spec:
    """Markers as large as the leak on the privacy axis, grey where the study's limits are missed."""
    return plot.markers(
        [point.power_mw.value for point in points],
        [point.accuracy.value for point in points],
        {
            "color": [plot.GREY if point.fails else look.colour for point in points],
            "symbol": look.symbol,
            "size": [SMALLEST + LARGER * (point.privacy.value or 0.0) for point in points],
        },
        ids=[point.point_id for point in points],
        meta=look.colour,
        hovertext=[_hover(point) for point in points],
        hoverinfo="text",
        showlegend=False,
        **more,
    )


def _infeasible(points: Sequence[OperatingPoint]) -> Iterator[plot.Spec]:
    """Points that cannot run have no power: they are drawn at their accuracy, beside the axis of power."""
    if points:
        yield plot.markers(
            [LANE for _ in points],
            [point.accuracy.value for point in points],
            {"color": plot.GREY, "symbol": "x-thin-open", "size": 9, "line": {"width": 1.5}},
            name="infeasible",
            xaxis="x2",
            hovertext=[f"{_hover(point)}<br>{plot.text('; '.join(point.infeasible))}" for point in points],
            hoverinfo="text",
        )


def _power_ticks(tradeoff: Tradeoff) -> plot.Spec:
    """Ticks written out in mW, for every device: plotly itself would write 0.5 as a small 5."""
    ends = [end for point in tradeoff.points for end in (point.power_mw.low, point.power_mw.high) if end]
    decades = range(math.floor(math.log10(min(ends))), math.ceil(math.log10(max(ends)))) if ends else range(0)
    values = [float(f"{digit}e{decade}") for decade in decades for digit in TICKED]
    return {"tickvals": values, "ticktext": [f"{value:g}" for value in values]}


def _lane(tradeoff: Tradeoff) -> plot.Spec:
    """The axis of the lane, where any device has a point that cannot run on it."""
    if not any(point.infeasible for point in tradeoff.points):
        return {}
    lane = {"type": "category", "categoryarray": [LANE], "range": [-0.5, 0.5], "domain": [0.93, 1]}
    return {"xaxis2": plot.axis({**lane, "showgrid": False, "anchor": "y"})}


def _ends(points: Sequence[OperatingPoint]) -> Iterator[str]:
    """What the lowest and the highest rate on the frontier give."""
    for point in dict.fromkeys((*points[:1], *points[-1:])):
        power = number(point.power_mw).value
        yield f"{point_name(point)}: {percent(point.accuracy).brief} accuracy at {power}"


def _undrawn(points: Sequence[OperatingPoint]) -> Iterator[str]:
    infeasible = dict.fromkeys(
        f"{hz(p.rate_hz)}, {p.grid} features: {listed(p.infeasible)}" for p in points if p.infeasible
    )
    if infeasible:
        yield f"Infeasible, grey or not drawn: {'; '.join(infeasible)}"
    unplaced = dict.fromkeys(
        f"{point_name(point)}: {listed(reasons)}"
        for point in points
        if not point.infeasible and (reasons := placing.unmeasured(point))
    )
    if unplaced:
        yield f"Not drawn for lack of a figure: {'; '.join(unplaced)}"


def _ring(tradeoff: Tradeoff, points: Sequence[OperatingPoint]) -> Iterator[plot.Spec]:
    """A ring around the point that the verdict is about, where it is drawn."""
    subject = placing.subject_point(tradeoff)
    if subject is not None and subject in points:
        yield plot.markers(
            [subject.power_mw.value],
            [subject.accuracy.value],
            {"symbol": "circle-open", "size": 30, "color": plot.GREY, "line": {"width": 3}},
            name="the answer" if tradeoff.decision.recommended else "closest to what is needed",
            hoverinfo="skip",
        )


def _hover(point: OperatingPoint) -> str:
    """The text beside a point under the pointer."""
    columns = (*leak_columns(point.privacy_axis), *COSTS)
    words = (
        f"accuracy {percent(point.accuracy)}",
        *(f"{name[0].lower()}{name[1:]} {cell(point)}" for name, cell in columns),
        f"strongest attacker on {AT_STAKE[point.privacy_axis]}: {point.attacker}",
        f"probability of being on the frontier {share_of_draws(point.p_frontier)}",
    )
    return "<br>".join((f"<b>{plot.text(point_name(point))}</b>", *map(plot.text, words)))


def _bounds(tradeoff: Tradeoff) -> list[plot.Spec]:
    """A dashed line at the accuracy that is asked for."""
    least = tradeoff.decision.constraints.get("min_accuracy")
    ends = {"x0": 0, "x1": 1, "y0": least, "y1": least, "xref": "paper", "yref": "y"}
    return (
        []
        if least is None
        else [{"type": "line", **ends, "line": {"color": plot.GREY, "dash": "dash", "width": 1.5}}]
    )


def _dashed(tradeoff: Tradeoff) -> Iterator[str]:
    drawn = {name: bound for name, bound in tradeoff.decision.constraints.items() if name == "min_accuracy"}
    if drawn:
        yield f"Dashed: {listed(asked_for(drawn))}, as asked for"
