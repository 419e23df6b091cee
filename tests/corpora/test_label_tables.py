"""Recordings with a table of labels beside each: every labelled part is a clip."""

from pathlib import PurePosixPath, PureWindowsPath

import numpy as np
import pytest
import soundfile
from tests.corpora.sounds import write_noise
from tests.corpora.test_class_folders import problems_of
from tests.corpora.test_event_layouts import touch
from tests.corpora.test_events import load

from lowsr_tradeoff.audio.decode import Excerpt, decode
from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.corpora.event_layouts import list_events
from lowsr_tradeoff.corpora.label_tables import file_fault, recording_of
from lowsr_tradeoff.errors import DataError

TRACK = "0.100000\t0.300000\tblackbird\n\\\t1200.5\t-1.0\n0.350000\t0.450000\train\n"
RAVEN = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation\n"


def selections(*rows, header=RAVEN):
    return header + "".join("\t".join(map(str, row)) + "\n" for row in rows)


def parts_of(listing):
    return [(row.path.name, row.span_s, row.annotation) for row in listing.rows]


def listed(root, tables):
    for name, content in tables.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode())
    return list_events(str(root))


@pytest.fixture
def recordings(tmp_path):
    """Three recordings of half a second with a track each."""
    for i in range(3):
        write_noise(tmp_path / "c" / f"{i}.wav", i)
        (tmp_path / "c" / f"{i}.txt").write_text(TRACK)
    return tmp_path / "c"


def test_every_label_of_a_track_is_a_clip(tmp_path):
    listing = listed(touch(tmp_path, "a.wav"), {"a.txt": TRACK})
    assert parts_of(listing) == [("a.wav", (0.1, 0.3), "blackbird"), ("a.wav", (0.35, 0.45), "rain")]
    assert [row.where for row in listing.rows] == ["a.txt line 1 (a.wav)", "a.txt line 3 (a.wav)"]
    assert listing.problems == ()
    assert listing.note == "A clip is a labelled part of a recording, and a source is a recording."


@pytest.mark.parametrize(
    "track",
    [
        "\ufeff" + TRACK,
        TRACK.replace("\n", "\r\n"),
        TRACK.replace(".", ","),
        TRACK + "\n",
    ],
)
def test_tracks_as_other_systems_save_them(tmp_path, track):
    listing = listed(touch(tmp_path, "a.wav"), {"a.txt": track})
    assert parts_of(listing) == [("a.wav", (0.1, 0.3), "blackbird"), ("a.wav", (0.35, 0.45), "rain")]


@pytest.mark.parametrize("name", ["a.Table.1.selections.txt", "a.selections.txt", "a.txt", "a.tsv"])
def test_a_selection_of_several_views_and_channels_counts_once(tmp_path, name):
    table = selections(
        (1, "Waveform 1", 1, 0.5, 1.5, 0, 8000, "owl"),
        (1, "Spectrogram 1", 1, 0.5, 1.5, 0, 8000, "owl"),
        (1, "Spectrogram 2", 2, 0.5, 1.5, 0, 8000, "owl"),
        (2, "Spectrogram 1", 1, 2, 3, 0, 8000, "jay"),
    )
    listing = listed(touch(tmp_path, "a.flac"), {name: table})
    assert parts_of(listing) == [("a.flac", (0.5, 1.5), "owl"), ("a.flac", (2.0, 3.0), "jay")]
    assert [row.where for row in listing.rows] == [f"{name} line 2 (a.flac)", f"{name} line 5 (a.flac)"]


def test_times_in_a_file_count_where_several_were_opened_as_one(tmp_path):
    header = "Begin Time (s)\tEnd Time (s)\tBegin Path\tFile Offset (s)\tSpecies\n"
    rows = (61.3, 62.5, r"D:\site\b.WAV", 1.1, "owl"), (1, 2, r"D:\site\a.WAV", 1, "owl")
    listing = listed(touch(tmp_path, "b.flac"), {"b.txt": selections(*rows, header=header)})
    assert parts_of(listing) == [("b.flac", (1.1, 2.3), "owl")]
    where, reason = problems_of(listing)[0]
    assert where == "b.txt line 3 (b.flac)"
    assert reason.startswith("is a selection in a.WAV; save a table for each recording")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1.0\t1.0\tpoint", "is 0.000 s long, and a clip has 0.05 s at least; make it longer or delete it"),
        ("2.0\t1.0\tback", "is -1.000 s long, and a clip has 0.05 s at least; make it longer or delete it"),
        ("-0.5\t1.0\tearly", "begins 0.5 s before the recording; correct its times"),
        ("1.0\t2.0\t ", "has no label; give it one, or delete it"),
        ("1.0\t2.0", "has no label; give it one, or delete it"),
        ("1.0\tnan\towl", "has no begin and end in seconds; export the table again"),
        ("some words", "has no begin and end in seconds; export the table again"),
    ],
)
def test_a_line_that_is_no_clip_is_named(tmp_path, line, reason):
    listing = listed(touch(tmp_path, "day1/a.wav"), {"day1/a.txt": f"{TRACK}{line}\n"})
    assert len(listing.rows) == 2
    assert problems_of(listing) == [("day1/a.txt line 4 (a.wav)", reason)]


@pytest.mark.parametrize(
    ("names", "tables", "reason"),
    [
        (("b.wav",), {}, "b.wav: has no table of labels beside it"),
        (("b.wav", "b.flac"), {"b.txt": TRACK}, "b.flac: has the name of b.wav, and a table is for one of them"),
        (
            ("b.wav",),
            {"b.txt": TRACK, "b.tsv": TRACK},
            "b.wav: has several tables of labels, b.tsv, b.txt; keep one",
        ),
        (
            ("b.wav",),
            {"b.txt": "Begin Time (s)\tEnd Time (s)\n"},
            "b.wav: its table b.txt: lacks the columns label; it has Begin Time (s), End Time (s)",
        ),
    ],
)
def test_a_recording_without_one_table_is_named(tmp_path, names, tables, reason):
    listing = listed(touch(tmp_path, "a.wav", *names), {"a.txt": TRACK, **tables})
    assert {row.path.name for row in listing.rows} == {"a.wav"}
    assert ": ".join(problems_of(listing)[0]).startswith(reason)


def test_text_beside_sounds_is_no_table(tmp_path):
    listing = listed(touch(tmp_path, "dog/a.wav", "cat/b.wav"), {"dog/a.txt": "Woof.", "cat/c.txt": TRACK})
    assert [(row.annotation, row.span_s) for row in listing.rows] == [("cat", None), ("dog", None)]


def test_parts_of_a_split_may_hold_recordings(tmp_path):
    root = touch(tmp_path, "train/a.wav", "test/a.wav")
    listing = listed(root, {"train/a.txt": TRACK, "test/a.txt": TRACK})
    assert [(row.where, row.fold) for row in listing.rows[1:3]] == [
        ("test/a.txt line 3 (a.wav)", "1"),
        ("train/a.txt line 1 (a.wav)", "2"),
    ]


def test_clips_of_a_recording_share_source_and_fold(recordings):
    corpus = load(recordings, n_folds=3)
    assert [clip.clip_id for clip in corpus.clips[:2]] == ["0.wav#t=0.1,0.3", "0.wav#t=0.35,0.45"]
    assert [clip.source for clip in corpus.clips] == ["0.wav", "0.wav", "1.wav", "1.wav", "2.wav", "2.wav"]
    assert len({(clip.source, clip.fold) for clip in corpus.clips}) == 3
    assert len({clip.digest for clip in corpus.clips}) == 6
    assert (corpus.summary.n_groups, corpus.summary.classes) == (3, ("blackbird", "rain"))
    assert corpus.summary.duration_s == pytest.approx(3 * 0.3)
    assert "name no source" not in corpus.summary.note


def test_a_clip_is_the_part_of_its_recording(recordings):
    clip = load(recordings, n_folds=3).clips[1]
    whole, rate_hz = decode(recordings / "0.wav")
    samples, source_rate_hz = read(clip)
    assert source_rate_hz == rate_hz == 16000
    assert np.array_equal(samples, whole[5600:7200])


def test_another_span_or_another_byte_is_another_clip(recordings):
    before = load(recordings, n_folds=3).clips
    (recordings / "0.txt").write_text(TRACK.replace("0.300000", "0.310000"))
    write_noise(recordings / "1.wav", 9)
    after = load(recordings, n_folds=3).clips
    is_same = [a.digest == b.digest for a, b in zip(before, after, strict=True)]
    assert is_same == [False, True, False, False, True, True]


def test_inspections_of_parts_are_stored(recordings, tmp_path):
    first = load(recordings, n_folds=3, cache=tmp_path / "cache.json")
    assert load(recordings, n_folds=3, cache=tmp_path / "cache.json") == first


def test_a_part_behind_the_end_is_named(recordings):
    (recordings / "0.txt").write_text(TRACK + "0.4\t0.6\train\n")
    reason = r"0\.txt line 4 \(0\.wav\): ends at 0\.500 s, before the part from 0\.4 s to 0\.6 s; correct its times"
    with pytest.raises(DataError, match=reason):
        load(recordings, n_folds=3)


def test_a_part_with_two_labels_is_named(recordings):
    (recordings / "0.txt").write_text(TRACK + "0.1\t0.3\train\n")
    with pytest.raises(DataError, match=r"0\.txt line 4 \(0\.wav\): names the same part as 0\.txt line 1"):
        load(recordings, n_folds=3)


def test_all_parts_of_a_copied_recording_are_named(recordings):
    (recordings / "3.wav").write_bytes((recordings / "0.wav").read_bytes())
    (recordings / "3.txt").write_text("0.05\t0.2\tblackbird\n0.3\t0.4\train\n")
    corpus = load(recordings, n_folds=3, skip_bad=True)
    assert (corpus.summary.n_skipped, {clip.source for clip in corpus.clips}) == (2, {"0.wav", "1.wav", "2.wav"})


def test_a_silent_part_is_named_and_the_rest_of_its_recording_is_used(recordings):
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 8000)
    samples[5600:7200] = 0
    soundfile.write(recordings / "3.wav", samples, 16000)
    (recordings / "3.txt").write_text(TRACK)
    with pytest.raises(DataError, match=r"1 problem found[^:]*\n  3\.txt line 3 \(3\.wav\): is silent"):
        load(recordings, n_folds=3)


@pytest.mark.parametrize(
    ("table", "recording"),
    [
        (PureWindowsPath(r"C:\day 1\rec.Table.1.selections.txt"), PureWindowsPath(r"c:\DAY 1\REC")),
        (PureWindowsPath(r"\\nas\birds\rec.v2.txt"), PureWindowsPath(r"\\nas\birds\rec.v2")),
        (PurePosixPath("/Users/ann/rec.Table.12.selections.txt"), PurePosixPath("/Users/ann/rec")),
        (PurePosixPath("rec.TSV"), PurePosixPath("rec")),
        (PurePosixPath("rec.csv"), None),
        (PurePosixPath(".txt"), None),
    ],
)
def test_a_table_lies_beside_its_recording_on_every_system(table, recording):
    assert recording_of(table) == recording


@pytest.mark.parametrize("sound", [PureWindowsPath(r"D:\birds\rec.flac"), PurePosixPath("/home/ann/rec.wav")])
@pytest.mark.parametrize("named", [r"C:\field\REC.WAV", "/Volumes/SD/rec.wav", "rec.wav", "field/rec.wav", ""])
def test_a_selection_is_of_its_recording_whatever_system_saved_it(sound, named):
    assert file_fault(named, sound) is None
    assert file_fault(r"C:\field\other.wav", sound).startswith("is a selection in other.wav;")


def test_a_long_recording_is_no_clip_but_its_parts_are(tmp_path, monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.audio.decode.LONGEST_S", 1)
    path = write_noise(tmp_path / "a.wav", 0, n=3 * 16000)
    assert decode(Excerpt(path, 2.0, 3.0))[0].size == 16000
    with pytest.raises(DataError, match="is 2 s long, too long for a clip"):
        decode(Excerpt(path, 1.0, 3.0))
