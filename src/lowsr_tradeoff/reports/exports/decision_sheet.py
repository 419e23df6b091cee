"""The decision on one sheet, for a design review: the answer, the evidence with its uncertainty, and its limits.

Sections follow the model card (Mitchell et al., Model Cards for Model Reporting, FAT* 2019).
"""

from collections.abc import Iterator

from lowsr_tradeoff.files.safe_text import markdown as plain
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections import about
from lowsr_tradeoff.reports.sections.decision import verdict
from lowsr_tradeoff.reports.sections.decision.not_measured import not_measured
from lowsr_tradeoff.reports.sections.decision.placing import (
    deciding_points,
    shown_by_rate,
    standing,
    subject_point,
)
from lowsr_tradeoff.reports.sections.decision.verdict import axis_columns, explanation, headline, unusable, warnings
from lowsr_tradeoff.reports.sections.recognition import alarms
from lowsr_tradeoff.reports.sections.speech import strongest as strongest_attackers
from lowsr_tradeoff.reports.table import Table, table_lines
from lowsr_tradeoff.reports.wording import point_name, share_of_draws


def decision_sheet(tradeoff: Tradeoff) -> str:
    """Return the decision sheet as Markdown."""
    sections = (
        ("Evidence", _evidence(tradeoff)),
        ("Attackers tested", _attackers(tradeoff)),
        ("What was not measured", (f"- {plain(line)}" for line in not_measured(tradeoff))),
        ("Data", table_lines(about.corpora(tradeoff))),
        ("Settings", table_lines(about.settings(tradeoff))),
        ("Versions", table_lines(about.provenance(tradeoff))),
    )
    lines = ["# At which sampling rate should this microphone run?", "", *_answer(tradeoff)]
    for title, content in sections:
        lines += ["", f"## {title}", "", *content]
    return "\n".join(lines) + "\n"


def _answer(tradeoff: Tradeoff) -> Iterator[str]:
    for fault in unusable(tradeoff):
        yield from (f"**{plain(fault)}**", "")
    yield f"**{plain(headline(tradeoff))}**"
    for sentence in (*explanation(tradeoff), *_certainty(tradeoff), *warnings(tradeoff)):
        yield from ("", plain(sentence))


def _certainty(tradeoff: Tradeoff) -> Iterator[str]:
    """The probability of the answer, from joint draws of all stages."""
    subject = subject_point(tradeoff)
    if subject is not None:
        yield (
            f"Probability that {point_name(subject)} meets all constraints at once:"
            f" {share_of_draws(subject.p_meets)}; that it is on the frontier: {share_of_draws(subject.p_frontier)}."
        )


def _evidence(tradeoff: Tradeoff) -> Iterator[str]:
    yield "Intervals are 95 %; n says what a figure rests on. Probabilities are from draws of all stages together."
    tables = [verdict.table(tradeoff), _by_rate(tradeoff)]
    if setup := tradeoff.recognition.alarms:
        yield from ("", plain(alarms.definitions(setup)))
        tables.append(alarms.table(tradeoff))
    for table in tables:
        yield from ("", f"{plain(table.caption)}:", "", *table_lines(table))


def _by_rate(tradeoff: Tradeoff) -> Table:
    names = {point.point_id: point_name(point) for point in deciding_points(tradeoff)}
    columns = axis_columns(tradeoff)
    return Table(
        f"One point at each rate, on {tradeoff.decision.device}",
        (
            *("Point", *(heading for heading, _ in columns)),
            *("On the frontier, probability", "Meets the constraints, probability", "Standing"),
        ),
        tuple(
            (
                point_name(point),
                *(cell(point) for _, cell in columns),
                *(share_of_draws(p) for p in (point.p_frontier, point.p_meets)),
                standing(point, names),
            )
            for point in shown_by_rate(tradeoff)
        ),
    )


def _attackers(tradeoff: Tradeoff) -> Iterator[str]:
    """The strongest attacker of each kind at each rate, which decides, then all attackers."""
    strongest = strongest_attackers.table(tradeoff)
    yield from (f"{plain(strongest.caption)}:", "", *table_lines(strongest), "", strongest_attackers.NOTE)
    yield from ("", "All that were tested:", "")
    tried = [found for found in tradeoff.privacy.attacks if found.value.value is not None]
    for attacker, setup in dict.fromkeys((found.attacker, found.setup) for found in tried):
        yield f"- {plain(attacker)}: {plain(setup)}"
    yield from ("", "Every figure of theirs is in `claims.md`; what stronger attackers recover is not known.")
