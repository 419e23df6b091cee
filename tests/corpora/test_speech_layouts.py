"""LibriSpeech as OpenSLR packs it: speakers, sexes and transcripts are found, and every damage is told at once."""

import pytest
from tests.corpora.sounds import write_noise

from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.errors import DataError

SAID = {
    "84/121123": ("GO DO YOU HEAR", "BUT IN LESS THAN FIVE MINUTES"),
    "84/121550": ("NEVER MIND",),
    "174/50561": ("FORGOTTEN TOO THE NAME OF GILLIAN", "I'LL COME"),
}
SPEAKERS = """\
; Some pieces of information about the speakers
;ID  |SEX| SUBSET           |MINUTES| NAME
84   | F | dev-clean        |  8.02 | Christie Nowak
174  | M | dev-clean        |  8.04 | Peter Eastman
"""


def table_of(subset, chapter):
    folder = subset / chapter
    return folder / f"{chapter.replace('/', '-')}.trans.txt"


@pytest.fixture
def archive(tmp_path):
    root = tmp_path / "LibriSpeech"
    subset, seed = root / "dev-clean", 0
    for chapter, sentences in SAID.items():
        (subset / chapter).mkdir(parents=True)
        names = [f"{chapter.replace('/', '-')}-{i:04d}" for i in range(len(sentences))]
        lines = [f"{name} {text}\n" for name, text in zip(names, sentences, strict=True)]
        table_of(subset, chapter).write_text("".join(lines))
        for name in names:
            write_noise(subset / chapter / f"{name}.flac", seed := seed + 1, n=1600)
    (root / "SPEAKERS.TXT").write_text(SPEAKERS)
    return root


def load(folder, *, skip_bad=False):
    return load_speech(f"librispeech:{folder}", (500, 1000), 16000, skip_bad=skip_bad, cache=None)


def test_an_archive_is_read_with_speakers_sexes_and_transcripts(archive):
    loaded = load(archive)
    summary = loaded.summary
    assert (summary.name, summary.n_clips, summary.n_groups, summary.group_of) == ("LibriSpeech", 5, 2, "speakers")
    assert (summary.n_skipped, summary.is_synthetic, loaded.is_own) == (0, False, True)
    assert summary.note.startswith("LibriSpeech layout; ")
    assert "sex" not in summary.note
    told = {u.clip_id.rsplit("/", 1)[1]: (u.text, u.speaker, u.sex) for u in loaded.utterances}
    assert told == {
        "84-121123-0000.flac": ("go do you hear", "84", "female"),
        "84-121123-0001.flac": ("but in less than five minutes", "84", "female"),
        "84-121550-0000.flac": ("never mind", "84", "female"),
        "174-50561-0000.flac": ("forgotten too the name of gillian", "174", "male"),
        "174-50561-0001.flac": ("i'll come", "174", "male"),
    }
    assert read(loaded.utterances[0])[0].shape == (1600,)


def test_the_folder_above_the_archive_and_a_subset_of_it_hold_the_same_speech(archive):
    wanted = [(u.text, u.speaker, u.sex, u.digest) for u in load(archive).utterances]
    for folder in (archive.parent, archive / "dev-clean"):
        assert [(u.text, u.speaker, u.sex, u.digest) for u in load(folder).utterances] == wanted


def test_without_the_table_of_speakers_no_sex_is_known_and_the_note_says_so(archive):
    (archive / "SPEAKERS.TXT").unlink()
    loaded = load(archive)
    assert {utterance.sex for utterance in loaded.utterances} == {None}
    assert loaded.summary.note.endswith("SPEAKERS.TXT is not there or gives no sex for 2 of 2 speakers.")


def no_file(archive):
    (archive / "dev-clean/84/121123/84-121123-0001.flac").unlink()


def truncated(archive):
    file = archive / "dev-clean/84/121123/84-121123-0001.flac"
    file.write_bytes(file.read_bytes()[:30])


def no_line(archive):
    write_noise(archive / "dev-clean/84/121123/84-121123-0009.flac", 9)


def no_table(archive):
    table_of(archive / "dev-clean", "84/121550").unlink()


def no_words(archive):
    table = table_of(archive / "dev-clean", "84/121123")
    table.write_text(table.read_text().replace("BUT IN LESS THAN FIVE MINUTES", ""))


def no_id(archive):
    table = table_of(archive / "dev-clean", "84/121123")
    table.write_text(table.read_text() + "reader-1-2 FORGOTTEN\n")


def not_utf8(archive):
    table_of(archive / "dev-clean", "84/121550").write_bytes(b"84-121550-0000 GR\xfc\xdfE\n")


def no_sex(archive):
    (archive / "SPEAKERS.TXT").write_text(SPEAKERS.replace("| M |", "|"))


DAMAGES = [
    (no_file, r"84-121123.trans.txt line 2 \(84-121123-0001\): does not exist", 1),
    (truncated, r"84-121123.trans.txt line 2 \(84-121123-0001\): cannot be read", 1),
    (no_line, r"121123/84-121123-0009.flac: has no transcript: no \*.trans.txt beside it names it; unpack the", 1),
    (no_table, r"121550/84-121550-0000.flac: has no transcript: no \*.trans.txt beside it", 1),
    (no_words, r"line 2 \(84-121123-0001\): has no transcript; unpack the archive again", 1),
    (no_id, r"line 3 \(reader-1-2\): does not begin with speaker-chapter-number; unpack", 1),
    (not_utf8, r"84-121550.trans.txt: is not UTF-8 at byte 17 in line 1 \(0xfc\); save it as UTF-8", 1),
    (no_sex, r"SPEAKERS.TXT line 4: is not ID \| F or M \| …; unpack the archive again, or take the table away", 0),
]


@pytest.mark.parametrize(("damage", "message", "n_lost"), DAMAGES, ids=[case[0].__name__ for case in DAMAGES])
def test_every_damage_is_told_with_a_remedy_and_skipping_goes_on_without_it(archive, damage, message, n_lost):
    damage(archive)
    n_listed = 5 + (damage in (no_line, no_id))
    with pytest.raises(DataError, match=message):
        load(archive)
    summary = load(archive, skip_bad=True).summary
    assert (summary.n_skipped, summary.n_clips) == (n_lost, n_listed - n_lost)


def test_all_damages_are_in_one_message(archive):
    for damage in (no_file, no_line, no_table, no_sex):
        damage(archive)
    with pytest.raises(DataError) as error:
        load(archive)
    message = str(error.value)
    assert message.startswith("LibriSpeech: 4 problems found, nothing has run")
    for part in ("84-121123-0001", "84-121123-0009", "84-121550-0000", "SPEAKERS.TXT line 4", "--skip-bad"):
        assert part in message


@pytest.mark.parametrize("skip_bad", [True, False])
def test_a_folder_that_is_none_or_holds_no_transcripts_says_what_to_give(tmp_path, skip_bad):
    for source in (tmp_path / "none", ""):
        with pytest.raises(DataError, match="there is no such folder; give --speech the folder of an unpacked"):
            load(source, skip_bad=skip_bad)
    with pytest.raises(DataError, match=r"holds no \*.trans.txt; give the folder whose speaker/chapter folders"):
        load(tmp_path, skip_bad=skip_bad)
