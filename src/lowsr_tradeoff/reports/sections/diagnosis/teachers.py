"""The teachers: their accuracy on training clips, their soft labels, and how students follow them."""

from collections.abc import Callable

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.diagnosis import Diagnosis, TeacherDiagnosis
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Row, Table
from lowsr_tradeoff.reports.wording import OPTIMISTIC, hz, is_optimistic, number, percent

TEACHERS = {"basd": "fine-tuned", "cssd": "full-rate"}


def entry(tradeoff: Tradeoff) -> Entry:
    """Return the teachers, as the page prints them, or that there are none."""
    if not _taught(tradeoff):
        nothing = "The study trains neither BASD nor CSSD, so there are no teachers to describe."
        return Entry(heading="The teachers", level=4, intro=nothing)
    return Entry(
        heading="The teachers",
        level=4,
        intro="A teacher speaks of clips that it was trained on: where it is far surer and more often right"
        " there than on test clips, it teaches little beyond the labels. Students need not agree with a"
        " teacher to gain from it.",
        table=table(tradeoff),
        tables=(soft_labels(tradeoff), fidelity(tradeoff)),
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return how good each teacher is on the clips it teaches with and on new ones, the full-rate one once."""
    measures = ("accuracy", "calibration error", "log-loss", "Brier score")
    new = f"on others ({OPTIMISTIC})" if is_optimistic(tradeoff) else "on clips that they never saw"
    return Table(
        f"The teachers on clips that they were trained on and teach with, and {new}",
        (
            *("Teacher", "Teaches"),
            *(f"{part} clips: {measure}" for measure in measures for part in ("Training", "Test")),
        ),
        _each_once(tradeoff, _calibration_cells),
        n_heads=2,
    )


def soft_labels(tradeoff: Tradeoff) -> Table:
    """Return the information in the soft labels of each teacher; the full-rate one has one row."""
    temperatures = dict.fromkeys(f"{told.soft_labels.temperature:g}" for _, told in _taught(tradeoff))
    return Table(
        f"What the teachers say of their training clips, softened by T = {' or '.join(temperatures)}",
        (
            *("Teacher", "Teaches", "Entropy of soft labels", "Entropy among the other classes"),
            *("Variance of confidence", "Said beyond the class"),
        ),
        _each_once(tradeoff, _soft_label_cells),
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
        tuple((*_place(one), arm_name(told.arm), *_fidelity_cells(told)) for one, told in _taught(tradeoff)),
        n_heads=3,
    )


def _place(one: Diagnosis) -> tuple[str, str]:
    return hz(one.rate_hz), one.grid


def _taught(tradeoff: Tradeoff) -> list[tuple[Diagnosis, TeacherDiagnosis]]:
    return [(one, told) for one in tradeoff.recognition.diagnoses for told in one.teachers]


def _each_once(tradeoff: Tradeoff, cells: Callable[[TeacherDiagnosis], Row]) -> tuple[Row, ...]:
    """A line for each teacher: the full-rate network is one and the same wherever it teaches."""
    found: dict[tuple[str, Row], list[Diagnosis]] = {}
    for diagnosis, told in _taught(tradeoff):
        found.setdefault((told.arm, cells(told)), []).append(diagnosis)
    return tuple(
        (
            TEACHERS[arm],
            f"{arm_name(arm)}, {', '.join(_place(places[0])) if len(places) == 1 else 'everywhere'}",
            *row,
        )
        for (arm, row), places in sorted(found.items(), key=lambda line: line[0][0])
    )


def _calibration_cells(told: TeacherDiagnosis) -> Row:
    parts = (told.on_training_clips, told.on_test_clips)
    return (
        *(percent(part.accuracy) for part in parts),
        *(percent(part.calibration_error) for part in parts),
        *(number(part.log_loss) for part in parts),
        *(number(part.brier) for part in parts),
    )


def _soft_label_cells(told: TeacherDiagnosis) -> Row:
    soft = told.soft_labels
    figures = (soft.entropy, soft.non_target_entropy, soft.confidence_variance, soft.class_information)
    return tuple(map(number, figures))


def _fidelity_cells(told: TeacherDiagnosis) -> Row:
    parts = (told.fidelity, told.fidelity_when_right, told.fidelity_when_wrong)
    return (
        *(percent(part.agreement) for part in parts),
        *(number(part.divergence) for part in parts),
        number(told.similarity),
    )
