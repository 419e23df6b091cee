"""The tables of the decision."""

from collections.abc import Iterable

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.classify import ClassifyResult, Contrast, Sensitivity
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.placing import (
    compared,
    deciding_points,
    reference_point,
    shown_by_rate,
    standing,
    subject_point,
)
from lowsr_tradeoff.reports.table import Cell, Row, Table
from lowsr_tradeoff.reports.verdict import open_choices
from lowsr_tradeoff.reports.wording import (
    Shown,
    accuracy_title,
    hz,
    number,
    percent,
    point_name,
    points,
    share_of_draws,
    support,
)


def comparison(tradeoff: Tradeoff, subject: OperatingPoint) -> Table:
    """Return a point beside the reference rate on the same device."""
    reference = reference_point(tradeoff, subject)
    is_same = reference is None or reference.attacker == subject.attacker
    attacker = subject.attacker if is_same else "the strongest attacker"
    names = (accuracy_title(tradeoff), f"Words recovered by {attacker}", "Average power", "Battery")
    if reference is None or reference == subject:
        rows = tuple(zip(names, _axes(subject), strict=True))
        return Table(f"{point_name(subject)} on {subject.device}", ("Measure", "Value"), rows)
    differences = (
        _accuracy_difference(tradeoff, subject, reference),
        compared(subject.word_recovery, reference.word_recovery) if is_same else _attackers(subject, reference),
        _saving(subject),
        "as power",
    )
    return Table(
        f"{point_name(subject)} against {point_name(reference)}, both on {subject.device}",
        ("Measure", hz(subject.rate_hz), f"{hz(reference.rate_hz)}, the reference", "Difference"),
        tuple(zip(names, _axes(subject), _axes(reference), differences, strict=True)),
    )


def _attackers(subject: OperatingPoint, reference: OperatingPoint) -> str:
    """Figures of two attackers are no difference of two rates."""
    return f"{subject.attacker} against {reference.attacker}: not comparable"


def _saving(point: OperatingPoint) -> str:
    """Draws of one device are shared by its rates, so the saving is known better than either power."""
    return f"{percent(point.power_saved)} saved"


def verdict(tradeoff: Tradeoff) -> Table:
    """Return what the verdict rests on: the point it is about beside the reference, or the rates to choose from."""
    subject = subject_point(tradeoff)
    return choices(tradeoff, open_choices(tradeoff)) if subject is None else comparison(tradeoff, subject)


def choices(tradeoff: Tradeoff, open_points: Iterable[OperatingPoint]) -> Table:
    """Return the figures of some points, one a line."""
    return Table(
        f"The rates on the frontier of {tradeoff.decision.device}, each by its most accurate point there",
        (
            *("Rate", accuracy_title(tradeoff), "Words recovered", "Average power", "Battery", "Power saved"),
            *("By attacker", "Training", "Features"),
        ),
        tuple(
            (name, *_axes(point), percent(point.power_saved), point.attacker, *how)
            for point in open_points
            for name, *how in (named(point),)
        ),
    )


def operating_points(tradeoff: Tradeoff) -> Table:
    """Return all points of the deciding device with their standing."""
    points_here = deciding_points(tradeoff)
    names = {point.point_id: point_name(point) for point in points_here}
    return Table(
        f"All operating points on {tradeoff.decision.device}",
        (
            *("Rate", "Training", "Features", accuracy_title(tradeoff), "Words recovered", "Average power"),
            *("Battery", "Standing", "Probability of being on the frontier"),
        ),
        tuple(
            (*named(point), *_axes(point), standing(point, names), share_of_draws(point.p_frontier))
            for point in points_here
        ),
        n_heads=3,
    )


def rates(tradeoff: Tradeoff) -> Table:
    """Return word recovery and accuracy of one point a rate."""
    return Table(
        "Word recovery and accuracy, for the point drawn at each rate",
        ("Rate", "Words recovered", accuracy_title(tradeoff), "Attacker", "Training", "Features"),
        tuple(
            (name, percent(point.word_recovery), percent(point.accuracy), point.attacker, *how)
            for point in shown_by_rate(tradeoff)
            for name, *how in (named(point),)
        ),
    )


def named(of: OperatingPoint | ClassifyResult | Sensitivity) -> Row:
    """Return the cells that name a point, result or choice: rate, training, features."""
    return hz(of.rate_hz), arm_name(of.arm), of.grid


def _axes(point: OperatingPoint) -> Row:
    return (
        percent(point.accuracy),
        percent(point.word_recovery),
        number(point.power_mw),
        number(point.battery_hours),
    )


def _accuracy_difference(tradeoff: Tradeoff, subject: OperatingPoint, reference: OperatingPoint) -> Cell:
    """The paired difference where the study has it, else what the two intervals say."""
    wanted = (_listener(subject), _listener(reference))
    for contrast in tradeoff.recognition.contrasts:
        second = (contrast.against_rate_hz, contrast.against_grid, contrast.against)
        if wanted == (_listener(contrast), second):
            shown = points(contrast.difference)
            return Shown(shown.value, f"{shown.detail}; {support(contrast)}")
    return compared(subject.accuracy, reference.accuracy)


def _listener(of: OperatingPoint | Contrast) -> tuple[int, str, str]:
    return of.rate_hz, of.grid, of.arm
