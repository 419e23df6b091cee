import re

from tests.reports.conftest import QUALIFIES, TOO_MUCH

from lowsr_tradeoff.reports.sections.decision.not_measured import not_measured
from lowsr_tradeoff.reports.sections.decision.placing import find
from lowsr_tradeoff.reports.sections.decision.verdict import (
    choices,
    comparison,
    headline,
    open_choices,
    verdict,
    warnings,
)
from lowsr_tradeoff.reports.wording import number, percent


def test_a_recommendation_is_given_with_all_its_figures_beside_the_reference(build):
    tradeoff = build(constraints=QUALIFIES)
    recommended = find(tradeoff, tradeoff.decision.recommended)
    lines = verdict(tradeoff)
    assert lines[0] == f"Recommended: {recommended.rate_hz} Hz."
    assert "accuracy of at least 60 %, word recovery of at most 20 % and at least 500 h" in lines[1]
    figures = [
        percent(recommended.accuracy),
        percent(recommended.word_recovery),
        number(recommended.power_mw),
        number(recommended.battery_hours),
    ]
    assert all(str(figure) in lines[3] for figure in figures)
    assert lines[4].startswith("16000 Hz")


def test_none_qualifies_names_the_nearest_and_what_it_misses(build):
    tradeoff = build(constraints=TOO_MUCH)
    assert tradeoff.decision.recommended is None
    text = " ".join(verdict(tradeoff))
    assert headline(tradeoff) == "No rate qualifies under the constraints."
    assert all(miss in text for miss in tradeoff.decision.nearest_misses)


def test_without_constraints_nothing_is_recommended_and_the_frontier_is_listed(tradeoff):
    lines = verdict(tradeoff)
    assert "none was asked for" in lines[0]
    assert "--min-accuracy" in lines[1]
    assert len(open_choices(tradeoff)) == sum(bool(re.match(r"\d+ Hz \(", line)) for line in lines)


def test_made_up_data_are_called_so_and_real_data_are_not(build):
    assert "not for decisions" in warnings(build())[0]
    assert warnings(build(is_synthetic=False)) == ()


def test_it_never_promises_anonymity(build):
    for constraints in (None, QUALIFIES, TOO_MUCH):
        text = " ".join((*verdict(build(constraints=constraints)), *not_measured(build()))).lower()
        assert not re.search(r"anonym|speech-free|\bprivate\b|\bsafe\b", text)


def test_the_papers_protocol_is_warned_of_in_the_answer(build):
    assert "All accuracies: best epoch chosen on the test fold: optimistic." in verdict(build(is_paper=True))
    assert not any("optimistic" in line for line in verdict(build()))


def test_the_comparison_takes_the_paired_difference_where_there_is_one(tradeoff):
    paired = comparison(tradeoff, find(tradeoff, "1000-native-cssd-stm32u575"))
    assert str(paired.rows[0][-1]).endswith("; supported (exploratory)")
    unpaired = comparison(tradeoff, find(tradeoff, "1000-native-basd-stm32u575"))
    assert unpaired.rows[0][-1] == "lower, intervals apart"


def test_the_reference_is_not_compared_with_itself(tradeoff):
    table = comparison(tradeoff, find(tradeoff, "16000-shared-finetuned-stm32u575"))
    assert table.columns == ("Measure", "Value")


def test_a_different_attacker_at_each_rate_is_named_and_not_subtracted(tradeoff):
    subject = next(p for p in tradeoff.points if p.rate_hz == 500 and p.device == tradeoff.decision.device)
    others = tuple(p.model_copy(update={"attacker": "digits"}) if p.rate_hz == 500 else p for p in tradeoff.points)
    changed = tradeoff.model_copy(update={"points": others})
    row = next(
        r
        for r in comparison(changed, subject.model_copy(update={"attacker": "digits"})).rows
        if "ords" in str(r[0])
    )
    assert row[0] == "Words recovered by the strongest attacker"
    assert "digits" in str(row[-1])
    assert subject.attacker in str(row[-1])


def test_the_choice_of_rates_names_the_attacker_behind_each_figure(tradeoff):
    points = tradeoff.points[:2]
    table = choices(tradeoff, points)
    at = table.columns.index("By attacker")
    assert [row[at] for row in table.rows] == [point.attacker for point in points]
