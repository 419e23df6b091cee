import re

import pytest
from tests.reports.conftest import TOO_MUCH

from lowsr_tradeoff.reports.exports.decision_sheet import decision_sheet
from lowsr_tradeoff.reports.sections.decision.cautions import cautions
from lowsr_tradeoff.reports.sections.decision.placing import shown_by_rate, subject_point
from lowsr_tradeoff.reports.sections.decision.verdict import explanation, headline
from lowsr_tradeoff.reports.wording import of_100

ASKED = {"min_accuracy": 0.6, "max_word_recovery": 0.4}


@pytest.fixture(scope="module")
def study(build):
    return build(constraints=ASKED)


@pytest.fixture(scope="module")
def sheet(study):
    return decision_sheet(study)


def section(sheet: str, title: str) -> str:
    return sheet.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_answer_comes_first(study, sheet):
    answer = sheet.split("\n## ", 1)[0]
    for sentence in (headline(study), *explanation(study)):
        assert sentence in answer
    assert "sounds recognised at least 60 % and words recovered at most 40 %" in answer
    assert f"in {of_100(subject_point(study).p_meets)} resamples" in answer


def test_it_is_short_and_in_the_order_of_the_page(study, sheet, build):
    for constraints in (ASKED, TOO_MUCH, {}):
        assert len(decision_sheet(build(constraints=constraints)).split()) <= 600
    assert re.findall(r"^## (.*)$", sheet, re.MULTILINE) == ["Each rate", "Before you decide", "Data"]


def test_each_rate_has_its_figures_with_their_intervals(study, sheet):
    table = section(sheet, "Each rate")
    for point in shown_by_rate(study):
        for figure in (point.accuracy, point.word_recovery):
            assert f"{100 * figure.value:.0f} % ({100 * figure.low:.0f}–{100 * figure.high:.0f})" in table
    assert "400 clips and 640 words" in table
    assert "CSSD, native features" in table


def test_the_warnings_are_those_of_the_page(study, sheet):
    before = section(sheet, "Before you decide")
    for one in cautions(study, study.decision.device):
        assert f"- **{one.point}** {one.figures}" in before
    assert "not for decisions" in before


def test_data_code_and_settings_are_named(study, sheet):
    data = section(sheet, "Data")
    assert study.provenance.code in data
    assert study.corpora[0].digest in data
    assert "[config.toml](config.toml)" in data


def test_without_limits_nothing_is_met_and_nothing_sure(build):
    sheet = decision_sheet(build())
    assert "Lower rates hide more words" in sheet
    assert "resamples" not in sheet
    assert "Meets what is needed" not in sheet


def test_an_older_run_has_no_probabilities(study):
    old = tuple(point.model_copy(update={"p_frontier": None, "p_meets": None}) for point in study.points)
    sheet = decision_sheet(study.model_copy(update={"points": old}))
    assert "resamples" not in sheet
    assert "| yes |" in sheet


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a | b", "x\n# y", "[a](http://b)", "`c`", "![](http://d)"]
)
def test_names_of_users_make_no_markup(build, sheet, name):
    hostile = decision_sheet(build(attacker=name, corpus=name, constraints=ASKED))
    assert "<" not in hostile
    assert hostile.count("](") == 1
    headings = [line for line in sheet.splitlines() if line.startswith("#")]
    assert [line for line in hostile.splitlines() if line.startswith("#")] == headings
    tables = re.findall(r"(?:^\|.*\n)+", hostile, re.MULTILINE)
    assert all(len({line.count("|") for line in table.splitlines()}) == 1 for table in tables)
