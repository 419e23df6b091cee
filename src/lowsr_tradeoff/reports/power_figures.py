"""The figures of power beside its components: hours on the battery, and what the interval rests on."""

from collections.abc import Sequence

from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports import power_tables, stage_tables
from lowsr_tradeoff.reports.placing import deciding_power
from lowsr_tradeoff.reports.plot import (
    COLOURS,
    DASHES,
    PATTERNS,
    Figure,
    Spec,
    aside_of,
    rate_axis,
    series,
    share_axis,
    spec,
    style,
    text,
    titled,
)
from lowsr_tradeoff.reports.wording import hz, listed, number


def battery(tradeoff: Tradeoff) -> Figure:
    """Return hours on the battery by rate, a line for each device and features."""
    lines = list(dict.fromkeys((result.device, result.grid) for result in tradeoff.power.results))
    devices = list(dict.fromkeys(device for device, _ in lines))
    grids = list(dict.fromkeys(grid for _, grid in lines))
    traces = [
        series(
            f"{device}, {grid}",
            {r.rate_hz: r.battery_hours for r in tradeoff.power.results if (r.device, r.grid) == (device, grid)},
            style(devices.index(device)),
            number,
            DASHES[grids.index(grid) % len(DASHES)],
            aside_of(index, len(lines)),
        )
        for index, (device, grid) in enumerate(lines)
    ]
    return Figure(
        "battery",
        "Hours on the battery by rate",
        _battery_caption(tradeoff),
        spec(
            traces,
            rate_axis(sorted({result.rate_hz for result in tradeoff.power.results})),
            titled("hours, log scale<br>(more is better)", type="log", nticks=6),
            height=520,
        ),
        stage_tables.power(tradeoff),
    )


def sensitivity(tradeoff: Tradeoff) -> Figure:
    """Return which figures' spreads make most of the interval of total power, on the deciding device."""
    results = [result for result in deciding_power(tradeoff) if result.components]
    names = list(dict.fromkeys(share.parameter for result in results for share in result.dominant))
    return Figure(
        "sensitivity",
        f"What the interval of power rests on, on {tradeoff.decision.device}",
        _sensitivity_caption(results),
        spec(
            [_explained(results, name, index) for index, name in enumerate(names)],
            titled("sampling rate and features (the choice)", showgrid=False),
            share_axis("share of the variance<br>(the more, the better it is worth measuring)"),
            barmode="group",
        ),
        power_tables.dominant(tradeoff.power.results),
    )


def _explained(results: Sequence[PowerResult], name: str, index: int) -> Spec:
    shares = [{share.parameter: share.share for share in result.dominant} for result in results]
    return {
        "type": "bar",
        "name": text(name),
        "x": [[hz(result.rate_hz) for result in results], [result.grid for result in results]],
        "y": [of_result.get(name) for of_result in shares],
        "marker": {
            "color": COLOURS[index % len(COLOURS)],
            "pattern": {"shape": PATTERNS[index % len(PATTERNS)], "fillmode": "replace", "solidity": 0.6},
        },
        "hovertemplate": "%{x}: %{y:.0%}<extra>%{fullData.name}</extra>",
    }


def _battery_caption(tradeoff: Tradeoff) -> str:
    each = []
    for device in dict.fromkeys(result.device for result in tradeoff.power.results):
        hours = [r.battery_hours for r in tradeoff.power.results if r.device == device and r.battery_hours.value]
        if hours:
            least = min(hours, key=lambda m: m.value or 0.0)
            most = max(hours, key=lambda m: m.value or 0.0)
            each.append(f"{device} {number(least).brief} to {number(most).brief}")
    return f"Over the rates: {'; '.join(each)}." if each else "No rate is feasible on any device."


def _sensitivity_caption(results: Sequence[PowerResult]) -> str:
    first = dict.fromkeys(result.dominant[0].parameter for result in results if result.dominant)
    if not first:
        return "No figure has a spread that moves the total."
    return (
        f"The interval rests most on {listed(first)}. To narrow it, measure that first."
        " The shares are squared correlations and need not sum to one."
    )
