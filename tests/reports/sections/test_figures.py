"""What holds for every figure and every table of the page."""

import plotly.graph_objects as go
import pytest
from tests.replaced import replaced
from tests.reports.conftest import QUALIFIES

from lowsr_tradeoff.reports.page.html import sections
from lowsr_tradeoff.reports.sections.decision import frontier
from lowsr_tradeoff.reports.sections.diagnosis import energy, information, recoverability
from lowsr_tradeoff.reports.sections.entry import tables_of
from lowsr_tradeoff.reports.sections.power import battery, components, sensitivity
from lowsr_tradeoff.reports.sections.recognition import accuracy, choices, recall
from lowsr_tradeoff.reports.sections.speech import attackers, intelligibility, words
from lowsr_tradeoff.reports.table import Table

STAGES = (
    *("recognition.results", "recognition.diagnoses", "recognition.sensitivity"),
    *("privacy.words", "privacy.attacks", "privacy.intelligibility", "power.results", "points"),
)
FIGURES = pytest.mark.parametrize(
    "drawn",
    [
        *(frontier, accuracy, recall, choices, information, recoverability, energy),
        *(attackers, words, intelligibility, components, battery, sensitivity),
    ],
)


@FIGURES
@pytest.mark.parametrize("constraints", [{}, QUALIFIES])
def test_specs_are_valid_plotly(build, drawn, constraints):
    spec = drawn.figure(build(constraints=constraints))
    assert len(go.Figure(spec).data) == len(spec["data"]) > 0


@FIGURES
@pytest.mark.parametrize("left_out", [STAGES, ("power.results",), ("recognition.diagnoses",)])
def test_a_study_without_results_still_draws(tradeoff, drawn, left_out):
    empty = replaced(tradeoff, dict.fromkeys(left_out, ()))
    go.Figure(drawn.figure(empty))
    assert drawn.caption(empty)


@FIGURES
def test_captions_are_made_from_the_data(tradeoff, drawn):
    caption = drawn.caption(tradeoff)
    assert len(caption) > 60
    assert caption != drawn.caption(replaced(tradeoff, dict.fromkeys(STAGES, ())))


@pytest.fixture(scope="module")
def every_table(tradeoff, listen) -> list[Table]:
    entries = [entry for section in sections(tradeoff, listen) for entry in section.entries]
    return [part for entry in entries for table in tables_of(entry) for part in table.parts()]


def test_every_row_fits_its_headings(every_table):
    assert len(every_table) > 35
    for table in every_table:
        assert table.rows or table.caption.startswith("What was said")
        assert {len(row) for row in table.rows} <= {len(table.columns)}
