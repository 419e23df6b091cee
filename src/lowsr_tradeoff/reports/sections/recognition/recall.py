"""Which sounds are lost first: the recall of each class by rate."""

from dataclasses import dataclass

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import Spec, heat_map, spec, text, titled
from lowsr_tradeoff.reports.sections.decision import placing
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, cross_table
from lowsr_tradeoff.reports.wording import hz, listed, optimism, percent, sentences

ROW_PX = 26
NAMED_CLASSES = 3


@dataclass(frozen=True)
class Loss:
    """Recall of a class at the full rate, and at a lower one."""

    label: str
    before: float
    after: float


def losses(tradeoff: Tradeoff, point: OperatingPoint, full: OperatingPoint) -> tuple[Loss, ...]:
    """Return the recall of each class by a point's network beside that of the full rate, largest loss first."""
    low, high = (_recalls(tradeoff, of) for of in (point, full))
    changes = [
        Loss(label, before, after)
        for label, before in high.items()
        if before is not None and (after := low.get(label)) is not None
    ]
    return tuple(sorted(changes, key=lambda loss: loss.after - loss.before)) if point != full else ()


def drawn_results(tradeoff: Tradeoff) -> tuple[ClassifyResult, ...]:
    """Return the network of each rate that stands for the rate on the whole page."""
    found = (network_of(tradeoff, point) for point in placing.shown_by_rate(tradeoff))
    return tuple(result for result in found if result)


def network_of(tradeoff: Tradeoff, point: OperatingPoint) -> ClassifyResult | None:
    """Return what the network of a point recognises."""
    wanted = (point.rate_hz, point.grid, point.arm)
    return next((one for one in tradeoff.recognition.results if (one.rate_hz, one.grid, one.arm) == wanted), None)


def by_network(tradeoff: Tradeoff) -> dict[str, list[float | None]]:
    """Return the recall of each class of :func:`figure` by every network; the page draws those that it shows."""
    labels = dict.fromkeys(label for result in drawn_results(tradeoff) for label in recalls(result))
    return {
        f"{result.rate_hz} {result.grid} {result.arm}": [recalls(result).get(label) for label in labels]
        for result in tradeoff.recognition.results
    }


def recalls(result: ClassifyResult) -> dict[str, float | None]:
    """Return the recall of each class by its label."""
    return {of_class.label: of_class.recall.value for of_class in result.class_recall}


def _recalls(tradeoff: Tradeoff, point: OperatingPoint) -> dict[str, float | None]:
    result = network_of(tradeoff, point)
    return recalls(result) if result else {}


def entry(tradeoff: Tradeoff) -> Entry:
    """Return the recall of each class, as the page prints it."""
    return Entry(
        "Recall of each class",
        "recall",
        "Recall of each class by rate",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
        folded=(("Recall of each class for every training", of_every_training(tradeoff)),),
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return the recall of each class by rate as a heat map, of the network that stands for each rate."""
    shown = drawn_results(tradeoff)
    by_rate = [recalls(result) for result in shown]
    labels = list(dict.fromkeys(label for by_label in by_rate for label in by_label))
    cells = heat_map(
        x=[f"{hz(result.rate_hz)}<br>{arm_name(result.arm)}" for result in shown],
        y=[text(label) for label in labels],
        z=[[by_label.get(label) for by_label in by_rate] for label in labels],
        zmin=0,
        zmax=1,
        texttemplate="%{z:.0%}",
        hovertemplate="%{y} at %{x}: %{z:.1%}<extra></extra>",
    )
    categories: Spec = {"type": "category", "showgrid": False}
    return spec(
        [cells],
        titled("sampling rate and training;<br>cells: recall (higher is better)", **categories),
        titled("", **categories, autorange="reversed"),
        height=120 + ROW_PX * len(labels),
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return the recall of every class by rate, for the results that are drawn."""
    shown = drawn_results(tradeoff)
    return cross_table(
        "Recall of each class by rate, as drawn",
        ("Class",),
        {result.rate_hz: f"{hz(result.rate_hz)}, {arm_name(result.arm)}, {result.grid}" for result in shown},
        (((one.label,), result.rate_hz, percent(one.recall)) for result in shown for one in result.class_recall),
        "no such class",
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return which classes are lost and which are kept at the lowest rate."""
    shown = placing.shown_by_rate(tradeoff)
    changes = losses(tradeoff, shown[0], shown[-1]) if shown else ()
    if not changes:
        return "Recall was not measured."
    fell = [f"{loss.label} ({100 * (loss.after - loss.before):+.0f} points)" for loss in changes]
    return sentences(
        f"From {hz(shown[-1].rate_hz)} to {hz(shown[0].rate_hz)} recall falls most for"
        f" {listed(fell[:NAMED_CLASSES])}; least for {listed(reversed(fell[-NAMED_CLASSES:]))}",
        "Each column is the network that stands for its rate on this page",
        *optimism(tradeoff),
    )


def of_every_training(tradeoff: Tradeoff) -> Table:
    """Return the recall of every class by rate, one row for each class, training and features."""
    results = tradeoff.recognition.results
    return cross_table(
        "Recall of each class by rate, for every training and features",
        ("Class", "Training", "Features"),
        {rate_hz: hz(rate_hz) for rate_hz in sorted({one.rate_hz for one in results if one.class_recall})},
        (
            ((of_class.label, arm_name(result.arm), result.grid), result.rate_hz, percent(of_class.recall))
            for result in results
            for of_class in result.class_recall
        ),
        "not run",
    )
