"""What each figure shows, in sentences made from the data, so that the page reads without its drawings."""

from collections.abc import Iterator, Sequence

from lowsr_tradeoff.classify.arms import arm_name, drawn
from lowsr_tradeoff.records.classify import ClassifyResult, Contrast
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.placing import (
    best_by_rate,
    deciding_points,
    deciding_power,
    is_on_frontier,
    shown_by_rate,
    shown_recalls,
    unmeasured,
)
from lowsr_tradeoff.reports.wording import (
    COMPONENTS,
    OPTIMISTIC,
    asked_for,
    count,
    hz,
    is_optimistic,
    listed,
    number,
    percent,
    point_name,
)

NAMED_CLASSES = 3


def frontier(tradeoff: Tradeoff) -> str:
    """Return what the frontier figure shows."""
    points = deciding_points(tradeoff)
    on = [point for point in points if is_on_frontier(point)]
    share = f"{len(on)} of {count(len(points), 'operating point')} on {tradeoff.decision.device}"
    return _sentences(
        f"{share} {'is' if len(on) == 1 else 'are'} on the frontier (filled): no other is at least as good on"
        " accuracy, word recovery and power, and better on one",
        "Hollow ones are dominated; the larger a marker, the more words are recovered; where limits are set, what"
        " misses one is grey and the answer is ringed",
        *_ends(best_by_rate(on)),
        *_excluded(points),
        *_dashed(tradeoff, "min_accuracy"),
        *_optimism(tradeoff),
    )


def speech(tradeoff: Tradeoff) -> str:
    """Return what the figure of word recovery against accuracy shows."""
    points = shown_by_rate(tradeoff)
    each = [
        f"{hz(point.rate_hz)}: words recovered {percent(point.word_recovery).brief}, accuracy"
        f" {percent(point.accuracy).brief}"
        for point in points
    ]
    return _sentences(
        "; ".join(each) or "Nothing was measured",
        "One point a rate: that of the verdict, else the most accurate on the frontier, else the most accurate",
        *_dashed(tradeoff, "min_accuracy", "max_word_recovery"),
        *_optimism(tradeoff),
    )


def protocol(tradeoff: Tradeoff) -> str:
    """Return how the networks were trained and tested, and what the test clips had a say in."""
    return _sentences(
        "Networks are trained and tested on the event clips as each rate captures them, in folds that keep clips of"
        " one source together",
        "Every network kept the epoch that was best on its test fold, as the paper's code does: its accuracies are"
        " optimistic"
        if is_optimistic(tradeoff)
        else "The schedule is fixed and the last epoch counts; the test fold decides nothing",
    )


def accuracy(tradeoff: Tradeoff) -> str:
    """Return what the figure of accuracy by rate shows."""
    by_rate: dict[int, list[ClassifyResult]] = {}
    for result in tradeoff.recognition.results:
        if result.accuracy.value is not None:
            by_rate.setdefault(result.rate_hz, []).append(result)
    best = [max(by_rate[rate], key=lambda result: result.accuracy.value or 0) for rate in sorted(by_rate)]
    each = [
        f"{percent(result.accuracy).brief} at {hz(result.rate_hz)} ({arm_name(result.arm)}, {result.grid})"
        for result in best
    ]
    return _sentences(
        f"Highest accuracy of each rate: {listed(each)}" if each else "Accuracy was not measured",
        "Bars are 95 % intervals; lines of one rate stand side by side",
        *_undrawn(tradeoff),
        *_optimism(tradeoff),
    )


def recall(tradeoff: Tradeoff) -> str:
    """Return which classes are lost and which are kept at the lowest rate."""
    shown = shown_recalls(tradeoff)
    changes = _changes(shown[0], shown[-1]) if shown else []
    if not changes:
        return "Recall was not measured."
    return _sentences(
        f"From {_recalled(shown[-1])} to {_recalled(shown[0])} recall falls most for"
        f" {listed(changes[:NAMED_CLASSES])}; least for {listed(reversed(changes[-NAMED_CLASSES:]))}",
        *_optimism(tradeoff),
    )


def differences(tradeoff: Tradeoff) -> str:
    """Return how differences between ways of training were tested, and what could have been found at all."""
    declared = [contrast for contrast in tradeoff.recognition.contrasts if contrast.is_declared]
    if not declared:
        return "No difference was declared beforehand: all of them explore."
    return _sentences(
        f"{count(len(declared), 'difference')} of the paper's three arms, at the same rate and features, were"
        " declared before any training; they are supported when the p-value adjusted for their number (Holm) is"
        " below 0.05 and the 95 % interval leaves out zero",
        "The others explore: theirs are supported when the interval leaves out zero, and of twenty without a"
        " difference about one is",
        *_could_be_shown(declared),
        "The t-test on folds is Nadeau and Bengio's; better, equal and worse are probabilities from the same folds",
        f"Equal in practice means within {100 * declared[0].region:g} point of each other",
    )


def privacy(tradeoff: Tradeoff) -> str:
    """Return what the figure of recovered words shows."""
    sentences = []
    for attacker in dict.fromkeys(result.attacker for result in tradeoff.privacy.words):
        found = sorted(
            (r for r in tradeoff.privacy.words if r.attacker == attacker), key=lambda result: result.rate_hz
        )
        each = [f"{percent(result.word_recovery).brief} at {hz(result.rate_hz)}" for result in found]
        sentences.append(f"Share of the words that {attacker} recovers: {listed(each)}")
    return _sentences(*sentences or ["No attacker was tried"], "Bars are 95 % intervals")


def intelligibility(tradeoff: Tradeoff) -> str:
    """Return what the figure of signal measures shows."""
    found = sorted(tradeoff.privacy.intelligibility, key=lambda result: result.rate_hz)
    each = [
        f"{hz(result.rate_hz)}: STOI {number(result.stoi).brief}, ESTOI {number(result.estoi).brief}, PESQ"
        f" {number(result.pesq_wb).brief}"
        for result in found
    ]
    return _sentences("; ".join(each) or "No signal measure was taken")


def power(tradeoff: Tradeoff) -> str:
    """Return what the figure of power shows."""
    results = [result for result in deciding_power(tradeoff) if result.power_mw.value is not None]
    if not results:
        return f"No rate is feasible on {tradeoff.decision.device}."
    least, most = min(results, key=_power), max(results, key=_power)
    return _sentences(
        f"Least: {_drawn(least)}",
        f"Most: {_drawn(most)}",
        "The bars are modelled means; the mark on each is the total with its 95 % interval",
        *_infeasible_power(tradeoff),
    )


def _sentences(*sentences: str) -> str:
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences)


def _optimism(tradeoff: Tradeoff) -> Iterator[str]:
    if is_optimistic(tradeoff):
        yield OPTIMISTIC


def _undrawn(tradeoff: Tradeoff) -> Iterator[str]:
    arms = {result.arm for result in tradeoff.recognition.results}
    if n_more := len(arms) - len(drawn(arms)):
        yield f"{count(n_more, 'more way')} of training {'stands' if n_more == 1 else 'stand'} in the table alone"


def _ends(points: Sequence[OperatingPoint]) -> Iterator[str]:
    """What the lowest and the highest rate on the frontier give."""
    for point in dict.fromkeys((*points[:1], *points[-1:])):
        power = number(point.power_mw).value
        yield f"{point_name(point)}: {percent(point.accuracy).brief} accuracy at {power}"


def _excluded(points: Sequence[OperatingPoint]) -> Iterator[str]:
    infeasible = {
        f"{hz(p.rate_hz)}, {p.grid} features: {listed(p.infeasible)}": None for p in points if p.infeasible
    }
    if infeasible:
        yield f"Infeasible, grey or not drawn: {'; '.join(infeasible)}"
    unplaced = {
        f"{point_name(point)}: {listed(reasons)}": None
        for point in points
        if not point.infeasible and (reasons := unmeasured(point))
    }
    if unplaced:
        yield f"Not drawn for lack of a figure: {'; '.join(unplaced)}"


def _dashed(tradeoff: Tradeoff, *names: str) -> Iterator[str]:
    drawn = {name: bound for name, bound in tradeoff.decision.constraints.items() if name in names}
    if drawn:
        yield f"Dashed: {listed(asked_for(drawn))}, as asked for"


def _could_be_shown(declared: Sequence[Contrast]) -> Iterator[str]:
    sizes = [contrast.detectable.value for contrast in declared if contrast.detectable.value is not None]
    if sizes:
        ends = dict.fromkeys(f"{100 * size:.1f}" for size in (min(sizes), max(sizes)))
        yield (
            "The smallest difference this corpus could have shown, in 80 of 100 such studies, is"
            f" {' to '.join(ends)} points, by rate and pair; of smaller ones a missing proof says nothing"
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


def _recalled(result: ClassifyResult) -> str:
    return f"{hz(result.rate_hz)} ({arm_name(result.arm)}, {result.grid} features)"


def _power(result: PowerResult) -> float:
    return result.power_mw.value or 0.0


def _drawn(result: PowerResult) -> str:
    parts = [part for part in result.components if part.power_mw.value is not None]
    largest = max(parts, key=lambda part: part.power_mw.value or 0.0, default=None)
    share = f", of which most for the {COMPONENTS[largest.name]}" if largest else ""
    return f"{number(result.power_mw).brief} at {hz(result.rate_hz)} with {result.grid} features{share}"


def _infeasible_power(tradeoff: Tradeoff) -> Iterator[str]:
    results = [result for result in deciding_power(tradeoff) if result.infeasible]
    if results:
        each = (f"{hz(r.rate_hz)}, {r.grid} features: {listed(r.infeasible)}" for r in results)
        yield f"Infeasible, without a bar: {'; '.join(each)}"
