"""The answer in a sentence, and the sentences that say why; the page's script writes the same for other limits."""

from collections.abc import Iterator

from lowsr_tradeoff.classify.arms import arm_of
from lowsr_tradeoff.decision.leaks import AT_STAKE
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.run import CorpusSummary, Tradeoff
from lowsr_tradeoff.reports.sections.decision import placing
from lowsr_tradeoff.reports.sections.decision.limits import HIDES, LEAK_WORDS, brief, missed
from lowsr_tradeoff.reports.sections.recognition import control
from lowsr_tradeoff.reports.wording import OPTIMISTIC, count, hz, is_optimistic, life, listed, of_100

# A piece of a sentence, and what it is a figure of: "sounds", "leak" or "battery"; empty for words.
Piece = tuple[str, str]
JUDGED = "Judged at the worse end of each 95 % interval."


def verdict(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the answer as lines of text, the most important first."""
    each = (f"{hz(point.rate_hz)}: {', '.join(_figures(point))}" for point in placing.shown_by_rate(tradeoff))
    return (*unusable(tradeoff), headline(tradeoff), *explanation(tradeoff), *each, *warnings(tradeoff))


def unusable(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return which kinds of leak have no figure that can be used, because nobody succeeds at the full rate.

    What part of a study has not tried yet is no fault of it.
    """
    found = {leak.kind: leak.fault for leak in tradeoff.leaks if leak.fault}
    if mark(tradeoff):
        full_rate_hz = tradeoff.reference_rate_hz
        tried = {
            each.recovers
            for each in tradeoff.privacy.attacks
            if each.rate_hz == full_rate_hz and each.value.value is not None
        }
        found = {kind: fault for kind, fault in found.items() if kind in tried}
    return tuple(f"No figure on {AT_STAKE[kind]} can be used: {fault}." for kind, fault in found.items())


def headline(tradeoff: Tradeoff) -> str:
    """Return the answer in one sentence, marked where it is not the whole study's."""
    return f"{mark(tradeoff)}{_answer(tradeoff)}"


def mark(tradeoff: Tradeoff) -> str:
    """Return what an answer begins with that is not the whole study's; nothing for others."""
    return "So far: " if tradeoff.unfinished else "Quick look: " if tradeoff.is_quick else ""


def _answer(tradeoff: Tradeoff) -> str:
    decision = tradeoff.decision
    if not decision.constraints:
        return direction(tradeoff, decision.device)
    if decision.recommended is None:
        return f"No rate meets all of this on {decision.device}."
    best = placing.find(tradeoff, decision.recommended)
    least = ", with the least power" if _other_rates(tradeoff, best) else ""
    return f"{hz(best.rate_hz)} meets what you need on {best.device}{least}."


def explanation(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the sentences that say why."""
    decision = tradeoff.decision
    subject = placing.subject_point(tradeoff)
    if not decision.constraints or subject is None:
        return ("".join(words for words, _ in change(tradeoff, decision.device)),)
    if decision.recommended is None:
        why = "; ".join(missed(subject, decision.constraints))
        return (f"Closest: {hz(subject.rate_hz)} – {why}.", *_sure(subject))
    others = _other_rates(tradeoff, subject)
    also = f"So {'does' if len(others) == 1 else 'do'} {listed(others)}." if others else "No other rate does."
    return (also, JUDGED, *_sure(subject))


def direction(tradeoff: Tradeoff, device: str) -> str:
    """Return what lower rates do on a device, in one sentence."""
    ends = _ends(tradeoff, device)
    if ends is None:
        return f"Nothing can be compared on {device}."
    low, full = ends
    hides = HIDES[tradeoff.privacy_axis] if _is_less(low.privacy, full.privacy) else None
    fewer = _is_less(low.accuracy, full.accuracy)
    if hides is None:
        no_hiding = HIDES[tradeoff.privacy_axis].replace("hide", "do not hide", 1)
        return f"Lower rates {no_hiding}{', and recognise fewer sounds' if fewer else ''}."
    return (
        f"Lower rates {hides}, but recognise fewer sounds."
        if fewer
        else (f"Lower rates {hides}; how well sounds are recognised does not differ clearly.")
    )


def change(tradeoff: Tradeoff, device: str) -> Iterator[Piece]:
    """Yield, in pieces of a sentence, what the lowest rate changes against the full rate on a device."""
    ends = _ends(tradeoff, device)
    if ends is None:
        yield f"Its figures are missing for {device}; the sections below say why.", ""
        return
    low, full = ends
    yield f"From {hz(full.rate_hz)} down to {hz(low.rate_hz)} on {device}: sounds recognised ", ""
    yield _from_to(brief(full.accuracy), brief(low.accuracy)), "sounds"
    yield f", {LEAK_WORDS[tradeoff.privacy_axis]} by an attacker ", ""
    yield _from_to(brief(full.privacy), brief(low.privacy)), "leak"
    yield ", battery life ", ""
    yield _lives(full.battery_hours, low.battery_hours), "battery"
    yield ".", ""


def warnings(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the reasons against using these figures for a decision; empty when there are none."""
    invented = [f"{corpus.name} ({corpus.kind})" for corpus in tradeoff.corpora if corpus.is_synthetic]
    return (
        *((f"Synthetic data, for trying out, not for decisions: {listed(invented)}.",) if invented else ()),
        *_provisional(tradeoff),
        *_failed(tradeoff),
        *control.warnings(tradeoff),
        *((f"All accuracies: {OPTIMISTIC}.",) if is_optimistic(tradeoff) else ()),
        *(_split(corpus) for corpus in tradeoff.corpora if corpus.split_sources),
    )


def _provisional(tradeoff: Tradeoff) -> Iterator[str]:
    if tradeoff.unfinished:
        done = f"{tradeoff.unfinished.n_done} of {count(tradeoff.unfinished.n_steps, 'step')} have run"
        yield (
            f"Provisional: {done}. {_recognised_by(tradeoff)}Attackers that have not run may recover more, and"
            " every figure may change."
        )
    if tradeoff.is_quick:
        yield (
            f"Quick look, not for decisions: {_recognised_by(tradeoff)}A third of the utterances is attacked, and"
            " no attacker learns words or knows which may come. Attackers of the whole study may recover more."
        )


def _recognised_by(tradeoff: Tradeoff) -> str:
    """Where the control is measured in place of a trained network, whose power the figures are."""
    rates_hz = {point.rate_hz for point in tradeoff.points if not arm_of(point.arm).is_network}
    if not rates_hz:
        return ""
    others = {point.rate_hz for point in tradeoff.points} - rates_hz
    where = f" at {listed(hz(rate_hz) for rate_hz in sorted(rates_hz))}" if others else ""
    return f"Sounds{where} are recognised by the classical control; the power is that of the network in its place. "


def _split(corpus: CorpusSummary) -> str:
    named = f"{count(len(corpus.split_sources), 'recording')} ({listed(corpus.split_sources)})"
    return (
        f"Accuracy may be too high: the folds of {corpus.name} hold clips of {named} in more than one fold, "
        f"{corpus.n_split_clips} of {corpus.n_clips} clips. A network is tested on a recording that it learnt from."
    )


def _failed(tradeoff: Tradeoff) -> tuple[str, ...]:
    """What a run lost: each step that failed, and the number of steps that needed these."""
    causes = [failure for failure in tradeoff.failures if failure.is_cause]
    if not causes:
        return ()
    n_waiting = len(tradeoff.failures) - len(causes)
    waiting = f" {count(n_waiting, 'step')} that needed them did not run." if n_waiting else ""
    each = "; ".join(f"{failure.step} ({failure.reason})" for failure in causes)
    lost = f"Incomplete: {count(len(causes), 'step')} failed, and what rests on them is missing here"
    return (f"{lost}: {each}.{waiting}",)


def _sure(point: OperatingPoint) -> tuple[str, ...]:
    return () if point.p_meets is None else (f"All limits hold together in {of_100(point.p_meets)} resamples.",)


def _other_rates(tradeoff: Tradeoff, best: OperatingPoint) -> list[str]:
    """The other rates that qualify, ascending."""
    rates_hz = {placing.find(tradeoff, name).rate_hz for name in tradeoff.decision.qualifying}
    return [hz(rate_hz) for rate_hz in sorted(rates_hz - {best.rate_hz})]


def _figures(point: OperatingPoint) -> Iterator[str]:
    yield f"sounds recognised {brief(point.accuracy)}"
    yield f"{LEAK_WORDS[point.privacy_axis]} {brief(point.privacy)}"
    yield f"battery {brief(point.battery_hours)}"


def _ends(tradeoff: Tradeoff, device: str) -> tuple[OperatingPoint, OperatingPoint] | None:
    """The points of the lowest and the highest rate on a device."""
    shown = placing.shown_by_rate(tradeoff, device)
    return (shown[0], shown[-1]) if len(shown) > 1 else None


def _is_less(low: Measurement, full: Measurement) -> bool:
    """Whether the intervals are apart."""
    return low.high is not None and full.low is not None and low.high < full.low


def _from_to(first: str, last: str) -> str:
    """Both with the unit once, where it is the same."""
    start, _, unit = first.partition(" ")
    return f"{start} → {last}" if last.endswith(f" {unit}") else f"{first} → {last}"


def _lives(full: Measurement, low: Measurement) -> str:
    if full.value is None or low.value is None:
        return _from_to(brief(full), brief(low))
    longer = max(full.value, low.value)
    return _from_to(*(" ".join(life(figure.value or 0.0, longer)) for figure in (full, low)))
