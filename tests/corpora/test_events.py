"""Event corpora of every kind load, and every way to be wrong is told before any work."""

import csv
from pathlib import Path

import pytest
from tests.corpora.sounds import DAMAGES, empty, low, write_csv, write_noise

from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.errors import DataError


def load(source, n_folds=2, clip_s=None, seed=0, rates_hz=(500, 1000), reference_rate_hz=16000, **kwargs):
    given = {"skip_bad": False, "cache": None, **kwargs}
    return load_events(str(source), n_folds, clip_s, seed, rates_hz, reference_rate_hz, **given)


@pytest.fixture
def corpus(tmp_path):
    """Two classes of four half-second clips, and a table of them."""
    rows = [["path", "label", "fold", "source"]]
    for i in range(8):
        name = f"{'dog' if i < 4 else 'cat'}/{i}.wav"
        write_noise(tmp_path / "c" / name, i)
        rows.append([name, name[:3], str(i % 2 + 1), f"s{i}"])
    write_csv(tmp_path / "c" / "clips.csv", rows)
    return tmp_path / "c"


def edit(corpus, line, column, value):
    table = corpus / "clips.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[line - 1][column] = value
    write_csv(table, rows)


def append(corpus, *row):
    with (corpus / "clips.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(row)


def test_class_folders_are_summed_up(corpus):
    loaded = load(corpus)
    summary = loaded.summary
    assert (summary.name, summary.kind, summary.n_clips, summary.n_skipped) == ("c", "events", 8, 0)
    assert (summary.classes, summary.n_groups, summary.group_of, summary.n_folds) == (
        ("cat", "dog"),
        8,
        "sources",
        2,
    )
    assert (summary.duration_s, summary.lowest_source_rate_hz, summary.is_synthetic) == (4.0, 16000, False)
    assert summary.note == (
        "1 file is no sound by its name and was passed over (1 .csv). "
        "Folds were made by class and source (seed 0). 8 of 8 files name no source and count as one each: "
        "figures are too good where several were cut from one recording."
    )
    assert (loaded.clip_s, loaded.is_own) == (0.5, True)
    assert loaded.clips[0].clip_id == "cat/4.wav"


def test_a_table_gives_its_own_folds_and_sources(corpus):
    loaded = load(corpus / "clips.csv", n_folds=4)
    assert [(clip.clip_id, clip.label, clip.fold, clip.source) for clip in loaded.clips[:3]] == [
        ("dog/0.wav", "dog", 1, "s0"),
        ("dog/1.wav", "dog", 2, "s1"),
        ("dog/2.wav", "dog", 1, "s2"),
    ]
    assert loaded.summary.n_folds == 2
    assert loaded.summary.note == "Folds are the corpus's own."


def test_folds_are_made_by_source_where_only_sources_are_given(corpus):
    rows = [["path", "label", "source"]]
    rows += [[f"dog/{i}.wav", "dog", f"yard{i % 2}"] for i in range(4)]
    rows += [[f"cat/{i}.wav", "cat", f"room{i % 2}"] for i in range(4, 8)]
    loaded = load(write_csv(corpus / "sources.csv", rows))
    folds = {(clip.source, clip.fold) for clip in loaded.clips}
    assert len(folds) == 4
    assert {(clip.label, clip.fold) for clip in loaded.clips} == {("dog", 1), ("dog", 2), ("cat", 1), ("cat", 2)}


def test_given_folds_that_split_a_recording_are_kept_and_its_clips_counted(corpus):
    append(corpus, "dog/new.wav", "dog", "1", "s1")
    write_noise(corpus / "dog" / "new.wav", 33)
    loaded = load(corpus / "clips.csv")
    of_source = [clip for clip in loaded.clips if clip.source == "s1"]
    assert {clip.fold for clip in of_source} == {1, 2}
    assert (loaded.summary.split_sources, loaded.summary.n_split_clips) == (("s1",), len(of_source))


def test_folds_may_count_from_zero(corpus):
    for line in range(2, 10):
        edit(corpus, line, 2, str(line % 2))
    assert {clip.fold for clip in load(corpus / "clips.csv").clips} == {1, 2}


@pytest.mark.parametrize("other", ["Dog", "DOG", "d\u200bog", "\uff44\uff4f\uff47", "d\u00adog"])
def test_labels_that_look_alike_are_named_and_never_classes_of_their_own(corpus, other):
    edit(corpus, 2, 1, other)
    for skip_bad in (False, True):
        with pytest.raises(DataError, match=r"class .*: differs from dog \(3 clips\) only in capitals or"):
            load(corpus / "clips.csv", skip_bad=skip_bad)


def test_labels_in_two_unicode_forms_are_alike(corpus):
    for line in range(2, 6):
        edit(corpus, line, 1, "Cafe\u0301" if line == 2 else "Caf\u00e9")
    with pytest.raises(DataError, match=r"class Cafe\\u0301: differs from Café \(3 clips\)"):
        load(corpus / "clips.csv")


def test_folds_with_gaps_are_numbered_from_one(corpus):
    for line in range(2, 10):
        edit(corpus, line, 2, "3" if line % 2 else "7")
    assert {clip.fold for clip in load(corpus / "clips.csv").clips} == {1, 2}


def test_the_esc50_layout(tmp_path):
    rows = [["filename", "fold", "target", "category", "esc10", "src_file", "take"]]
    for i in range(8):
        fold, label = i % 2 + 1, "dog" if i < 4 else "rain"
        name = f"{fold}-{100 + i // 2 * 2 + i % 2}-A-{label == 'rain':d}.wav"
        write_noise(tmp_path / "ESC-50" / "audio" / name, i, 44100)
        rows.append([name, fold, "0", label, "True", 100 + i, "A"])
    write_csv(tmp_path / "ESC-50" / "meta" / "esc50.csv", rows)
    summary = load(tmp_path / "ESC-50").summary
    assert (summary.name, summary.n_clips, summary.n_folds, summary.n_groups) == ("ESC-50", 8, 2, 8)
    assert summary.note == "ESC-50 layout. Folds are the corpus's own."


def test_the_esc10_layout_keeps_recordings_together(tmp_path):
    for fold in (1, 2, 3):
        for i, label in enumerate(("dog_bark", "rain")):
            for j, take in enumerate("AB"):
                write_noise(tmp_path / label / f"{fold}-{i}-{take}.ogg", 10 * fold + 2 * i + j, 44100)
    loaded = load(tmp_path, n_folds=3)
    assert (loaded.summary.n_clips, loaded.summary.n_groups, loaded.summary.n_folds) == (12, 6, 3)
    assert all(clip.source.startswith(f"{clip.fold}-") for clip in loaded.clips)


@pytest.mark.parametrize(
    ("suffix", "rate_hz", "n_channels"), [("wav", 16001, 1), ("flac", 22050, 2), ("ogg", 44100, 2)]
)
def test_any_format_rate_and_channels(corpus, suffix, rate_hz, n_channels):
    write_noise(corpus / "dog" / f"new.{suffix}", 99, rate_hz, 9000, n_channels)
    clip = next(clip for clip in load(corpus).clips if "new" in clip.clip_id)
    samples, source_rate_hz = read(clip)
    assert (samples.shape, source_rate_hz) == ((9000,), rate_hz)


def test_the_window_holds_19_clips_in_20_up_to_ten_seconds_unless_given(tmp_path):
    for i in range(19):
        write_noise(tmp_path / "dog" / f"{i}.wav", i)
        write_noise(tmp_path / "cat" / f"{i}.wav", 100 + i)
    write_noise(tmp_path / "dog" / "long.wav", 50, n=32000)
    assert load(tmp_path).clip_s == 0.5
    for i in range(3):
        write_noise(tmp_path / "dog" / f"longer{i}.wav", 51 + i, n=16000 * 11)
    assert load(tmp_path).clip_s == 10.0
    assert load(tmp_path, clip_s=3.0).clip_s == 3.0


def test_the_digest_follows_bytes_labels_folds_and_sources_only(corpus):
    def digest():
        return load(corpus / "clips.csv").summary.digest

    first = digest()
    assert digest() == first
    append(corpus)  # a blank line says nothing
    assert digest() == first
    seen = {first}
    for line, column, value in ((2, 3, "other"), (4, 1, "cat"), (4, 2, "2")):
        edit(corpus, line, column, value)
        seen.add(digest())
    write_noise(corpus / "dog" / "1.wav", 77)
    seen.add(digest())
    assert len(seen) == 5


def test_made_folds_depend_on_the_seed_alone(tmp_path):
    for i in range(24):
        write_noise(tmp_path / ("dog" if i % 2 else "cat") / f"{i:02}.wav", i, n=100)
    assert load(tmp_path).summary.digest == load(tmp_path).summary.digest != load(tmp_path, seed=1).summary.digest


def test_demo_clips_are_synthetic_in_five_folds_and_read():
    loaded = load("demo", n_folds=3)
    summary = loaded.summary
    assert (len(summary.classes), summary.n_folds, summary.is_synthetic, loaded.is_own) == (10, 5, True, False)
    assert min([clip.label for clip in loaded.clips].count(label) for label in summary.classes) >= 40
    assert "for trying out, not for decisions" in summary.note
    samples, source_rate_hz = read(loaded.clips[0])
    assert len(samples) / source_rate_hz == loaded.clip_s == summary.duration_s / summary.n_clips == 2.0
    assert source_rate_hz == summary.lowest_source_rate_hz
    assert len({clip.digest for clip in loaded.clips}) == len({clip.clip_id for clip in loaded.clips}) == 400


def test_demo_digests_change_with_the_seed():
    first, other = load("demo"), load("demo", seed=1)
    assert first.summary.digest != other.summary.digest
    assert {clip.digest for clip in first.clips}.isdisjoint(clip.digest for clip in other.clips)


def test_demo_cannot_be_captured_above_its_rate():
    with pytest.raises(
        DataError, match=r"is sampled at 16000 Hz, below the 44100 Hz asked for; lower --reference-rate"
    ):
        load("demo", reference_rate_hz=44100)


def test_embedded_digits_fold_by_voice():
    loaded = load("digits", n_folds=5)
    summary = loaded.summary
    assert (summary.n_clips, summary.n_groups, summary.n_folds, len(summary.classes)) == (540, 27, 5, 10)
    assert summary.is_synthetic
    assert not loaded.is_own
    assert "Apache-2.0" in summary.note
    assert len({(clip.source, clip.fold) for clip in loaded.clips}) == 27
    assert len({(clip.label, clip.fold) for clip in loaded.clips}) == 50


def outside(corpus):
    edit(corpus, 3, 0, "../out.wav")
    write_noise(corpus.parent / "out.wav", 9)


def linked_out(corpus):
    (corpus / "dog" / "1.wav").unlink()
    (corpus / "dog" / "1.wav").symlink_to(write_noise(corpus.parent / "out.wav", 9))


def with_a_zero_byte(corpus):
    edit(corpus, 3, 0, "a\0b.wav")


def endless_name(corpus):
    edit(corpus, 3, 0, "a" * 5000)


def unlabelled(corpus):
    edit(corpus, 3, 1, " ")


def unfolded(corpus):
    edit(corpus, 3, 2, "")


def negative_fold(corpus):
    edit(corpus, 3, 2, "-1")


def fractional_fold(corpus):
    edit(corpus, 3, 2, "1.5")


def repeated(corpus):
    append(corpus, "dog/1.wav", "dog", "2", "s1")


def repeated_by_another_name(corpus):
    append(corpus, "cat/../dog/1.wav", "dog", "2", "s1")


def copied(corpus):
    (corpus / "dog" / "copy.wav").write_bytes((corpus / "dog" / "1.wav").read_bytes())
    append(corpus, "dog/copy.wav", "dog", "1", "copy")


def small_class(corpus):
    append(corpus, "owl.wav", "owl", "1", "s9")
    write_noise(corpus / "owl.wav", 34)


def too_many_fields(corpus):
    append(corpus, "x.wav", "dog", "1", "s", "surplus")


PROBLEMS = [
    (outside, r"line 3 \(../out.wav\): leads out of the corpus folder", 1),
    (linked_out, r"line 3 \(dog/1.wav\): leads out of the corpus folder", 1),
    (with_a_zero_byte, r"line 3 .*: is no usable path", 1),
    (endless_name, r"line 3 .*: is no usable path", 1),
    (unlabelled, r"line 3 \(dog/1.wav\): has no label", 1),
    (unfolded, r"line 3 \(dog/1.wav\): has no fold, though others have one", 1),
    (negative_fold, r"line 3 \(dog/1.wav\): has the fold '-1', which is not a whole number from 0", 1),
    (fractional_fold, r"line 3 \(dog/1.wav\): has the fold '1.5', which is not a whole number from 0", 1),
    (repeated, r"line 10 \(dog/1.wav\): names the same file as clips.csv line 3", 1),
    (repeated_by_another_name, r"line 10 \(cat/../dog/1.wav\): names the same file as clips.csv line 3", 1),
    (copied, r"line 10 \(dog/copy.wav\): has the same bytes as clips.csv line 3", 1),
    (small_class, r"class owl: has 1 usable clips from 1 sources, fewer than the 2 folds", 1),
    (too_many_fields, r"line 10 \(x.wav\): has more fields than columns", 1),
]


def told_and_skipped(corpus, message, n_lost):
    """The problem is told; without the clips that have it the corpus loads."""
    n_listed = sum(1 for line in (corpus / "clips.csv").read_text().splitlines() if line) - 1
    with pytest.raises(DataError, match=message):
        load(corpus / "clips.csv")
    summary = load(corpus / "clips.csv", skip_bad=True).summary
    assert (summary.n_skipped, summary.n_clips) == (n_lost, n_listed - n_lost)


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damaged_file_is_told_and_skipping_goes_on_without_it(corpus, damage):
    damage(corpus / "dog" / "1.wav")
    told_and_skipped(corpus, rf"line 3 \(dog/1.wav\): {DAMAGES[damage]}", 1)


@pytest.mark.parametrize(("break_it", "message", "n_lost"), PROBLEMS, ids=[case[0].__name__ for case in PROBLEMS])
def test_every_bad_row_is_told_and_skipping_goes_on_without_it(corpus, break_it, message, n_lost):
    break_it(corpus)
    told_and_skipped(corpus, message, n_lost)


def test_all_problems_are_in_one_message(corpus):
    empty(corpus / "dog" / "1.wav")
    for break_it in (outside, negative_fold, repeated, small_class):
        break_it(corpus)
    edit(corpus, 8, 1, "")
    low(corpus / "cat" / "5.wav")
    with pytest.raises(DataError) as error:
        load(corpus / "clips.csv")
    said = str(error.value)
    for part in (
        "../out.wav): leads out",
        "fold '-1'",
        "owl",
        "line 8 (cat/6.wav): has no label",
        "8000 Hz",
        "line 10",
    ):
        assert part in said
    assert said.endswith("--skip-bad")


@pytest.mark.parametrize("skip_bad", [True, False])
def test_skipping_mends_neither_one_class_nor_a_missing_table(corpus, skip_bad):
    for i in range(4, 8):
        empty(corpus / "cat" / f"{i}.wav")
    with pytest.raises(DataError, match="fewer than two can be used"):
        load(corpus, skip_bad=skip_bad)
    with pytest.raises(DataError, match="no such folder or CSV"):
        load(corpus / "none.csv", skip_bad=skip_bad)


def test_a_table_in_another_encoding_names_the_byte(corpus):
    write_csv(corpus / "latin.csv", [["path", "label"], ["dog/1.wav", "Köter"]], encoding="latin-1")
    with pytest.raises(DataError, match="is not UTF-8 at byte 23 in line 2"):
        load(corpus / "latin.csv", skip_bad=True)


def test_a_name_that_is_not_utf_8_is_named_for_renaming(corpus):
    (corpus / "dog" / "1.wav").rename(corpus / "dog" / "\udcff.wav")
    with pytest.raises(DataError, match="its name is not UTF-8; rename it"):
        load(corpus)


def test_a_class_folder_with_fewer_clips_than_folds(corpus):
    with pytest.raises(DataError, match="class cat: has 4 usable clips from 4 sources, fewer than the 5 folds"):
        load(corpus, n_folds=5)


def test_a_second_look_reads_the_memory(corpus, tmp_path, monkeypatch):
    cache = tmp_path / "run" / "inspected"
    first = load(corpus, cache=cache)
    monkeypatch.setattr(
        "lowsr_tradeoff.corpora.inspect.decode_blocks", lambda path, **_: pytest.fail(f"decoded {path}")
    )
    assert load(corpus, cache=cache) == first


def test_relative_sources_work(corpus, monkeypatch):
    monkeypatch.chdir(corpus)
    assert load(Path()).summary.name == "c"
    assert load("clips.csv").summary.n_clips == 8
