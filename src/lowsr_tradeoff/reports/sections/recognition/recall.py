"""Which sounds are lost first: the recall of each class by rate."""

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import Spec, heat_map, spec, text, titled
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, cross_table
from lowsr_tradeoff.reports.wording import hz, listed, optimism, percent, sentences

DRAWN_ARM = "cssd"
ROW_PX = 26
NAMED_CLASSES = 3


def entry(tradeoff: Tradeoff) -> Entry:
    """Return the recall of each class, as the page prints it."""
    return Entry(
        "Which sounds are lost first",
        "recall",
        "Recall of each class by rate",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
        folded=(("Recall of each class for every training", of_every_training(tradeoff)),),
    )


def drawn_results(tradeoff: Tradeoff) -> tuple[ClassifyResult, ...]:
    """Return each rate's network to draw: CSSD on the last feature layout it ran on, else the last one."""
    results = [result for result in tradeoff.recognition.results if result.cost is not None]
    grid = next((result.grid for result in reversed(results) if result.arm == DRAWN_ARM), None)
    shown: dict[int, ClassifyResult] = {}
    for result in sorted(results, key=lambda result: (result.arm, result.grid) == (DRAWN_ARM, grid)):
        shown[result.rate_hz] = result
    return tuple(shown[rate] for rate in sorted(shown))


def figure(tradeoff: Tradeoff) -> Spec:
    """Return the recall of each class by rate as a heat map, for one training and features."""
    shown = drawn_results(tradeoff)
    recalls = [{of_class.label: of_class.recall.value for of_class in result.class_recall} for result in shown]
    labels = list(dict.fromkeys(label for by_label in recalls for label in by_label))
    cells = heat_map(
        x=[f"{hz(result.rate_hz)}<br>{arm_name(result.arm)}" for result in shown],
        y=[text(label) for label in labels],
        z=[[by_label.get(label) for by_label in recalls] for label in labels],
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
    shown = drawn_results(tradeoff)
    changes = _changes(shown[0], shown[-1]) if shown else []
    if not changes:
        return "Recall was not measured."
    low, high = (
        f"{hz(result.rate_hz)} ({arm_name(result.arm)}, {result.grid} features)" for result in (shown[0], shown[-1])
    )
    return sentences(
        f"From {high} to {low} recall falls most for {listed(changes[:NAMED_CLASSES])}; least for"
        f" {listed(reversed(changes[-NAMED_CLASSES:]))}",
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


def _changes(low: ClassifyResult, high: ClassifyResult) -> list[str]:
    """The classes with their change of recall, largest loss first."""
    kept = {of_class.label: of_class.recall.value for of_class in low.class_recall}
    changes = [
        (kept_share - of_class.recall.value, of_class.label)
        for of_class in high.class_recall
        if of_class.recall.value is not None and (kept_share := kept.get(of_class.label)) is not None
    ]
    return [f"{label} ({100 * by:+.0f} points)" for by, label in sorted(changes)]
