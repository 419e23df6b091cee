from tests.replaced import replaced

from lowsr_tradeoff.records.decision import FrontEndResult
from lowsr_tradeoff.reports.sections.speech import front_ends
from lowsr_tradeoff.reports.wording import percent


def test_front_ends_are_compared_where_there_are_several(tradeoff):
    assert list(front_ends.entries(tradeoff)) == []
    share = tradeoff.recognition.results[0].accuracy
    other = FrontEndResult(
        front_end="none",
        rate_hz=500,
        grid="native",
        arm="cssd",
        accuracy=share,
        attacker="digits",
        word_recovery=share,
    )
    (row,) = front_ends.table(replaced(tradeoff, {"front_ends": (other,)})).rows
    assert row[:4] == ("500 Hz", "none", percent(share), "digits")
