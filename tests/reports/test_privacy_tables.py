from tests.replaced import replaced

from lowsr_tradeoff.records.decision import FrontEndResult
from lowsr_tradeoff.records.run import ListenPack, TranscriptLine
from lowsr_tradeoff.reports import privacy_tables
from lowsr_tradeoff.reports.wording import percent


def test_every_attacker_has_a_row_with_a_figure_or_a_reason_at_every_rate(tradeoff):
    table = privacy_tables.attackers(tradeoff)
    assert len(table.rows) == len({(found.attacker, found.measure) for found in tradeoff.privacy.attacks})
    assert {len(row) for row in table.rows} == {len(table.columns)}
    published, adapted = table.rows
    assert published[3] == percent(tradeoff.privacy.words[0].word_recovery)
    assert [str(cell) for cell in adapted[3:-2]] == ["not tested: not asked for; run with --attackers all"] * 5


def test_the_strongest_of_each_rate_is_the_one_decisions_use(tradeoff):
    rows = privacy_tables.strongest(tradeoff).rows
    assert [row[0] for row in rows] == [f"{rate} Hz" for rate in (500, 1000, 2000, 4000, 16000)]
    named = {point.rate_hz: point.attacker for point in tradeoff.points}
    assert [row[1] for row in rows] == [named[rate] for rate in (500, 1000, 2000, 4000, 16000)]


def test_kinds_and_differences_are_all_there(tradeoff):
    assert len(privacy_tables.kinds(tradeoff).rows) == 3 * len(tradeoff.privacy.words)
    assert len(privacy_tables.rate_differences(tradeoff).rows) == len(tradeoff.privacy.words) - 1


def test_transcripts_are_those_of_the_pack():
    line = TranscriptLine(rate_hz=500, clip_id="a", said=None, heard="")
    (row,) = privacy_tables.transcripts(ListenPack(clips=(), transcripts=(line,), note="")).rows
    assert row == ("a", "500 Hz", "not transcribed", "nothing")


def test_published_figures_have_a_source_each():
    for row in privacy_tables.published().rows:
        assert "arXiv" in row[3] or "doi" in row[3]


def test_front_ends_are_compared_where_there_are_several(tradeoff):
    assert privacy_tables.microphones(tradeoff).rows == ()
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
    (row,) = privacy_tables.microphones(replaced(tradeoff, {"front_ends": (other,)})).rows
    assert row[:4] == ("500 Hz", "none", percent(share), "digits")
