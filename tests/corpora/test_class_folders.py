"""Folders of classes, below folders of a split or as they are."""

import pytest
from tests.corpora.test_event_layouts import rows_of, touch

from lowsr_tradeoff.corpora.event_layouts import list_events


def problems_of(listing):
    return [(problem.where, problem.reason) for problem in listing.problems]


def test_parts_of_a_split_are_folds_and_no_classes(tmp_path):
    names = ("train/dog/a.wav", "train/rain/b.wav", "test/dog/c.wav", "test/rain/d.wav")
    listing = list_events(str(touch(tmp_path, *names)))
    assert rows_of(listing) == [
        ("test/dog/c.wav", "dog", "1", ""),
        ("test/rain/d.wav", "rain", "1", ""),
        ("train/dog/a.wav", "dog", "2", ""),
        ("train/rain/b.wav", "rain", "2", ""),
    ]
    assert [row.where for row in listing.rows] == [path for path, *_ in rows_of(listing)]
    assert listing.note == "Folds are the folders test, train."


@pytest.mark.parametrize("parts", [("fold1", "fold10"), ("Fold_1", "Fold_10"), ("split-1", "split-10")])
def test_numbered_folds_keep_their_numbers(tmp_path, parts):
    listing = list_events(str(touch(tmp_path, *(f"{part}/{c}/a.wav" for part in parts for c in ("x", "y")))))
    assert [(label, fold) for _, label, fold, _ in rows_of(listing)] == [
        ("x", "1"),
        ("y", "1"),
        ("x", "10"),
        ("y", "10"),
    ]


@pytest.mark.parametrize("parts", [("train", "test"), ("Training", "Validation"), ("fold1", "fold2")])
def test_parts_of_a_split_without_classes_are_refused(tmp_path, parts):
    listing = list_events(str(touch(tmp_path, *(f"{part}/{part}.wav" for part in parts))))
    assert listing.rows == ()
    assert {where for where, _ in problems_of(listing)} == set(parts)
    assert all("part of a split and no class" in reason for _, reason in problems_of(listing))
    assert not any(problem.is_skippable for problem in listing.problems)


def test_what_lies_beside_the_parts_of_a_split_is_named(tmp_path):
    names = ("train/dog/a.wav", "test/dog/c.wav", "noise/d.wav", "e.wav")
    found = dict(problems_of(list_events(str(touch(tmp_path, *names)))))
    assert set(found) == {"noise", "e.wav"}
    assert "lies beside test, train, which are parts of a split and no classes" in found["noise"]


def test_a_single_part_gives_classes_without_folds(tmp_path):
    listing = list_events(str(touch(tmp_path, "train/dog/a.wav", "train/rain/b.wav")))
    assert rows_of(listing) == [("train/dog/a.wav", "dog", "", ""), ("train/rain/b.wav", "rain", "", "")]


def test_a_train_among_other_sounds_is_a_class(tmp_path):
    listing = list_events(str(touch(tmp_path, "train/a.wav", "rain/b.wav")))
    assert [label for _, label, _, _ in rows_of(listing)] == ["rain", "train"]


@pytest.mark.parametrize("wrapper", ["audio", "Data", "genres_original"])
def test_a_folder_around_the_classes_is_no_class(tmp_path, wrapper):
    names = (f"{wrapper}/blues/blues.00000.wav", f"{wrapper}/jazz/jazz.00000.wav", "images/a.png", "features.csv")
    listing = list_events(str(touch(tmp_path / "GTZAN", *names)))
    assert [label for _, label, _, _ in rows_of(listing)] == ["blues", "jazz"]
    assert (listing.name, listing.problems) == ("GTZAN", ())


def test_speech_commands_keep_a_speaker_together_and_leave_out_the_noise(tmp_path):
    names = ("yes/0a7c2a8d_nohash_0.wav", "no/0a7c2a8d_nohash_1.wav", "no/ffd2ba2f_nohash_0.wav")
    root = touch(tmp_path, *names, "_background_noise_/pink_noise.wav", "testing_list.txt")
    listing = list_events(str(root))
    assert rows_of(listing) == [
        ("no/0a7c2a8d_nohash_1.wav", "no", "", "0a7c2a8d"),
        ("no/ffd2ba2f_nohash_0.wav", "no", "", "ffd2ba2f"),
        ("yes/0a7c2a8d_nohash_0.wav", "yes", "", "0a7c2a8d"),
    ]
    assert "a source is a speaker" in listing.note


def test_what_macos_and_windows_add_is_no_class(tmp_path):
    names = ("dog/a.wav", "rain/b.wav", "__MACOSX/dog/._a.wav", "dog/._a.wav", ".DS_Store", "rain/Thumbs.db")
    listing = list_events(str(touch(tmp_path, *names)))
    assert [label for _, label, _, _ in rows_of(listing)] == ["dog", "rain"]
    assert (listing.problems, listing.note) == ((), "")


def test_what_is_no_sound_is_counted(tmp_path):
    listing = list_events(str(touch(tmp_path, "dog/a.wav", "dog/a.txt", "rain/b.wav", "rain/b.txt", "LICENSE")))
    assert "3 files are no sounds by their names and were passed over (2 .txt, 1 without suffix)" in listing.note
