"""The tables of why one teacher helps more than another."""

from collections.abc import Callable, Sequence

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.diagnosis import Diagnosis, Fidelity, HumpTest, TeacherDiagnosis, UsableInformation
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.table import Row, Table
from lowsr_tradeoff.reports.wording import (
    OPTIMISTIC,
    hz,
    is_optimistic,
    listed,
    number,
    percent,
    points,
    probability,
)

TEACHERS = {"basd": "fine-tuned", "cssd": "full-rate"}


def information(tradeoff: Tradeoff) -> Table:
    """Return usable information and the error that it allows, by rate, training and features."""
    return Table(
        "Usable information and the error that it allows",
        (
            *("Rate", "Training", "Features", "Usable, as scored", "Usable, scores scaled"),
            *("Lost against the full-rate network", "Least error (Fano)", "Measured error above it"),
        ),
        tuple(
            (
                *(hz(one.rate_hz), arm_name(told.arm), one.grid),
                *(number(told.usable), number(told.usable_scaled), number(told.lost)),
                *(percent(told.error_bound), points(told.error_above_bound)),
            )
            for one in tradeoff.recognition.diagnoses
            for told in one.information
        ),
        n_heads=3,
    )


def recoverability(tradeoff: Tradeoff) -> Table:
    """Return recoverability, and what there is to know, by rate and features."""
    return Table(
        "What can be recovered of the full-rate network's scores, and what there is to know",
        (
            *("Rate", "Features", "Recoverable (R²)", "Entropy of the classes"),
            "Usable information of the full-rate network",
        ),
        tuple(
            (
                *_place(one),
                *(percent(one.recoverability), number(one.class_entropy), number(one.reference_usable)),
            )
            for one in tradeoff.recognition.diagnoses
        ),
        n_heads=2,
    )


def teachers(tradeoff: Tradeoff) -> Table:
    """Return how good each teacher is on the clips it teaches with and on new ones, the full-rate one once."""
    measures = ("accuracy", "calibration error", "log-loss", "Brier score")
    new = f"on others ({OPTIMISTIC})" if is_optimistic(tradeoff) else "on clips that they never saw"
    return Table(
        f"The teachers on clips that they were trained on and teach with, and {new}",
        (
            *("Teacher", "Teaches"),
            *(f"{part} clips: {measure}" for measure in measures for part in ("Training", "Test")),
        ),
        _each_once(tradeoff, _calibrated),
        n_heads=2,
    )


def soft_labels(tradeoff: Tradeoff) -> Table:
    """Return how much the soft labels of each teacher say; the full-rate one stands once."""
    temperatures = dict.fromkeys(f"{told.soft_labels.temperature:g}" for _, told in _taught(tradeoff))
    return Table(
        f"What the teachers say of their training clips, softened by T = {' or '.join(temperatures)}",
        (
            *("Teacher", "Teaches", "Entropy of soft labels", "Entropy among the other classes"),
            *("Variance of confidence", "Said beyond the class"),
        ),
        _each_once(tradeoff, _said),
        n_heads=2,
    )


def fidelity(tradeoff: Tradeoff) -> Table:
    """Return how each student follows its teacher, and where the teacher is right or wrong."""
    where = ("all clips", "teacher right", "teacher wrong")
    return Table(
        "How students follow their teachers on test clips",
        (
            *("Rate", "Features", "Student"),
            *(f"Agreement, {part}" for part in where),
            *(f"Divergence, {part}" for part in where),
            "Similarity of embeddings (CKA)",
        ),
        tuple((*_place(one), arm_name(told.arm), *_followed(told)) for one, told in _taught(tradeoff)),
        n_heads=3,
    )


def energy(tradeoff: Tradeoff) -> Table:
    """Return energy kept and gain of CSSD for every class, by rate and features."""
    found: dict[tuple[str, str], dict[int, Row]] = {}
    for one in tradeoff.recognition.diagnoses:
        for of_class in one.classes:
            row = found.setdefault((of_class.label, one.grid), {})
            row[one.rate_hz] = (percent(of_class.energy_kept), points(of_class.gain))
    rates_hz = sorted({rate for row in found.values() for rate in row})
    return Table(
        "Energy kept and gain of CSSD over fine-tuning, by class",
        ("Class", "Features", *(f"{hz(rate)}: {what}" for rate in rates_hz for what in ("energy kept", "gain"))),
        tuple(
            (*names, *(cell for rate in rates_hz for cell in row.get(rate, ("not run", "not run"))))
            for names, row in found.items()
        ),
        n_heads=2,
    )


def ranks(tradeoff: Tradeoff) -> Table:
    """Return whether classes that lose more energy gain more, by rate and features."""
    return Table(
        "Rank correlation of energy kept with gain, over the classes",
        ("Rate", "Features", "Spearman's correlation", "p, by random pairings"),
        tuple(
            (*_place(one), number(one.rank_correlation), probability(one.rank_p_value))
            for one in tradeoff.recognition.diagnoses
        ),
        n_heads=2,
    )


def humps(tradeoff: Tradeoff) -> Table:
    """Return the test of the prediction that the lead of CSSD over BASD peaks at the middle rates."""
    return Table(
        "The lead of CSSD over BASD at the middle rates, less that at the others",
        (
            *("Features", "Middle rates", "Others", "Middle less those below", "Middle less those above"),
            *("Middle less all others", "Hump supported by these data?"),
        ),
        tuple(
            (
                *(test.grid, _rates(test.middle_rates_hz), _rates(test.outer_rates_hz)),
                *(points(test.rise), points(test.fall), points(test.contrast), _standing(test)),
            )
            for test in tradeoff.recognition.humps
        ),
    )


def error(told: UsableInformation) -> float | None:
    """Return the measured error: the bound, and what the network errs above it."""
    bound, above = told.error_bound.value, told.error_above_bound.value
    return None if bound is None or above is None else bound + above


def _place(one: Diagnosis) -> tuple[str, str]:
    return hz(one.rate_hz), one.grid


def _taught(tradeoff: Tradeoff) -> list[tuple[Diagnosis, TeacherDiagnosis]]:
    return [(one, told) for one in tradeoff.recognition.diagnoses for told in one.teachers]


def _each_once(tradeoff: Tradeoff, cells: Callable[[TeacherDiagnosis], Row]) -> tuple[Row, ...]:
    """A line for each teacher: the full-rate network is one and the same wherever it teaches."""
    found: dict[tuple[str, Row], list[Diagnosis]] = {}
    for place, told in _taught(tradeoff):
        found.setdefault((told.arm, cells(told)), []).append(place)
    return tuple(
        (TEACHERS[arm], f"{arm_name(arm)}, {_where(places)}", *row)
        for (arm, row), places in sorted(found.items(), key=_arm)
    )


def _arm(line: tuple[tuple[str, Row], list[Diagnosis]]) -> str:
    return line[0][0]


def _where(places: Sequence[Diagnosis]) -> str:
    return ", ".join(_place(places[0])) if len(places) == 1 else "everywhere"


def _calibrated(told: TeacherDiagnosis) -> Row:
    parts = (told.on_training_clips, told.on_test_clips)
    return (
        *(percent(part.accuracy) for part in parts),
        *(percent(part.calibration_error) for part in parts),
        *(number(part.log_loss) for part in parts),
        *(number(part.brier) for part in parts),
    )


def _said(told: TeacherDiagnosis) -> Row:
    soft = told.soft_labels
    return (
        *(number(soft.entropy), number(soft.non_target_entropy), number(soft.confidence_variance)),
        number(soft.class_information),
    )


def _followed(told: TeacherDiagnosis) -> Row:
    parts: tuple[Fidelity, ...] = (told.fidelity, told.fidelity_when_right, told.fidelity_when_wrong)
    return (
        *(percent(part.agreement) for part in parts),
        *(number(part.divergence) for part in parts),
        number(told.similarity),
    )


def _rates(rates_hz: tuple[int, ...]) -> str:
    return listed(map(hz, rates_hz)) if rates_hz else "none"


def _standing(test: HumpTest) -> str:
    if test.is_supported:
        return "supported"
    if test.rise.value is None or test.fall.value is None:
        return "not tested"
    return "not supported by these data"
