"""Accuracy by rate: the figure, its table, what the ways of training are, and the spreads."""

from collections.abc import Iterator, Sequence

from lowsr_tradeoff.classify.arms import ARMS, arm_name, arm_of, drawn, in_order
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import GREY, Spec, lines_by_features, plain_line, rate_axis, share_axis, spec
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import NAMED, Cell, Table, cross_table, table_of
from lowsr_tradeoff.reports.wording import (
    Shown,
    accuracy_title,
    count,
    hz,
    in_table_alone,
    is_optimistic,
    listed,
    optimism,
    percent,
    sentences,
)


def entry(tradeoff: Tradeoff) -> Entry:
    """Return accuracy by rate, as the page prints it."""
    return Entry(
        "Accuracy",
        "accuracy",
        "Accuracy by rate",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
        tables=(arms(tradeoff),),
        folded=(("Spread between folds and seeds, and macro-F1", spreads(tradeoff)),),
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return accuracy by rate, a line for each training that is drawn and its features, and the chance level."""
    results = tradeoff.recognition.results
    shown = drawn(result.arm for result in results)
    lines = lines_by_features(
        ((arm_name(one.arm), one.grid, one.rate_hz, one.accuracy) for one in results if one.arm in shown),
        percent,
        map(arm_name, shown),
    )
    return spec(
        [*lines, *_chance(results)],
        rate_axis(result.rate_hz for result in results),
        share_axis("accuracy<br>(higher is better)"),
        height=540,
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return accuracy with its interval: a row for each training and features, a column for each rate."""
    results = tradeoff.recognition.results
    sizes = sorted({result.n_clips for result in results})
    tested_on = f", n = {' or '.join(map(str, sizes))} clips" if sizes else ""
    return cross_table(
        f"{accuracy_title(tradeoff)} and 95 % interval by rate and training{tested_on}",
        ("Group", "Training", "Features"),
        {rate_hz: hz(rate_hz) for rate_hz in sorted({result.rate_hz for result in results})},
        (
            ((arm_of(arm).group, arm_name(arm), one.grid), one.rate_hz, _without_n(one.accuracy))
            for arm in in_order(result.arm for result in results)
            for one in results
            if one.arm == arm
        ),
        "not run",
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    best: dict[int, ClassifyResult] = {}
    for result in sorted(tradeoff.recognition.results, key=lambda result: -(result.accuracy.value or 0)):
        if result.accuracy.value is not None:
            best.setdefault(result.rate_hz, result)
    each = [
        f"{percent(result.accuracy).brief} at {hz(rate_hz)} ({arm_name(result.arm)}, {result.grid})"
        for rate_hz, result in sorted(best.items())
    ]
    return sentences(
        f"Highest accuracy of each rate: {listed(each)}" if each else "Accuracy was not measured",
        "Bars are 95 % intervals; lines of one rate stand side by side",
        *_undrawn(tradeoff),
        *optimism(tradeoff),
    )


def protocol(tradeoff: Tradeoff) -> str:
    """Return how the networks were trained and tested, and which choices used test clips."""
    return sentences(
        "Networks are trained and tested on the event clips as each rate captures them, in folds that keep clips of"
        " one source together",
        "Every network kept the epoch that was best on its test fold, as the paper's code does: its accuracies are"
        " optimistic"
        if is_optimistic(tradeoff)
        else "The schedule is fixed and the last epoch counts; the test fold decides nothing",
    )


def arms(tradeoff: Tradeoff) -> Table:
    """Return what each way of training of the study does, in one line."""
    there = {result.arm for result in tradeoff.recognition.results}
    return Table(
        "The ways of training compared",
        ("Group", "Training", "What it is"),
        tuple((arm.group, arm.title, arm.meaning) for arm in ARMS if arm.name in there),
        n_heads=2,
    )


def spreads(tradeoff: Tradeoff) -> Table:
    """Return accuracy with its spreads and macro-F1, by rate, training and features."""
    return table_of(
        "Accuracy and macro-F1 by rate, training and features",
        tradeoff.recognition.results,
        (
            *NAMED,
            (accuracy_title(tradeoff), lambda result: percent(result.accuracy)),
            ("Between folds (sd)", lambda result: percent(result.fold_sd)),
            ("Between seeds (sd)", lambda result: percent(result.seed_sd)),
            ("Macro-F1", lambda result: percent(result.macro_f1)),
            ("Trained and tested on", _tested_on),
        ),
        n_heads=3,
    )


def _chance(results: Sequence[ClassifyResult]) -> Iterator[Spec]:
    n_classes = max((len(result.class_recall) for result in results), default=0)
    if n_classes:
        rates_hz = [result.rate_hz for result in results]
        yield plain_line(
            f"chance, 1 of {n_classes} classes",
            [min(rates_hz), max(rates_hz)],
            [1 / n_classes, 1 / n_classes],
            {"color": GREY, "dash": "dash", "width": 1.5},
        )


def _tested_on(result: ClassifyResult) -> str:
    clips, sources = count(result.n_clips, "clip"), count(result.n_sources, "source")
    return f"{clips}, {sources}, {count(result.n_folds, 'fold')}, {count(result.n_seeds, 'seed')}"


def _without_n(accuracy: Measurement) -> Cell:
    """Without n, which the caption says once."""
    shown = percent(accuracy)
    if accuracy.value is None or accuracy.low is None or accuracy.high is None:
        return shown
    return Shown(shown.value, f"[{100 * accuracy.low:.1f}, {100 * accuracy.high:.1f}]")


def _undrawn(tradeoff: Tradeoff) -> Iterator[str]:
    there = {result.arm for result in tradeoff.recognition.results}
    if n_more := len(there) - len(drawn(there)):
        yield in_table_alone(n_more)
