"""The answer in sentences: what is recommended and why, and what was not measured."""

from collections.abc import Iterable

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.placing import (
    best_by_rate,
    deciding_points,
    deciding_power,
    find,
    is_on_frontier,
    reference_point,
    subject_point,
)
from lowsr_tradeoff.reports.wording import (
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


def verdict(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the answer as lines of text, the most important first."""
    subject = subject_point(tradeoff)
    shown = open_choices(tradeoff) if subject is None else (subject, reference_point(tradeoff, subject))
    points = [
        f"{point_name(point)}: {'; '.join(axes(point))}" for point in dict.fromkeys(shown) if point is not None
    ]
    return (headline(tradeoff), *explanation(tradeoff), *points, *warnings(tradeoff))


def open_choices(tradeoff: Tradeoff) -> tuple[OperatingPoint, ...]:
    """Return one point for every rate that has one on the frontier of the deciding device."""
    return best_by_rate(filter(is_on_frontier, deciding_points(tradeoff)))


def headline(tradeoff: Tradeoff) -> str:
    """Return the answer in one sentence."""
    decision = tradeoff.decision
    if not decision.constraints:
        return "No rate is recommended, because none was asked for: no constraint was set."
    if decision.recommended is None:
        return "No rate qualifies under the constraints."
    return f"Recommended: {hz(find(tradeoff, decision.recommended).rate_hz)}."


def explanation(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the sentences that say why."""
    decision = tradeoff.decision
    if not decision.constraints:
        return (_choice(tradeoff),)
    asked = listed(asked_for(decision.constraints))
    where = f"Asked for on {decision.device}, at the pessimistic end of every 95 % interval: {asked}."
    if decision.recommended is not None:
        return (where, _why_recommended(tradeoff, decision.recommended))
    return (where, *_nearest(tradeoff))


def axes(point: OperatingPoint) -> tuple[str, ...]:
    """Return the point's accuracy, word recovery, power and battery hours, each as text."""
    return (
        f"accuracy {percent(point.accuracy)}",
        f"words recovered by {point.attacker} {percent(point.word_recovery)}",
        f"average power {number(point.power_mw)}",
        f"battery {number(point.battery_hours)}",
    )


def warnings(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return what stands against using these figures for a decision; empty when nothing does."""
    invented = [f"{corpus.name} ({corpus.kind})" for corpus in tradeoff.corpora if corpus.is_synthetic]
    return (
        *((f"Synthetic data, for trying out, not for decisions: {listed(invented)}.",) if invented else ()),
        *_failed(tradeoff),
        *((f"All accuracies: {OPTIMISTIC}.",) if is_optimistic(tradeoff) else ()),
    )


def not_measured(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return what the figures do not cover, most consequential first."""
    return (
        _attackers(tradeoff),
        _people(tradeoff),
        *_hardware(tradeoff),
        _microphone(tradeoff),
        f"Rates other than {listed(map(str, _rates(tradeoff)))} Hz.",
        *_repetitions(tradeoff),
        *_skipped(tradeoff),
        *_gaps(tradeoff),
    )


def _failed(tradeoff: Tradeoff) -> tuple[str, ...]:
    """What a run lost, by the steps that failed themselves; the others only waited for them."""
    causes = [failure for failure in tradeoff.failures if failure.is_cause]
    if not causes:
        return ()
    n_waiting = len(tradeoff.failures) - len(causes)
    waiting = f" {count(n_waiting, 'step')} that needed them did not run." if n_waiting else ""
    named = "; ".join(f"{failure.step} ({failure.reason})" for failure in causes)
    lost = f"Incomplete: {count(len(causes), 'step')} failed, and what rests on them is missing here"
    return (f"{lost}: {named}.{waiting}",)


def _why_recommended(tradeoff: Tradeoff, recommended: str) -> str:
    best, n_points = point_name(find(tradeoff, recommended)), len(tradeoff.decision.qualifying)
    if n_points == 1:
        return f"{best} is the only point that meets it."
    order = "least power, then least word recovery, then most accuracy, at their pessimistic ends"
    return f"{best} is the first of {n_points} points that meet it, by {order}."


def _nearest(tradeoff: Tradeoff) -> tuple[str, ...]:
    decision = tradeoff.decision
    if decision.nearest is None:
        return ()
    missed = "; ".join(decision.nearest_misses)
    return (f"Nearest is {point_name(find(tradeoff, decision.nearest))}. What it misses: {missed}.",)


def _choice(tradeoff: Tradeoff) -> str:
    how = "Set --min-accuracy, --max-word-recovery or --min-battery-hours to get a recommendation."
    choices = open_choices(tradeoff)
    if not choices:
        return f"No point on {tradeoff.decision.device} has all three figures. {how}"
    rates = listed(hz(point.rate_hz) for point in choices)
    return f"Not beaten on accuracy, speech and power together, on {tradeoff.decision.device}: {rates}. {how}"


def _attackers(tradeoff: Tradeoff) -> str:
    tried = list(
        dict.fromkeys(found.attacker for found in tradeoff.privacy.attacks if found.value.value is not None)
    )
    if not tried:
        return "Speech: no attacker was tried."
    untried = list(dict.fromkeys(f"{found.attacker} ({found.value.reason})" for found in _untested(tradeoff)))
    named = f" Not tested: {'; '.join(untried)}." if untried else ""
    # Their names hold commas.
    return (
        f"Attackers other than {'; '.join(tried)}.{named} That a recogniser fails does not make speech"
        " unintelligible: one trained at the low rate recovers far more."
    )


def _people(tradeoff: Tradeoff) -> str:
    """What of the people who speak no attacker was set upon; listeners are asked by the listening test alone."""
    tested = {found.recovers for found in tradeoff.privacy.attacks if found.value.value is not None}
    open_questions = [
        *(["who is speaking"] if "identity" not in tested else []),
        *(["whether anyone is speaking"] if "presence" not in tested else []),
        "what human listeners understand",
    ]
    sentence = listed(open_questions)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _untested(tradeoff: Tradeoff) -> list[AttackResult]:
    return [found for found in tradeoff.privacy.attacks if found.value.value is None]


def _hardware(tradeoff: Tradeoff) -> tuple[str, ...]:
    drawn = [result.power_mw for result in deciding_power(tradeoff) if result.power_mw.value is not None]
    if any(power.basis == "measured" for power in drawn):
        return ()
    return ("Power on real hardware: it is calculated from data sheets and the operations of the trained network.",)


def _microphone(tradeoff: Tradeoff) -> str:
    lowest = min((corpus.lowest_source_rate_hz for corpus in tradeoff.corpora), default=tradeoff.reference_rate_hz)
    done = f"recordings of {hz(lowest)} or more were reduced in software"
    return f"A real microphone at these rates: {done}{_filter(tradeoff)}."


def _filter(tradeoff: Tradeoff) -> str:
    """How much speech a capture holds depends on the filter: Warren and Bashford, J. Acoust. Soc. Am., 2004."""
    match tradeoff.settings.get("front_end"):
        case {"filter": "ideal"}:
            return " with a steep anti-alias filter, and a gentler one lets more speech through"
        case {"filter": "none"}:
            return " without an anti-alias filter, so that what lies above half the rate folds down"
        case {"filter": str() as name, "order": order}:
            kind = f"{name.replace('_', '-')} filter of order {order}"
            return f" with a {kind}, and part of what lies above half the rate folds down"
        case _:
            return ""


def _rates(tradeoff: Tradeoff) -> list[int]:
    return sorted({*tradeoff.rates_hz, tradeoff.reference_rate_hz})


def _repetitions(tradeoff: Tradeoff) -> tuple[str, ...]:
    if max((result.n_seeds for result in tradeoff.recognition.results), default=1) > 1:
        return ()
    return ("The spread between trainings: every network was trained from one seed.",)


def _skipped(tradeoff: Tradeoff) -> tuple[str, ...]:
    return tuple(
        f"{count(corpus.n_skipped, 'file')} of {corpus.name} ({corpus.kind}): unusable and skipped."
        for corpus in tradeoff.corpora
        if corpus.n_skipped
    )


def _gaps(tradeoff: Tradeoff) -> tuple[str, ...]:
    """One line for each thing that could not be had, with the rates and the reason."""
    rates: dict[tuple[str, str], dict[int, None]] = {}
    for what, rate, measurement in _recognition_and_speech(tradeoff):
        if measurement.reason is not None:
            rates.setdefault((what, measurement.reason), {})[rate] = None
    return tuple(f"{what} at {listed(map(hz, sorted(at)))}: {reason}." for (what, reason), at in rates.items())


def _recognition_and_speech(tradeoff: Tradeoff) -> Iterable[tuple[str, int, Measurement]]:
    for classified in tradeoff.recognition.results:
        yield "Accuracy", classified.rate_hz, classified.accuracy
    for heard in tradeoff.privacy.words:
        yield f"Word recovery by {heard.attacker}", heard.rate_hz, heard.word_recovery
        yield f"Keyword recovery by {heard.attacker}", heard.rate_hz, heard.keyword_recovery
    for signal in tradeoff.privacy.intelligibility:
        yield "STOI", signal.rate_hz, signal.stoi
        yield "ESTOI", signal.rate_hz, signal.estoi
        yield "PESQ", signal.rate_hz, signal.pesq_wb
