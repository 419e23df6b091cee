import json

import pytest
from tests.replaced import replaced

from lowsr_tradeoff.records.alarms import AlarmPoint, AlarmResult, AlarmSetup
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.reports.exports.decision_sheet import decision_sheet
from lowsr_tradeoff.reports.exports.rows import rows
from lowsr_tradeoff.reports.sections import recognition
from lowsr_tradeoff.reports.sections.recognition import alarms

SETUP = AlarmSetup(
    target="dog",
    background="3 recordings of street",
    is_strung=False,
    n_recordings=3,
    hours=7.5,
    n_clips=40,
    n_sources=20,
    window_s=2.0,
    hop_s=2.0,
    hold_s=4.0,
    events_per_hour=1.0,
)
REASON = "7.5 h of other sounds cannot show that false alarms are at most 0.1 per hour"


def share(value):
    return Measurement(value=value, low=value - 0.1, high=value + 0.1, n=40, n_of="clips")


def rate(value):
    return Measurement(value=value, low=value / 2, high=value * 2, n=9, n_of="false alarms", unit="per hour")


def alarm(value):
    point = AlarmPoint(per_hour=4.0, threshold=1.5, recall=share(value), false_alarms_per_hour=rate(3 * value))
    unresolved = AlarmPoint(
        per_hour=0.1,
        threshold=None,
        recall=missing(REASON, "clips"),
        false_alarms_per_hour=missing(REASON, "false alarms", "per hour"),
    )
    return AlarmResult(
        average_precision=share(value),
        roc_auc=share(value),
        points=(unresolved, point),
        operating=point,
        alarms_per_hour=rate(4 * value),
    )


@pytest.fixture
def listening(tradeoff):
    results = tuple(
        result.model_copy(update={"alarm": alarm(0.3 + 0.4 * i / len(tradeoff.recognition.results))})
        for i, result in enumerate(tradeoff.recognition.results)
    )
    return replaced(tradeoff, {"recognition.results": results, "recognition.alarms": SETUP})


def test_a_study_without_a_target_says_nothing_of_alarms(tradeoff):
    assert alarms.entries(tradeoff) == ()
    assert "Listening all day" not in decision_sheet(tradeoff)


def test_every_network_stands_in_the_table_and_every_drawn_one_in_the_figure(listening):
    (entry,) = alarms.entries(listening)
    results = listening.recognition.results
    assert len(entry.table.rows) == len(results)
    drawn = [point for trace in entry.figure["data"] for point in trace["y"]]
    assert sorted(drawn) == sorted(result.alarm.operating.recall.value for result in results)
    json.dumps(entry.figure)


def test_the_caption_has_the_best_of_each_rate_and_the_bound_that_is_too_low(listening):
    caption = alarms.caption(listening)
    best = max(result.alarm.operating.recall.value for result in listening.recognition.results)
    assert f"{100 * best:.1f} %" in caption
    assert REASON in caption


def test_definitions_say_what_was_heard(listening):
    assert (
        "40 clips of it from 20 sources, in 7.5 h of other sounds (3 recordings of street)"
        in alarms.definitions(SETUP)
    )
    assert "by the network that was not trained on its fold" in alarms.definitions(SETUP)
    given = alarms.definitions(SETUP, is_from_file=True)
    assert "by the same network, and nobody checked what that was trained on" in given
    assert alarms.entries(listening)[0] in recognition.sounds(listening).entries


def test_the_sheet_and_the_rows_hold_the_figures(listening):
    assert "Listening all day for dog" in decision_sheet(listening)
    measures = {row["measure"] for row in rows(listening)}
    assert {
        "alarm.operating.recall",
        "alarm.operating.false_alarms_per_hour",
        "alarm.average_precision",
    } <= measures
    parts = {row.get("part") for row in rows(listening) if row["measure"] == "alarm.recall"}
    assert parts == {"at most 0.1 false alarms per hour", "at most 4 false alarms per hour"}


@pytest.mark.parametrize(
    ("log_odds", "shown"), [(None, "none"), (0.0, "0.500"), (-2.0, "0.119"), (6.0, "0.9975"), (16.0, "0.99999989")]
)
def test_thresholds_have_digits_enough_to_tell_them_from_one(log_odds, shown):
    assert alarms.threshold(log_odds) == shown
