"""Speech corpora load with their speakers, and every way to be wrong is told before any work."""

import numpy as np
import pytest
import soundfile
from tests.corpora.sounds import DAMAGES, write_csv, write_noise

from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.corpora.speech import load_speech, speech_of
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.settings.toml import load_config

TEXTS = ("Call Martin tonight.", "The rent is nine hundred.", "Yes, on Monday.", "No.")
KEYWORDS = ("martin, tonight", "rent,nine hundred", "", " , ")


def write_table(folder, rows, encoding="utf-8"):
    return write_csv(folder / "metadata.csv", rows, encoding)


def load(source, rates_hz=(500, 1000), reference_rate_hz=16000, *, skip_bad=False, cache=None):
    return load_speech(str(source), rates_hz, reference_rate_hz, skip_bad=skip_bad, cache=cache)


HEADER = ["file", "text", "speaker", "sex", "keywords", "accent"]


@pytest.fixture
def rows():
    speakers = ("ann", "ann", "bob", "bob")
    return [
        [f"{i}.wav", TEXTS[i], speakers[i], "female" if i < 2 else "", KEYWORDS[i], "US"] for i in range(len(TEXTS))
    ]


@pytest.fixture
def corpus(tmp_path, rows):
    for i in range(len(TEXTS)):
        write_noise(tmp_path / "s" / f"{i}.wav", i)
    write_table(tmp_path / "s", [HEADER, *rows])
    return tmp_path / "s"


def test_a_folder_with_metadata_is_summed_up(corpus):
    loaded = load(corpus)
    summary = loaded.summary
    assert (summary.name, summary.kind, summary.n_clips, summary.n_skipped) == ("s", "speech", 4, 0)
    assert (summary.n_groups, summary.group_of, summary.classes, summary.n_folds) == (2, "speakers", (), 0)
    assert (summary.duration_s, summary.lowest_source_rate_hz, summary.is_synthetic) == (2.0, 16000, False)
    assert (summary.note, loaded.is_own) == ("", True)
    first, second, third, fourth = loaded.utterances
    assert (first.clip_id, first.text, first.speaker, first.sex) == ("0.wav", TEXTS[0], "ann", "female")
    assert first.keywords == ("martin", "tonight")
    assert second.keywords == ("rent", "nine hundred")
    assert (third.sex, third.keywords, fourth.keywords) == (None, (), ())
    assert read(first)[0].shape == (8000,)


def test_without_a_speaker_each_file_is_its_own_and_the_note_says_so(corpus, rows):
    write_table(corpus, [["file", "text"], *[row[:2] for row in rows]])
    loaded = load(corpus)
    assert [utterance.speaker for utterance in loaded.utterances] == ["0.wav", "1.wav", "2.wav", "3.wav"]
    assert (loaded.summary.n_groups, loaded.summary.group_of) == (4, "sources")
    assert loaded.summary.note.startswith("4 of 4 utterances name no speaker and count as one each")


def test_some_without_a_speaker(corpus, rows):
    rows[3][2] = ""
    write_table(corpus, [HEADER, *rows])
    summary = load(corpus).summary
    assert (summary.n_groups, summary.group_of) == (3, "speakers")
    assert summary.note.startswith("1 of 4 utterances")


def test_the_digest_follows_all_that_is_said_and_nothing_else(corpus, rows):
    seen = [load(corpus).summary.digest]
    rows[0][5] = "GB"
    write_table(corpus, [HEADER, *rows])
    assert load(corpus).summary.digest == seen[0]
    for column, value in ((1, "Call Martin tonight, now."), (2, "cid"), (3, "male"), (4, "martin")):
        rows[0][column] = value
        write_table(corpus, [HEADER, *rows])
        seen.append(load(corpus).summary.digest)
    write_noise(corpus / "2.wav", 77)
    seen.append(load(corpus).summary.digest)
    assert len(set(seen)) == 6


def test_embedded_speech_is_sixteen_voices_of_four_sentences():
    loaded = load("demo")
    summary = loaded.summary
    assert (summary.name, summary.n_clips, summary.n_groups, summary.group_of) == ("demo", 64, 16, "speakers")
    assert (summary.is_synthetic, loaded.is_own) == (True, False)
    assert "for trying out, not for decisions" in summary.note
    assert "Apache-2.0" in summary.note
    assert all(utterance.keywords for utterance in loaded.utterances)
    assert {utterance.sex for utterance in loaded.utterances} == {"female", "male"}


def unspoken(corpus, rows):
    rows[1][1] = ""


def only_marks(corpus, rows):
    rows[1][1] = "..."


def foreign(corpus, rows):
    rows[1][1], rows[1][4] = "Позвоните Мартину.", ""


def no_row(corpus, rows):
    write_noise(corpus / "extra" / "4.wav", 9)


def outside(corpus, rows):
    write_noise(corpus.parent / "out.wav", 9)
    rows.append(["../out.wav", "Yes.", "", "", "", ""])


def repeated(corpus, rows):
    rows.append(rows[1])


def copied(corpus, rows):
    (corpus / "copy.wav").write_bytes((corpus / "1.wav").read_bytes())
    rows.append(["copy.wav", *rows[1][1:]])


def foreign_keyword(corpus, rows):
    rows[1][4] = "rent, nine hundre"


def unquoted(corpus, rows):
    rows[1].append("and more")


PROBLEMS = [
    (unspoken, r"line 3 \(1.wav\): has no transcript; write what it says into metadata.csv"),
    (only_marks, r"line 3 \(1.wav\): has no transcript"),
    (foreign, r"line 3 \(1.wav\): is not transcribed in English, .*; leave it out"),
    (no_row, r"extra/4.wav: has no transcript: no row of metadata.csv names it"),
    (outside, r"line 6 \(../out.wav\): leads out of the corpus folder"),
    (repeated, r"line 6 \(1.wav\): names the same file as metadata.csv line 3"),
    (copied, r"line 6 \(copy.wav\): has the same bytes as metadata.csv line 3"),
    (foreign_keyword, r"line 3 \(1.wav\): does not say its keywords nine hundre; write them as the text does"),
    (unquoted, r"line 3 \(1.wav\): has more fields than columns; put text with commas in quotes"),
]


def told_and_skipped(corpus, message, n_listed, n_lost):
    """The problem is told; without the utterances that have it the corpus loads."""
    with pytest.raises(DataError, match=message):
        load(corpus)
    summary = load(corpus, skip_bad=True).summary
    assert (summary.n_skipped, summary.n_clips) == (n_lost, n_listed - n_lost)


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damaged_file_is_told_and_skipping_goes_on_without_it(corpus, damage):
    damage(corpus / "1.wav")
    told_and_skipped(corpus, rf"line 3 \(1.wav\): {DAMAGES[damage]}", 4, 1)


@pytest.mark.parametrize(("break_it", "message"), PROBLEMS, ids=[case[0].__name__ for case in PROBLEMS])
def test_every_bad_row_is_told_and_skipping_goes_on_without_it(corpus, rows, break_it, message):
    break_it(corpus, rows)
    write_table(corpus, [HEADER, *rows])
    told_and_skipped(corpus, message, len(rows) + (break_it is no_row), 1)


GERMAN = (
    "Ruf Martin heute Abend an, bevor du gehst.",
    "Die Miete kostet neunhundert Euro im Monat.",
    "Ja, am Montag.",
    "Nein, der Schlüssel liegt auf dem Tisch im Flur.",
)


@pytest.mark.parametrize("skip_bad", [True, False])
def test_transcripts_in_another_language_of_latin_script_are_refused(corpus, rows, skip_bad):
    for row, text in zip(rows, GERMAN, strict=True):
        row[1], row[4] = text, ""
    write_table(corpus, [HEADER, *rows])
    with pytest.raises(DataError, match=r"s: its transcripts are not English but, as it seems, .* 'de'"):
        load(corpus, skip_bad=skip_bad)


def test_all_problems_are_in_one_message(corpus, rows):
    for break_it in (unspoken, no_row, outside, repeated):
        break_it(corpus, rows)
    write_table(corpus, [HEADER, *rows])
    (corpus / "3.wav").write_text("not audio")
    with pytest.raises(DataError) as error:
        load(corpus)
    for part in (
        "line 3 (1.wav): has no transcript",
        "extra/4.wav",
        "../out.wav",
        "line 5 (3.wav): cannot be read",
    ):
        assert part in str(error.value)


@pytest.mark.parametrize("skip_bad", [True, False])
def test_skipping_mends_neither_an_empty_table_nor_a_missing_folder(corpus, tmp_path, skip_bad):
    write_table(corpus, [["file", "text"]])
    with pytest.raises(DataError, match="s: holds no usable utterance"):
        load(corpus, skip_bad=skip_bad)
    with pytest.raises(DataError, match=r"no such folder; give --speech one with metadata.csv, librispeech:DIR"):
        load(tmp_path / "none", skip_bad=skip_bad)


def test_a_table_that_lacks_a_column_or_utf_8_says_so(corpus, rows):
    write_table(corpus, [["file", "words"], *[row[:2] for row in rows]])
    with pytest.raises(DataError, match="lacks the columns text; it has file, words"):
        load(corpus)
    write_table(corpus, [["file", "text"], ["0.wav", "Grüße"]], encoding="latin-1")
    with pytest.raises(DataError, match="is not UTF-8 at byte 19 in line 2"):
        load(corpus)


def test_a_keyword_is_found_whatever_its_case_and_marks(corpus, rows):
    rows[2][4] = "yes on monday, MONDAY"
    write_table(corpus, [HEADER, *rows])
    assert load(corpus).utterances[2].keywords == ("yes on monday", "MONDAY")


def test_a_second_look_reads_the_memory(corpus, tmp_path, monkeypatch):
    cache = tmp_path / "run" / "inspected"
    first = load(corpus, cache=cache)
    monkeypatch.setattr(
        "lowsr_tradeoff.corpora.inspect.decode_blocks", lambda path, **_: pytest.fail(f"decoded {path}")
    )
    assert load(corpus, cache=cache) == first


def test_a_folder_without_a_table_has_no_transcripts_and_speakers_are_its_subfolders(tmp_path):
    for i, name in enumerate(("ann/0.wav", "ann/1.wav", "bob/0.wav", "alone.wav")):
        write_noise(tmp_path / name, i)
    loaded = load(tmp_path)
    assert {(u.clip_id, u.speaker) for u in loaded.utterances} == {
        ("ann/0.wav", "ann"),
        ("ann/1.wav", "ann"),
        ("bob/0.wav", "bob"),
        ("alone.wav", "alone.wav"),
    }
    assert {utterance.text for utterance in loaded.utterances} == {None}
    assert loaded.summary.note.startswith("No transcripts: ")


def test_a_file_that_is_a_link_out_of_the_folder_is_named(tmp_path):
    outside = write_noise(tmp_path / "secret" / "out.wav", 1)
    write_noise(tmp_path / "in" / "good.wav", 0)
    (tmp_path / "in" / "link.wav").symlink_to(outside)
    with pytest.raises(DataError, match=r"link\.wav: leads out of the corpus folder"):
        load(tmp_path / "in")


def test_clipped_speech_is_named_with_the_remedy(corpus):
    samples, rate_hz = soundfile.read(corpus / "1.wav")
    soundfile.write(corpus / "1.wav", np.clip(40 * samples / abs(samples).max(), -1, 1), rate_hz)
    with pytest.raises(
        DataError, match=r"1.wav\): is clipped: \d+ % of its samples are at full scale; record it again"
    ):
        load(corpus)
    assert [utterance.clip_id for utterance in load(corpus, skip_bad=True).utterances] == [
        "0.wav",
        "2.wav",
        "3.wav",
    ]


def test_faults_of_speech_and_of_the_words_to_learn_come_together(corpus, tmp_path):
    (corpus / "2.wav").write_bytes(b"")
    write_noise(tmp_path / "words" / "yes" / "1.wav", 1)
    (tmp_path / "words" / "yes" / "2.wav").write_bytes(b"")
    config = load_config(
        None, {"speech": {"source": str(corpus)}, "privacy": {"words_source": str(tmp_path / "words")}}
    )
    with pytest.raises(DataError, match=r"(?s)s: .*2.wav.*words: .*yes/2.wav"):
        speech_of(config, None)
    few = config.model_copy(update={"quick": True, "skip_bad": True})
    assert speech_of(few, None).words is None
