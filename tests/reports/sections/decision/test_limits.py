import pytest
from tests.replaced import replaced

from lowsr_tradeoff.decision.answer import misses
from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.reports.sections.decision.limits import LIMITS, brief, missed, missed_names
from lowsr_tradeoff.settings.limits import Constraints

BOUNDS = {
    "min_accuracy": 0.99,
    "max_word_recovery": 0.0,
    "max_known_word_recovery": 0.1,
    "max_speaker_identification": 0.1,
    "min_battery_hours": 1e4,
}


def test_every_limit_of_the_settings_has_its_words():
    assert {limit.name for limit in LIMITS} == set(Constraints.model_fields)


def test_misses_are_those_of_the_decision(tradeoff):
    for point in tradeoff.points:
        for names in (("min_accuracy",), ("max_word_recovery", "min_battery_hours"), tuple(BOUNDS)):
            asked = {name: BOUNDS[name] for name in names}
            n_missed = len(misses(point, Constraints.model_validate(asked)))
            assert len(missed(point, asked)) == n_missed >= len(missed_names(point, asked)) > 0


def test_each_miss_names_the_worse_end_and_the_limit(tradeoff):
    point = tradeoff.points[0]
    accuracy, words, known, who, hours = missed(point, BOUNDS)
    assert (
        accuracy
        == f"sounds recognised could be as low as {brief(point.accuracy, point.accuracy.low)} (you need 99 %)"
    )
    assert words.endswith("(you allow 0 %)")
    assert known.startswith("known words recovered could be as high as")
    assert who.startswith("speakers identified could be as high as")
    assert "battery life could be as short as" in hours
    assert hours.endswith("days (you need 416.7 days)")


def test_a_miss_by_little_still_reads_as_a_miss(tradeoff):
    point = tradeoff.points[0]
    near = replaced(point, {"accuracy.low": 0.4996, "accuracy.value": 0.6})
    assert missed(near, {"min_accuracy": 0.5}) == (
        "sounds recognised could be as low as 50.0 %, just below (you need 50 %)",
    )


def test_what_is_not_known_meets_nothing_and_says_why(tradeoff):
    point = tradeoff.points[0].model_copy(update={"accuracy": missing("its training failed", "clips")})
    assert missed(point, {"min_accuracy": 0.0}) == ("sounds recognised: its training failed",)


@pytest.mark.parametrize(
    ("hours", "text"), [(30.0, "30 h"), (9.4, "9.4 h"), (72.0, "3.0 days"), (420.0, "18 days")]
)
def test_battery_life_is_in_days_from_two_days_on(tradeoff, hours, text):
    figure = tradeoff.points[0].battery_hours.model_copy(update={"value": hours, "low": None, "high": None})
    assert brief(figure) == text
