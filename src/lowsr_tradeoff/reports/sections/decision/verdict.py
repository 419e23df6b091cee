"""The answer: what is recommended and why, in sentences, and the figures that it rests on, as a table."""

from collections.abc import Iterable

from lowsr_tradeoff.decision.leaks import AT_STAKE
from lowsr_tradeoff.decision.yardstick import faults
from lowsr_tradeoff.records.classify import Contrast
from lowsr_tradeoff.records.decision import LEAK_FIELDS, OperatingPoint
from lowsr_tradeoff.records.run import CorpusSummary, Tradeoff
from lowsr_tradeoff.reports.sections.decision import placing
from lowsr_tradeoff.reports.sections.speech.strongest import attacker
from lowsr_tradeoff.reports.table import NAMED, Cell, Column, Table, leak_columns, shown_kinds, table_of
from lowsr_tradeoff.reports.wording import (
    OPTIMISTIC,
    Shown,
    accuracy_title,
    asked_for,
    count,
    hz,
    is_optimistic,
    listed,
    number,
    percent,
    point_name,
    points,
    support,
)

COSTS: tuple[Column[OperatingPoint], ...] = (
    ("Average power", lambda point: number(point.power_mw)),
    ("Battery", lambda point: number(point.battery_hours)),
)


def verdict(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the answer as lines of text, the most important first."""
    subject = placing.subject_point(tradeoff)
    shown = open_choices(tradeoff) if subject is None else (subject, placing.reference_point(tradeoff, subject))
    named = ((point, attacker(tradeoff, point)) for point in dict.fromkeys(shown) if point is not None)
    each = [f"{point_name(point)}: {'; '.join(axes(point, strongest))}" for point, strongest in named]
    return (*unusable(tradeoff), headline(tradeoff), *explanation(tradeoff), *each, *warnings(tradeoff))


def unusable(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return which kinds of leak have no figure that can be used, because nobody succeeds at the full rate."""
    found = faults(tradeoff.privacy.attacks, tradeoff.reference_rate_hz, tradeoff.front_end)
    return tuple(f"No figure on {AT_STAKE[kind]} can be used: {fault}." for kind, fault in found.items())


def open_choices(tradeoff: Tradeoff) -> tuple[OperatingPoint, ...]:
    """Return one point for every rate that has one on the frontier of the deciding device."""
    return placing.best_by_rate(filter(placing.is_on_frontier, placing.deciding_points(tradeoff)))


def headline(tradeoff: Tradeoff) -> str:
    """Return the answer in one sentence."""
    decision = tradeoff.decision
    if not decision.constraints:
        return "No rate is recommended, because none was asked for: no constraint was set."
    if decision.recommended is None:
        return "No rate qualifies under the constraints."
    return f"Recommended: {hz(placing.find(tradeoff, decision.recommended).rate_hz)}."


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


def axes(point: OperatingPoint, strongest: str) -> tuple[str, ...]:
    """Return the point's accuracy, leaks, power and battery hours and its strongest attacker, each as text."""
    columns = (*leak_columns(point.privacy_axis), *COSTS)
    each = (f"{name[0].lower()}{name[1:]} {cell(point)}" for name, cell in columns)
    return (
        f"accuracy {percent(point.accuracy)}",
        *_alarms(point),
        *each,
        f"strongest attacker on {AT_STAKE[point.privacy_axis]}: {strongest}",
    )


def _alarms(point: OperatingPoint) -> tuple[str, ...]:
    if point.recall.value is None:
        return ()
    return (f"recall of the target {percent(point.recall)}", f"false alarms {number(point.false_alarms_per_hour)}")


def axis_columns(tradeoff: Tradeoff) -> tuple[Column[OperatingPoint], ...]:
    """Return accuracy, leaks and power as columns of a table, with the fault of the protocol where it has one."""
    accuracy: Column[OperatingPoint] = (accuracy_title(tradeoff), lambda point: percent(point.accuracy))
    return (accuracy, *_alarm_columns(tradeoff), *leak_columns(tradeoff.privacy_axis), *COSTS)


def _alarm_columns(tradeoff: Tradeoff) -> tuple[Column[OperatingPoint], ...]:
    """Return recall and false alarms where the study listens for one class."""
    if tradeoff.recognition.alarms is None:
        return ()
    return (
        (f"Recall of {tradeoff.recognition.alarms.target}", lambda point: percent(point.recall)),
        ("False alarms", lambda point: number(point.false_alarms_per_hour)),
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return what the verdict rests on: the point it is about beside the reference, or the rates to choose from."""
    subject = placing.subject_point(tradeoff)
    return choices(tradeoff, open_choices(tradeoff)) if subject is None else comparison(tradeoff, subject)


def choices(tradeoff: Tradeoff, open_points: Iterable[OperatingPoint]) -> Table:
    """Return the figures of some points, one a line."""
    return table_of(
        f"The rates on the frontier of {tradeoff.decision.device}, each by its most accurate point there",
        open_points,
        (
            NAMED[0],
            *axis_columns(tradeoff),
            ("Power saved", lambda point: percent(point.power_saved)),
            (f"Strongest attacker on {AT_STAKE[tradeoff.privacy_axis]}", lambda point: attacker(tradeoff, point)),
            *NAMED[1:],
        ),
    )


def comparison(tradeoff: Tradeoff, subject: OperatingPoint) -> Table:
    """Return a point beside the reference rate on the same device."""
    reference, columns = placing.reference_point(tradeoff, subject), axis_columns(tradeoff)
    strongest = f"Strongest attacker on {AT_STAKE[tradeoff.privacy_axis]}"
    if reference is None or reference == subject:
        own = (*((name, cell(subject)) for name, cell in columns), (strongest, attacker(tradeoff, subject)))
        return Table(f"{point_name(subject)} on {subject.device}", ("Measure", "Value"), own)
    leaked = [LEAK_FIELDS[kind] for kind in shown_kinds(tradeoff.privacy_axis)]
    alarmed = ("recall", "false_alarms_per_hour") if tradeoff.recognition.alarms else ()
    differences = (
        _accuracy_difference(tradeoff, subject, reference),
        *(placing.compared(getattr(subject, field), getattr(reference, field)) for field in alarmed),
        *(placing.compared(getattr(subject, field), getattr(reference, field)) for field in leaked),
        # Draws of one device are shared by its rates, so the saving is known better than either power.
        f"{percent(subject.power_saved)} saved",
        "as power",
    )
    rows = (
        *(
            (name, cell(subject), cell(reference), difference)
            for (name, cell), difference in zip(columns, differences, strict=True)
        ),
        (strongest, attacker(tradeoff, subject), attacker(tradeoff, reference), ""),
    )
    return Table(
        f"{point_name(subject)} against {point_name(reference)}, both on {subject.device}",
        ("Measure", hz(subject.rate_hz), f"{hz(reference.rate_hz)}, the reference", "Difference"),
        rows,
    )


def _accuracy_difference(tradeoff: Tradeoff, subject: OperatingPoint, reference: OperatingPoint) -> Cell:
    """The paired difference where the study has it, else what the two intervals say."""
    wanted = (_trained(subject), _trained(reference))
    for contrast in tradeoff.recognition.contrasts:
        second = (contrast.against_rate_hz, contrast.against_grid, contrast.against)
        if wanted == (_trained(contrast), second):
            shown = points(contrast.difference)
            return Shown(shown.value, f"{shown.detail}; {support(contrast)}")
    return placing.compared(subject.accuracy, reference.accuracy)


def _trained(of: OperatingPoint | Contrast) -> tuple[int, str, str]:
    return of.rate_hz, of.grid, of.arm


def warnings(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the reasons against using these figures for a decision; empty when there are none."""
    invented = [f"{corpus.name} ({corpus.kind})" for corpus in tradeoff.corpora if corpus.is_synthetic]
    return (
        *((f"Synthetic data, for trying out, not for decisions: {listed(invented)}.",) if invented else ()),
        *_failed(tradeoff),
        *((f"All accuracies: {OPTIMISTIC}.",) if is_optimistic(tradeoff) else ()),
        *(_split(corpus) for corpus in tradeoff.corpora if corpus.split_sources),
    )


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


def _why_recommended(tradeoff: Tradeoff, recommended: str) -> str:
    best, n_points = point_name(placing.find(tradeoff, recommended)), len(tradeoff.decision.qualifying)
    if n_points == 1:
        return f"{best} is the only point that meets it."
    leak = AT_STAKE[tradeoff.privacy_axis]
    order = f"least power, then least leak of {leak}, then most accuracy, at their pessimistic ends"
    return f"{best} is the first of {n_points} points that meet it, by {order}."


def _nearest(tradeoff: Tradeoff) -> tuple[str, ...]:
    decision = tradeoff.decision
    if decision.nearest is None:
        return ()
    missed = "; ".join(decision.nearest_misses)
    return (f"Nearest is {point_name(placing.find(tradeoff, decision.nearest))}. What it misses: {missed}.",)


def _choice(tradeoff: Tradeoff) -> str:
    how = (
        "Set --min-accuracy, --max-word-recovery, --max-known-word-recovery, --max-speaker-identification or"
        " --min-battery-hours to get a recommendation."
    )
    open_points = open_choices(tradeoff)
    if not open_points:
        return f"No point on {tradeoff.decision.device} has all three figures. {how}"
    rates = listed(hz(point.rate_hz) for point in open_points)
    leak = AT_STAKE[tradeoff.privacy_axis]
    return f"Not beaten on accuracy, {leak} and power together, on {tradeoff.decision.device}: {rates}. {how}"
