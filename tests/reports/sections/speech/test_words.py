from lowsr_tradeoff.records.run import ListenPack, TranscriptLine
from lowsr_tradeoff.reports.sections.speech import words


def test_what_was_not_measured_is_no_point(tradeoff):
    keywords = words.figure(tradeoff)["data"][1]
    assert min(keywords["x"]) > 900


def test_counts_stand_beside_the_rates_made_from_them(tradeoff):
    row = words.table(tradeoff).rows[1]
    counts = tradeoff.privacy.words[1].counts
    assert any(str(cell).startswith(f"{counts.hits} hit, ") and str(cell).endswith("of 640") for cell in row)


def test_kinds_and_differences_are_all_there(tradeoff):
    assert len(words.kinds(tradeoff).rows) == 3 * len(tradeoff.privacy.words)
    assert len(words.rate_differences(tradeoff).rows) == len(tradeoff.privacy.words) - 1


def test_transcripts_are_those_of_the_pack():
    line = TranscriptLine(rate_hz=500, clip_id="a", reference=None, attacker="whisper", recognised="")
    (row,) = words.transcripts(ListenPack(clips=(), transcripts=(line,), note="")).rows
    assert row == ("a", "500 Hz", "whisper", "not transcribed", "nothing")
