"""The four figures of a decision as SVG and PNG, drawn without a browser: for papers, slides and notebooks.

Colours are Okabe and Ito's and never the only difference, as on the page. Equal records give equal bytes. Text from
users is drawn as it is: no mathematics is read into it, and in the SVG it is escaped.
"""

import io
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, PercentFormatter, StrMethodFormatter

from lowsr_tradeoff.classify.arms import arm_name, drawn
from lowsr_tradeoff.files.safe_text import line
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.placing import (
    deciding_points,
    deciding_power,
    is_on_frontier,
    subject_point,
    unmeasured,
)
from lowsr_tradeoff.reports.plot import COLOURS, GREY, GRID, SYMBOLS, aside_of, rate_styles, style
from lowsr_tradeoff.reports.wording import COMPONENTS, accuracy_title, hz

MARKERS = dict(zip(SYMBOLS, "osD^vp*", strict=True))
DASHES, HATCHES = ("-", ":", "--"), ("", "//", "xx", "..", "--")
SIZE_INCHES, DPI = (7.2, 4.6), 150
MANY_BARS, LINE_END = 12, "\n"
LONGEST_NAME = 80
LOOK: dict[Any, Any] = {
    "svg.hashsalt": "lowsr-tradeoff",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "axes.edgecolor": GREY,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "hatch.linewidth": 0.6,
}

Draw = Callable[[Tradeoff, Axes], None]
Line = tuple[str, dict[int, Measurement], dict[str, Any]]


@dataclass(frozen=True)
class Still:
    """A drawing that a notebook shows by itself.

    Attributes:
        name: Of its files.
        title: What it shows.
        svg: The drawing, its text as text.
        png: The same in pixels, 150 to the inch.
    """

    name: str
    title: str
    svg: bytes
    png: bytes

    def _repr_svg_(self) -> str:
        return self.svg.decode()


def stills(tradeoff: Tradeoff) -> dict[str, Still]:
    """Return frontier, accuracy and word recovery over the rate, and the power's parts, by name."""
    device = tradeoff.decision.device
    every: tuple[tuple[str, str, Draw], ...] = (
        ("frontier", f"Accuracy against power on {device}", _frontier),
        ("accuracy", "Accuracy by rate", _accuracy),
        ("words", "Words recovered by rate", _words),
        ("power", f"Average power by component on {device}", _power),
    )
    return {name: _still(name, title, partial(draw, tradeoff)) for name, title, draw in every}


def _still(name: str, title: str, draw: Callable[[Axes], None]) -> Still:
    with mpl.rc_context(LOOK), warnings.catch_warnings():
        # Names in other scripts than the font's: viewers of the SVG take another font.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure = Figure(figsize=SIZE_INCHES, dpi=DPI, layout="constrained")
        axes = figure.subplots()
        axes.set_title(_named(title), loc="left")
        draw(axes)
        if axes.get_legend_handles_labels()[0]:
            figure.legend(loc="outside lower left", ncols=3)
        return Still(name, title, _saved(figure, "svg", {"Date": None}), _saved(figure, "png", {"Software": None}))


def _named(name: str) -> str:
    """On one line that leaves room for the drawing."""
    shown = line(name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[:LONGEST_NAME]}…"


def _saved(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format=kind, metadata=metadata)
    return out.getvalue()


def _frontier(tradeoff: Tradeoff, axes: Axes) -> None:
    """Filled on the frontier, with intervals; hollow where dominated; ringed what the verdict is about."""
    here = [point for point in deciding_points(tradeoff) if not (point.infeasible or unmeasured(point))]
    for rate_hz, look in rate_styles(tradeoff).items():
        points = [point for point in here if point.rate_hz == rate_hz]
        marker: dict[str, Any] = {"marker": MARKERS[look.symbol], "color": look.colour, "linestyle": "none"}
        _dots(axes, [point for point in points if not is_on_frontier(point)], {**marker, "fillstyle": "none"})
        _bars(axes, [point for point in points if is_on_frontier(point)], marker)
        if points:
            axes.plot([], [], label=hz(rate_hz), **marker)
    subject = subject_point(tradeoff)
    if subject in here:
        name = "recommended" if tradeoff.decision.recommended else "nearest to qualifying"
        ring: dict[str, Any] = {"marker": "o", "markersize": 18, "linestyle": "none", "color": GREY}
        axes.plot([], [], label=_named(name), **{**ring, "markersize": 10}, fillstyle="none")
        _dots(axes, [subject], {**ring, "fillstyle": "none", "markeredgewidth": 2})
    _bound(tradeoff, axes, "min_accuracy")
    if here:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("average power in mW, log scale (less is better)")
    _share(axes, f"{accuracy_title(tradeoff).lower()} (higher is better)")


def _dots(axes: Axes, points: Sequence[OperatingPoint | None], look: dict[str, Any]) -> None:
    shown = [point for point in points if point is not None]
    axes.plot([_value(p.power_mw) for p in shown], [_value(p.accuracy) for p in shown], **look)


def _bars(axes: Axes, points: Sequence[OperatingPoint], look: dict[str, Any]) -> None:
    powers, accuracies = [point.power_mw for point in points], [point.accuracy for point in points]
    axes.errorbar(
        [_value(m) for m in powers],
        [_value(m) for m in accuracies],
        xerr=_reach(powers),
        yerr=_reach(accuracies),
        elinewidth=1,
        capsize=2,
        **look,
    )


def _accuracy(tradeoff: Tradeoff, axes: Axes) -> None:
    arms = drawn(result.arm for result in tradeoff.recognition.results)
    shown = [result for result in tradeoff.recognition.results if result.arm in arms]
    grids = list(dict.fromkeys(result.grid for result in shown))
    lines: list[Line] = []
    for arm, grid in dict.fromkeys((result.arm, result.grid) for result in shown):
        of = {r.rate_hz: r.accuracy for r in shown if (r.arm, r.grid) == (arm, grid)}
        dashes = {"linestyle": DASHES[grids.index(grid) % len(DASHES)]}
        lines.append((f"{arm_name(arm)}, {grid}", of, {**_look(arms.index(arm)), **dashes}))
    _lines(axes, lines)
    _bound(tradeoff, axes, "min_accuracy")
    _share(axes, f"{accuracy_title(tradeoff).lower()} (higher is better)")


def _words(tradeoff: Tradeoff, axes: Axes) -> None:
    """Every attacker on words behind the study's own front end."""
    found = [
        a for a in tradeoff.privacy.attacks if a.recovers == "words" and a.is_leak and a.value.value is not None
    ]
    here = [attack for attack in found if attack.front_end == tradeoff.front_end]
    lines: list[Line] = []
    for index, (name, measure) in enumerate(dict.fromkeys((a.attacker, a.measure) for a in here)):
        of = {a.rate_hz: a.value for a in here if (a.attacker, a.measure) == (name, measure)}
        dashes = {"linestyle": DASHES[index // len(COLOURS) % len(DASHES)]}
        lines.append((f"{name}: {measure}", of, {**_look(index), **dashes}))
    _lines(axes, lines)
    _bound(tradeoff, axes, "max_word_recovery")
    _share(axes, "recovered (lower is better for this report)")


def _power(tradeoff: Tradeoff, axes: Axes) -> None:
    results = [result for result in deciding_power(tradeoff) if result.components]
    names = list(dict.fromkeys(part.name for result in results for part in result.components))
    places, below = list(range(len(results))), [0.0] * len(results)
    for index, name in enumerate(names):
        parts = [_part(result, name) for result in results]
        axes.bar(
            places,
            parts,
            bottom=below,
            label=_named(COMPONENTS.get(name, name)),
            color=COLOURS[index % len(COLOURS)],
            hatch=HATCHES[index % len(HATCHES)],
            edgecolor="white",
        )
        below = [before + part for before, part in zip(below, parts, strict=True)]
    totals = [result.power_mw for result in results]
    axes.errorbar(places, [_value(m) for m in totals], yerr=_reach(totals), fmt="_", color="black",
                  capsize=3, label="total with interval")  # fmt: skip
    is_crowded = len(results) > MANY_BARS
    names_at = [f"{result.rate_hz}{' ' if is_crowded else LINE_END}{result.grid}" for result in results]
    axes.set_xticks(places, names_at, rotation=90 if is_crowded else 0)
    axes.set_xlabel("sampling rate in Hz, and features")
    axes.set_ylabel("average power in mW (less is better)")


def _part(result: PowerResult, name: str) -> float:
    return sum(part.power_mw.value or 0.0 for part in result.components if part.name == name)


def _lines(axes: Axes, lines: Iterable[Line]) -> None:
    """Lines over the rates, a little aside of each other so that their bars can be told apart."""
    every = list(lines)
    for index, (name, by_rate, look) in enumerate(every):
        rates_hz = [rate for rate in sorted(by_rate) if by_rate[rate].value is not None]
        measured = [by_rate[rate] for rate in rates_hz]
        across = [rate * aside_of(index, len(every)) for rate in rates_hz]
        axes.errorbar(across, [_value(m) for m in measured], yerr=_reach(measured), label=_named(name),
                      elinewidth=1, capsize=2, markersize=5, **look)  # fmt: skip
    ticks = sorted({rate for _, by_rate, _ in every for rate in by_rate})
    if ticks:
        axes.set_xscale("log")
    axes.set_xticks(ticks, [str(rate) for rate in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("sampling rate in Hz, log scale")


def _look(index: int) -> dict[str, Any]:
    look = style(index)
    return {"color": look.colour, "marker": MARKERS[look.symbol]}


def _share(axes: Axes, title: str) -> None:
    axes.set_ylim(-0.03, 1.03)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_ylabel(title)


def _bound(tradeoff: Tradeoff, axes: Axes, name: str) -> None:
    if name in tradeoff.decision.constraints:
        axes.axhline(tradeoff.decision.constraints[name], color=GREY, linestyle="--", label="asked for")


def _value(m: Measurement) -> float:
    return float("nan") if m.value is None else m.value


def _reach(measured: Sequence[Measurement]) -> list[list[float]]:
    """How far the intervals reach below and above; a figure without one has no bar."""
    ends = [
        (m.value or 0.0, m.value if m.low is None else m.low, m.value if m.high is None else m.high)
        for m in measured
    ]
    return [
        [max(0.0, value - (low or 0.0)) for value, low, _ in ends],
        [max(0.0, (high or 0.0) - value) for value, _, high in ends],
    ]
