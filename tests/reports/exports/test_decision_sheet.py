import re

import pytest

from lowsr_tradeoff.reports.exports.decision_sheet import decision_sheet
from lowsr_tradeoff.reports.sections.decision.not_measured import not_measured
from lowsr_tradeoff.reports.sections.decision.placing import shown_by_rate, subject_point
from lowsr_tradeoff.reports.sections.decision.verdict import explanation, headline
from lowsr_tradeoff.reports.wording import number, percent, share_of_draws

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
    assert f"at once: {share_of_draws(subject_point(study).p_meets)};" in answer
    assert "Synthetic data" in answer


def test_every_figure_of_the_evidence_has_interval_and_n(study, sheet):
    evidence = section(sheet, "Evidence")
    for point in shown_by_rate(study):
        for figure in (percent(point.accuracy), percent(point.word_recovery), number(point.power_mw)):
            assert str(figure) in evidence


def test_it_says_who_attacked_and_what_was_not_measured(study, sheet):
    attackers = section(sheet, "Attackers tested")
    tried = {attack.attacker for attack in study.privacy.attacks if attack.value.value is not None}
    assert all(f"- {name}: " in attackers for name in tried)
    for line in not_measured(study):
        assert f"- {line}" in section(sheet, "What was not measured")


def test_settings_and_versions_make_it_again(study, sheet):
    assert "| seed | 0 |" in section(sheet, "Settings")
    assert study.provenance.code in section(sheet, "Versions")
    assert study.corpora[0].digest in section(sheet, "Data")


def test_without_constraints_it_shows_the_choices(build):
    sheet = decision_sheet(build())
    assert "No rate is recommended" in sheet
    assert "The rates on the frontier of" in sheet
    assert "Probability that" not in sheet


def test_an_older_run_says_that_its_probabilities_are_not_known(study):
    old = tuple(point.model_copy(update={"p_frontier": None, "p_meets": None}) for point in study.points)
    assert "at once: not known;" in decision_sheet(study.model_copy(update={"points": old}))


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a | b", "x\n# y", "[a](http://b)", "`c`", "![](http://d)"]
)
def test_names_of_users_make_no_markup(build, sheet, name):
    hostile = decision_sheet(build(attacker=name, corpus=name, constraints=ASKED))
    assert "<" not in hostile
    assert "](" not in hostile
    headings = [line for line in sheet.splitlines() if line.startswith("#")]
    assert [line for line in hostile.splitlines() if line.startswith("#")] == headings
    tables = re.findall(r"(?:^\|.*\n)+", hostile, re.MULTILINE)
    assert all(len({line.count("|") for line in table.splitlines()}) == 1 for table in tables)
