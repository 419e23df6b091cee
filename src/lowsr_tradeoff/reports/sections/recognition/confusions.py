"""Confusion matrices at each rate."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import Spec, heat_map, panel, panel_title, spec, text
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.sections.recognition.recall import drawn_results
from lowsr_tradeoff.reports.table import Row, Table
from lowsr_tradeoff.reports.wording import hz, listed, named

# Rates drawn at most: the lowest, the highest and some between; the table has all.
MOST_PANELS = 6
# Pixels: each class, and what a panel needs for its title and the names below it.
CLASS_PX, PANEL_PX = 22, 150
LEAST_PX = 180
# Names longer than this are cut in the drawing.
LETTERS = 14
# Classes up to which the shares fit into the cells.
WRITTEN = 12
NAMED = 3
OTHERS = "none of these classes"


def entries(tradeoff: Tradeoff) -> Iterator[Entry]:
    """Yield the confusions, as the page prints them, where the answers class by class were kept."""
    if _found(tradeoff):
        yield Entry(
            "What they are taken for",
            "confusion",
            "What each class is taken for, by rate",
            figure(tradeoff),
            table(tradeoff),
            caption(tradeoff),
        )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return a matrix for each rate: rows are what a clip was, columns what it was taken for."""
    found = _found(tradeoff)
    panels = found[:: max(1, -(-len(found) // MOST_PANELS))]
    panels = [*panels[:-1], found[-1]] if panels else []
    n_rows = -(-len(panels) // 2)
    n_classes = max((len(result.confusion) for result in panels), default=0)
    drawn = [_panel(result, number, n_rows) for number, result in enumerate(panels)]
    return spec(
        [matrix for matrix, _, _ in drawn],
        {},
        {},
        annotations=[title for _, _, title in drawn],
        height=n_rows * (max(LEAST_PX, CLASS_PX * n_classes) + PANEL_PX),
        **{name: setting for _, axes, _ in drawn for name, setting in axes.items()},
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return what each class is taken for most often, at every rate."""
    return Table(
        "What each class is taken for most often where it is not recognised, as drawn",
        ("Rate", "Training", "Features", "Class", "Recognised", "First", "Second"),
        tuple(row for result in _found(tradeoff) for row in _rows(result)),
        n_heads=4,
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what is mistaken most often at the lowest rate."""
    low = _found(tradeoff)[0]
    labels = [of_class.label for of_class in low.class_recall]
    worst = sorted(
        ((n / sum(row), label, name)
         for label, row in zip(labels, low.confusion, strict=True)
         for n, name in _mistakes(label, labels, row)),
        reverse=True,
    )[:NAMED]  # fmt: skip
    each = [f"{label} for {name} ({100 * share:.0f} %)" for share, label, name in worst]
    most = f"Taken for another most often at {hz(low.rate_hz)}: {listed(each)}" if each else "No class was mistaken"
    return (
        f"{most}. Rows are what a clip was, columns what it was taken for, cells the share of the row; the diagonal"
        " is what was recognised (higher is better)."
    )


def _found(tradeoff: Tradeoff) -> list[ClassifyResult]:
    return [result for result in drawn_results(tradeoff) if result.confusion]


def _panel(result: ClassifyResult, number: int, n_rows: int) -> tuple[Spec, Spec, Spec]:
    """The heat map of a rate, its two axes and its title; panels stand in two columns."""
    down, right = divmod(number, 2)
    top = 1 - down / n_rows
    across, up = [0.58 * right, 0.42 + 0.58 * right], [top - 0.62 / n_rows, top - 0.06 / n_rows]
    names = [text(of_class.label[:LETTERS]) for of_class in result.class_recall]
    ticks = {"tickvals": list(range(len(names))), "ticktext": names, "showgrid": False}
    suffix, axes = panel(number, across, up, {**ticks, "tickangle": 60}, {**ticks, "autorange": "reversed"})
    words = f"<b>{hz(result.rate_hz)}</b>, {arm_name(result.arm)}, {result.grid}"
    return _matrix(result, f"x{suffix}", f"y{suffix}"), axes, panel_title(words, across, up)


def _matrix(result: ClassifyResult, x: str, y: str) -> Spec:
    labels = [text(of_class.label) for of_class in result.class_recall]
    rows = zip(labels, result.confusion, strict=True)
    return heat_map(
        z=[[count / max(1, sum(row)) for count in row] for row in result.confusion],
        xaxis=x,
        yaxis=y,
        zmin=0,
        zmax=1,
        hovertext=[
            [
                f"{was} recognised: {n} answers" if was == said else f"{was} taken for {said}: {n} answers"
                for said, n in zip(_said(labels, row), row, strict=True)
            ]
            for was, row in rows
        ],
        hoverinfo="text",
        texttemplate="%{z:.0%}" if len(labels) <= WRITTEN else "",
        textfont={"color": "#000000", "size": 10},
        xgap=1,
        ygap=1,
    )


def _rows(result: ClassifyResult) -> Iterator[Row]:
    labels = [of_class.label for of_class in result.class_recall]
    for label, row in zip(labels, result.confusion, strict=True):
        wrong = [f"{name}, {_of(n, row)}" for n, name in _mistakes(label, labels, row)[:2]]
        cells = [cell for cell, _ in zip_longest(wrong, range(2), fillvalue="nothing else")]
        yield (*named(result), label, _of(row[labels.index(label)], row), *cells)


def _mistakes(label: str, labels: Sequence[str], row: Sequence[int]) -> list[tuple[int, str]]:
    """What a class was taken for, the most frequent first."""
    return sorted(
        ((n, name) for name, n in zip(_said(labels, row), row, strict=True) if n and name != label), reverse=True
    )


def _said(labels: Sequence[str], row: Sequence[int]) -> list[str]:
    """What a row's columns stand for; a network from a file may name what is none of the classes."""
    return [*labels, *[OTHERS] * (len(row) - len(labels))]


def _of(n: int, row: Sequence[int]) -> str:
    return f"{n} of {sum(row)} answers"
