import re

from tests.replaced import replaced
from tests.reports.conftest import QUALIFIES, TOO_MUCH

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.reports.sections.decision.not_measured import not_measured
from lowsr_tradeoff.reports.sections.decision.placing import find
from lowsr_tradeoff.reports.sections.decision.verdict import (
    choices,
    comparison,
    headline,
    open_choices,
    unusable,
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


def test_recordings_in_two_folds_are_named(tradeoff):
    events, speech = tradeoff.corpora
    split = events.model_copy(update={"split_sources": ("7", "9"), "n_split_clips": 5})
    (sentence,) = set(warnings(tradeoff.model_copy(update={"corpora": (split, speech)}))) - set(warnings(tradeoff))
    assert "2 recordings (7 and 9)" in sentence
    assert f"5 of {events.n_clips} clips" in sentence


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


def test_each_kind_of_leak_has_a_row_and_the_strongest_attacker_is_named(tradeoff):
    table = comparison(tradeoff, find(tradeoff, "1000-native-cssd-stm32u575"))
    rows = {row[0]: row for row in table.rows}
    assert rows["Words recovered"][-1] == "lower, intervals apart"
    assert rows["Speaker identified"][1].value.startswith("91")
    assert rows["Strongest attacker on words"][1:3] == ("whisper tiny.en as published",) * 2


def test_a_published_figure_is_not_compared_with_one_of_this_speech(tradeoff):
    subject = find(tradeoff, "1000-native-cssd-stm32u575")
    published = Measurement(value=0.7, low=0.7, high=0.7, n=2620, n_of="utterances", basis="published")
    table = comparison(tradeoff, subject.model_copy(update={"word_recovery": published}))
    rows = {row[0]: row for row in table.rows}
    assert rows["Words recovered"][-1] == "one is published, of other speech: not compared"
    assert str(rows["Words recovered"][1]) == "70.0 % published, n = 2620 utterances"


def test_what_nobody_recovers_at_the_full_rate_is_said_first(tradeoff):
    german = tuple(
        found.model_copy(update={"value": Measurement(value=0.02, low=0, high=0.05, n=56, n_of="words")})
        if found.recovers == "words" and found.value.value is not None
        else found
        for found in tradeoff.privacy.attacks
    )
    first, second, *_ = verdict(replaced(tradeoff, {"privacy.attacks": german}))
    assert first.startswith("No figure on words can be used: at the full rate of 16000 Hz whisper tiny.en")
    assert "do not belong together, or the language is not English" in first
    assert second == headline(tradeoff)
    assert unusable(tradeoff) == ()


def test_the_leak_that_is_the_axis_is_shown_and_named(build):
    tradeoff = build(axis="who")
    assert "Not beaten on accuracy, who speaks and power together" in verdict(tradeoff)[1]
    assert any("strongest attacker on who speaks: speaker verification" in line for line in verdict(tradeoff))
    assert "Sex told from the voice" in choices(build(axis="sex"), tradeoff.points[:1]).columns


def test_the_choice_of_rates_names_the_attacker_behind_each_figure(tradeoff):
    points = tradeoff.points[:2]
    table = choices(tradeoff, points)
    at = table.columns.index("Strongest attacker on words")
    assert [row[at] for row in table.rows] == [point.attacker for point in points]
