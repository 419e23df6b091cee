from tests.replaced import replaced

from lowsr_tradeoff.records.decision import FrontEndResult
from lowsr_tradeoff.reports.sections.speech import strongest
from lowsr_tradeoff.reports.wording import percent


def test_the_strongest_of_each_rate_is_the_one_decisions_use(tradeoff):
    rows = strongest.table(tradeoff).rows
    assert [row[0] for row in rows] == [f"{rate} Hz" for rate in (500, 1000, 2000, 4000, 16000)]
    named = {point.rate_hz: point.attacker for point in tradeoff.points}
    assert [row[1] for row in rows] == [named[rate] for rate in (500, 1000, 2000, 4000, 16000)]


def test_front_ends_are_compared_where_there_are_several(tradeoff):
    assert [entry.heading for entry in strongest.entries(tradeoff)] == ["The strongest attacker"]
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
