"""What all figures share: colours, markers, layout, and traces as plotly takes them.

Figures are plain dicts in plotly's schema, checked by tests against ``plotly.graph_objects``: equal input gives
equal bytes, and no plotting library is loaded. Colours are Okabe and Ito's, distinct with any colour vision
(https://jfly.uni-koeln.de/color/); markers, dashes or patterns always differ too.
"""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lowsr_tradeoff.files.safe_text import visible
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.wording import Shown, hz

Spec = dict[str, Any]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "pentagon", "star")
DASHES = ("solid", "dot", "dash")
PATTERNS = ("", "/", "x", ".", "-")
# Both are light enough for black digits on them (contrast 9 : 1 and more) and differ for any colour vision.
PALE_ORANGE, SKY = "#FFF4E0", "#56B4E9"
# Lines are shifted along the rates by the first factor, so that error bars do not overlap; all lines of one rate
# stay within the second.
ASIDE, WIDEST = 1.02, 1.14
GREY = "#767676"
GRID = "#d5d9e0"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True)
class Style:
    """How one series is drawn."""

    colour: str
    symbol: str

    def hollow(self) -> "Style":
        """Return the same with a hollow marker."""
        return Style(self.colour, f"{self.symbol}-open")

    def marker(self, size: int = 9) -> Spec:
        """Return the marker of that size in pixels."""
        return {"color": self.colour, "symbol": self.symbol, "size": size}


def style(index: int) -> Style:
    """Return the colour and marker of the n-th series; the two cycle with different lengths."""
    return Style(COLOURS[index % len(COLOURS)], SYMBOLS[index % len(SYMBOLS)])


def aside_of(index: int, n_lines: int) -> float:
    """Return the factor by which the n-th of several lines is shifted from its rates.

    >>> aside_of(0, 1), aside_of(1, 3), aside_of(2, 3)
    (1.0, 1.0, 1.02)
    """
    return float(min(ASIDE, WIDEST ** (1 / n_lines)) ** (index - (n_lines - 1) / 2))


def rate_styles(tradeoff: Tradeoff) -> dict[int, Style]:
    """Return how each rate is drawn, the same in every figure."""
    return {rate: style(index) for index, rate in enumerate(tradeoff.all_rates_hz())}


def text(words: str) -> str:
    """Return text escaped for plotly, which takes tags and entities for markup."""
    return html.escape(visible(words), quote=False)


def spec(traces: Sequence[Spec], x: Spec, y: Spec, **layout: object) -> Spec:
    """Return a figure of the traces over two axes."""
    return {
        "data": list(traces),
        "layout": {
            "xaxis": axis(x),
            "yaxis": axis(y),
            "font": {"family": FONT, "size": 13},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 60, "r": 16, "t": 16, "b": 64},
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": GREY, "activecolor": COLOURS[0], "orientation": "v"},
            "hovermode": "closest",
            "height": 440,
            **layout,
        },
    }


def axis(given: Spec) -> Spec:
    """Return an axis with the grid and room for its labels."""
    return {"gridcolor": GRID, "linecolor": GREY, "zeroline": False, "automargin": True, **given}


def titled(title: str, **more: object) -> Spec:
    """Return an axis of that title."""
    return {"title": {"text": title, "standoff": 10}, **more}


def share_axis(title: str) -> Spec:
    """Return an axis for a proportion, in per cent."""
    return titled(title, tickformat=".0%", range=[-0.03, 1.03])


def rate_axis(rates_hz: Iterable[int]) -> Spec:
    """Return a logarithmic axis with a tick at every rate."""
    ticks = sorted(set(rates_hz))
    return titled(
        "sampling rate in Hz, log scale<br>(the choice: neither end is better)",
        type="log",
        tickvals=ticks,
        ticktext=[str(rate) for rate in ticks],
    )


def panel(number: int, across: list[float], up: list[float], x: Spec, y: Spec) -> tuple[str, Spec]:
    """Return the suffix of the n-th panel's axes, and the axes over those domains."""
    suffix = str(number + 1) if number else ""
    axes = {
        f"xaxis{suffix}": axis({**x, "domain": across, "anchor": f"y{suffix}"}),
        f"yaxis{suffix}": axis({**y, "domain": up, "anchor": f"x{suffix}"}),
    }
    return suffix, axes


def panel_title(words: str, across: list[float], up: list[float], **more: object) -> Spec:
    """Return a title above the left end of a panel."""
    place = {"x": across[0], "y": up[1], "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return {"text": words, "showarrow": False, **place, **more}


def heat_map(**more: object) -> Spec:
    """Return a heat map in colours on which black digits are legible."""
    return {
        "type": "heatmap",
        "colorscale": [[0, PALE_ORANGE], [1, SKY]],
        "textfont": {"color": "#000000"},
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        **more,
    }


def markers(x: Sequence[object], y: Sequence[object], marker: Spec, **more: object) -> Spec:
    """Return points without a line."""
    return {"type": "scatter", "mode": "markers", "x": x, "y": y, "marker": marker, **more}


def measured(
    name: str,
    x: Sequence[Measurement],
    y: Sequence[Measurement],
    look: Style,
    hovertext: Sequence[str],
    size: int = 9,
) -> Spec:
    """Return points between two measured axes, with both intervals."""
    return markers(
        [measurement.value for measurement in x],
        [measurement.value for measurement in y],
        look.marker(size),
        name=name,
        error_x=error_bar(x, color=look.colour),
        error_y=error_bar(y, color=look.colour),
        hovertext=hovertext,
        hoverinfo="text",
    )


def plain_line(name: str, x: Sequence[object], y: Sequence[object], line: Spec, hoverinfo: str = "name") -> Spec:
    """Return a line that is no measured series: a level, a bound, a fit."""
    return {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "line": line, "hoverinfo": hoverinfo}


def bars(x: Sequence[object], heights: Sequence[Mapping[str, float | None]], hovertemplate: str) -> list[Spec]:
    """Return bars for each name, told apart by colour and pattern; ``heights`` has those of each place by name."""
    return [
        {
            "type": "bar",
            "name": name,
            "x": x,
            "y": [by_name.get(name) for by_name in heights],
            "marker": {
                "color": COLOURS[index % len(COLOURS)],
                "pattern": {"shape": PATTERNS[index % len(PATTERNS)], "fillmode": "replace", "solidity": 0.6},
            },
            "hovertemplate": hovertemplate,
        }
        for index, name in enumerate(dict.fromkeys(name for by_name in heights for name in by_name))
    ]


def error_bar(measurements: Sequence[Measurement], **look: object) -> Spec:
    """Return error bars from the ends of the intervals; a figure without an interval has none."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [_reach(m.value, m.high) for m in measurements],
        "arrayminus": [_reach(m.low, m.value) for m in measurements],
        "thickness": 1.5,
        "width": 3,
        **look,
    }


def series(
    name: str,
    by_rate: Mapping[int, Measurement],
    look: Style,
    show: Callable[[Measurement], Shown],
    dash: str = "solid",
    aside: float = 1,
) -> Spec:
    """Return a line over rates with error bars; rates without a value are left out.

    ``show`` formats the figure under the pointer; ``aside`` is a factor on the rates that keeps lines apart.
    """
    rates_hz = [rate for rate in sorted(by_rate) if by_rate[rate].value is not None]
    measured = [by_rate[rate] for rate in rates_hz]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": text(name),
        "x": [rate * aside for rate in rates_hz],
        "y": [measurement.value for measurement in measured],
        "error_y": error_bar(measured, color=look.colour),
        "marker": look.marker(),
        "line": {"color": look.colour, "dash": dash},
        "hovertext": [f"{text(name)}, {hz(rate)}: {text(str(show(by_rate[rate])))}" for rate in rates_hz],
        "hoverinfo": "text",
    }


def lines_by_features(
    found: Iterable[tuple[str, str, int, Measurement]],
    show: Callable[[Measurement], Shown],
    names: Iterable[str] = (),
) -> list[Spec]:
    """Return a line over rates for each name, by colour and marker, and features, by dashes; side by side.

    ``found`` holds name, features, rate and figure; ``names`` gives the order of colours if it is another.
    """
    lines: dict[tuple[str, str], dict[int, Measurement]] = {}
    for name, grid, rate_hz, measurement in found:
        lines.setdefault((name, grid), {})[rate_hz] = measurement
    in_order = list(dict.fromkeys([*names, *(name for name, _ in lines)]))
    grids = list(dict.fromkeys(grid for _, grid in lines))
    return [
        series(
            f"{name}, {grid}",
            by_rate,
            style(in_order.index(name)),
            show,
            DASHES[grids.index(grid) % len(DASHES)],
            aside_of(index, len(lines)),
        )
        for index, ((name, grid), by_rate) in enumerate(lines.items())
    ]


def _reach(start: float | None, end: float | None) -> float:
    return 0.0 if start is None or end is None else max(0.0, end - start)
