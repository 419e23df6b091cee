"""The choice of alpha and T: how well every pair does where pairs are chosen."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from lowsr_tradeoff.corpora.rows import grouped
from lowsr_tradeoff.records.classify import Sensitivity
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import FONT, GREY, Spec, heat_map, panel, panel_title
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import NAMED, Table, table_of
from lowsr_tradeoff.reports.wording import count, named, percent, share

COLUMNS = 2
NAMED_PANELS = 6
PANEL_PX, GAP_PX = 150, 90

Choices = Sequence[Sensitivity]


def entries(tradeoff: Tradeoff) -> Iterator[Entry]:
    """Yield the choice of alpha and T, as the page prints it, where there was one."""
    if not tradeoff.recognition.sensitivity:
        return
    yield Entry(
        "Choice of alpha and T",
        "choices",
        "Accuracy on the inner folds by alpha and T",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
        intro="Alpha weighs labels against the teacher; T softens the teacher’s scores. For each test fold the"
        " pair that is best on an inner fold is used.",
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return accuracy on the inner folds over alpha and T as heat maps, one for each rate, features and arm."""
    panels = _panels(tradeoff)
    n_rows = -(-len(panels) // COLUMNS)
    drawn = [_panel(pairs, place, n_rows) for place, pairs in enumerate(panels)]
    return {
        "data": [cells for cells, _, _ in drawn],
        "layout": {
            "font": {"family": FONT, "size": 13},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 60, "r": 16, "t": 40, "b": 64},
            "height": 104 + max(1, n_rows) * (PANEL_PX + GAP_PX) - GAP_PX,
            "annotations": [title for _, _, title in drawn],
            **{name: setting for _, axes, _ in drawn for name, setting in axes.items()},
        },
    }


def table(tradeoff: Tradeoff) -> Table:
    """Return how every pair of alpha and T did on the inner folds, and how often it was chosen."""
    return table_of(
        "Alpha and T: accuracy on the inner folds, and test folds that chose the pair",
        tradeoff.recognition.sensitivity,
        (
            *NAMED,
            ("Alpha", lambda one: f"{one.alpha:g}"),
            ("T", lambda one: f"{one.temperature:g}"),
            ("Accuracy on inner folds", lambda one: percent(one.accuracy)),
            ("Chosen by", lambda one: count(one.n_chosen, "test fold")),
        ),
        n_heads=5,
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return the best pair of each case, how far the worst is below it, and what the figure cannot show."""
    panels = _panels(tradeoff)
    best = [_best(pairs) for pairs in panels[:NAMED_PANELS]]
    n_alike = sum(_is_alike(pairs) for pairs in panels)
    return (
        f"{'; '.join(best)}{'; the others stand in the table' if len(panels) > NAMED_PANELS else ''}. The intervals"
        f" of the best and the worst pair overlap in {n_alike} of {count(len(panels), 'map')}: there the choice"
        " hardly matters. Cells: accuracy on the inner folds (higher is better), and how many test folds chose the"
        " pair; the colours of a map run from its worst to its best pair. Each test fold's pair was chosen without"
        " that fold. These accuracies chose the pairs, so they flatter the best."
    )


def _panels(tradeoff: Tradeoff) -> list[Choices]:
    return [*grouped(tradeoff.recognition.sensitivity, attrgetter("rate_hz", "grid", "arm")).values()]


def _ends(pairs: Choices) -> tuple[Sensitivity, Sensitivity] | None:
    """The worst and the best pair."""
    measured = [one for one in pairs if one.accuracy.value is not None]
    return (min(measured, key=_accuracy), max(measured, key=_accuracy)) if measured else None


def _best(pairs: Choices) -> str:
    place = ", ".join(named(pairs[0]))
    if (ends := _ends(pairs)) is None:
        return f"{place}: not measured"
    worst, best = ends
    return (
        f"{place}: best alpha {best.alpha:g}, T {best.temperature:g} ({percent(best.accuracy).brief}),"
        f" {100 * (_accuracy(best) - _accuracy(worst)):.1f} points above the worst"
    )


def _is_alike(pairs: Choices) -> bool:
    if (ends := _ends(pairs)) is None:
        return True
    (_, high), (low, _) = ((one.accuracy.low, one.accuracy.high) for one in ends)
    return high is None or low is None or low <= high


def _accuracy(one: Sensitivity) -> float:
    return one.accuracy.value or 0.0


def _panel(pairs: Choices, place: int, n_rows: int) -> tuple[Spec, Spec, Spec]:
    """The heat map of a rate, features and arm, its two axes and its title; panels stand in two columns."""
    row, column = divmod(place, COLUMNS)
    height = n_rows * (PANEL_PX + GAP_PX) - GAP_PX
    top, left = 1 - row * (PANEL_PX + GAP_PX) / height, column * 0.54
    across, up = [left, left + 0.46], [max(0.0, top - PANEL_PX / height), top]
    x, y = ({"type": "category", "showgrid": False, "title": {"text": of, "standoff": 4}} for of in ("T", "alpha"))
    suffix, axes = panel(place, across, up, x, y)
    title = panel_title(", ".join(named(pairs[0])), across, up, yshift=4, font={"color": GREY})
    return _map(pairs, suffix), axes, title


def _map(pairs: Choices, suffix: str) -> Spec:
    alphas = sorted({one.alpha for one in pairs})
    temperatures = sorted({one.temperature for one in pairs})
    cells = {(one.alpha, one.temperature): one for one in pairs}
    rows = [[cells.get((alpha, temperature)) for temperature in temperatures] for alpha in alphas]
    return heat_map(
        x=[f"{temperature:g}" for temperature in temperatures],
        y=[f"{alpha:g}" for alpha in alphas],
        z=[[one.accuracy.value if one else None for one in row] for row in rows],
        text=[[_written(one) for one in row] for row in rows],
        texttemplate="%{text}",
        hovertemplate="alpha %{y}, T %{x}: %{text}<extra></extra>",
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
    )


def _written(one: Sensitivity | None) -> str:
    if one is None or one.accuracy.value is None:
        return ""
    chosen = f"<br>chosen {one.n_chosen}×" if one.n_chosen else ""
    return f"{share(one.accuracy.value)}{chosen}"
