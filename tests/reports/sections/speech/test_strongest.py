from tests.replaced import replaced

from lowsr_tradeoff.decision.leaks import leaks
from lowsr_tradeoff.privacy.attackers import published_figures
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import FrontEndResult
from lowsr_tradeoff.reports.sections.speech import strongest
from lowsr_tradeoff.reports.wording import hz, percent
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

RATES = (500, 1000, 2000, 4000, 16000)


def with_published(tradeoff):
    attacks = (*tradeoff.privacy.attacks, *published_figures.plan(StudyConfig(front_end=FrontEnd()), None).results)
    return replaced(tradeoff, {"privacy.attacks": attacks, "leaks": leaks(attacks, RATES, 16000, "ideal")})


def rows_of(tradeoff, kind):
    return [row for row in strongest.table(tradeoff).rows if row[0] == kind]


def test_each_kind_has_its_strongest_attacker_at_each_rate_as_decisions_use_it(tradeoff):
    rows = rows_of(tradeoff, "Words recovered")
    assert [row[1] for row in rows] == [hz(rate) for rate in RATES]
    named = {point.rate_hz: (percent(point.word_recovery), point.attacker) for point in tradeoff.points}
    assert [row[2:4] for row in rows] == [named[rate] for rate in RATES]
    assert {row[3] for row in rows_of(tradeoff, "Speaker identified")} == {"speaker verification, lazy-informed"}


def test_what_nobody_looked_for_is_one_line(tradeoff):
    (row,) = rows_of(tradeoff, "Speech noticed")
    assert row[1] == "every rate"
    assert str(row[2]) == "not measured: no attacker on whether somebody speaks was tested (none was run)"


def test_where_a_published_attacker_is_stronger_what_was_measured_stands_beside_it(tradeoff):
    tradeoff = with_published(tradeoff)
    (ours,) = (found.word_recovery for found in tradeoff.privacy.words if found.rate_hz == 2000)
    row = rows_of(tradeoff, "Words recovered")[2]
    assert str(row[2]) == "91.1 % published, n = 2620 utterances"
    assert row[3] == published_figures.ATTACKER
    assert row[6] == percent(ours)


def test_what_a_lower_rate_leaks_is_told_with_the_figure_of_the_rate_itself(tradeoff):
    words = tuple(
        found.model_copy(update={"value": percentage(0.9)}) if found.rate_hz == 1000 and found.chance else found
        for found in tradeoff.privacy.attacks
        if found.recovers == "words"
    )
    changed = {"privacy.attacks": words, "leaks": leaks(words, RATES, 16000, "ideal")}
    row = rows_of(replaced(tradeoff, changed), "Words recovered")[2]
    assert row[2].value == "90.0 %"
    assert row[3].endswith("as published, thinned to 1000 Hz")
    assert row[5].value.startswith("3")


def percentage(value):
    return Measurement(value=value, low=value, high=value, n=640, n_of="words")


def test_front_ends_are_compared_where_there_are_several(tradeoff):
    assert [entry.heading for entry in strongest.entries(tradeoff)] == ["What leaks"]
    share = tradeoff.recognition.results[0].accuracy
    other = FrontEndResult(
        front_end="none",
        rate_hz=500,
        grid="native",
        arm="cssd",
        accuracy=share,
        attacker="digits",
        word_recovery=share,
        power_mw=tradeoff.power.results[0].power_mw,
    )
    (row,) = strongest.front_ends(replaced(tradeoff, {"front_ends": (other,)})).rows
    assert row[:4] == ("500 Hz", "none", percent(share), "digits")
