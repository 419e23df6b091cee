"""Every layout on disk becomes the same rows."""

import pytest
from tests.corpora.sounds import write_csv

from lowsr_tradeoff.corpora.event_layouts import list_events
from lowsr_tradeoff.errors import DataError


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def rows_of(listing):
    return [
        (row.path.relative_to(listing.root).as_posix(), row.annotation, row.fold, row.source)
        for row in listing.rows
    ]


def test_class_folders_at_any_depth(tmp_path):
    root = touch(
        tmp_path / "home", "dog/b.wav", "dog/a.flac", "cat/day1/c.ogg", "dog/notes.txt", "README.md", ".git/d.wav"
    )
    listing = list_events(str(root))
    assert rows_of(listing) == [
        ("cat/day1/c.ogg", "cat", "", ""),
        ("dog/a.flac", "dog", "", ""),
        ("dog/b.wav", "dog", "", ""),
    ]
    assert (listing.name, listing.is_own, listing.problems) == ("home", True, ())
    assert [row.where for row in listing.rows] == ["cat/day1/c.ogg", "dog/a.flac", "dog/b.wav"]


def test_a_class_without_audio_and_audio_without_a_class_are_problems(tmp_path):
    listing = list_events(str(touch(tmp_path, "dog/a.wav", "owl/notes.txt", "loose.wav", "README.md")))
    assert [(p.where, p.reason, p.n_clips) for p in listing.problems] == [
        ("owl", "is a class folder without audio", 0),
        ("loose.wav", "lies in no class folder", 1),
    ]


def test_names_of_esc10_give_fold_and_recording(tmp_path):
    names = ("dog/1-100-A.ogg", "dog/1-100-B.ogg", "dog/2-100-A.ogg", "rain/5-7-C.ogg", "rain/3-8-A-10.wav")
    listing = list_events(str(touch(tmp_path, *names)))
    assert rows_of(listing) == [
        ("dog/1-100-A.ogg", "dog", "1", "1-100"),
        ("dog/1-100-B.ogg", "dog", "1", "1-100"),
        ("dog/2-100-A.ogg", "dog", "2", "2-100"),
        ("rain/3-8-A-10.wav", "rain", "3", "3-8"),
        ("rain/5-7-C.ogg", "rain", "5", "5-7"),
    ]
    assert listing.note == "ESC-10 layout."


def test_a_stray_name_among_esc10_names_has_no_fold_and_shows(tmp_path):
    listing = list_events(str(touch(tmp_path, "dog/1-100-A.ogg", "dog/2-101-A.ogg", "dog/mine.ogg")))
    assert [fold for _, _, fold, _ in rows_of(listing)] == ["1", "2", ""]


def test_a_few_names_of_that_form_mean_nothing(tmp_path):
    listing = list_events(str(touch(tmp_path, "dog/1-100-A.ogg", "dog/x.ogg")))
    assert [fold for _, _, fold, _ in rows_of(listing)] == ["", ""]
    assert listing.note == ""


def test_a_csv_with_paths_from_its_folder_and_columns_in_any_order(tmp_path):
    table = write_csv(
        tmp_path / "birds.csv",
        [
            ["label", "note", "path", "source", "fold"],
            ["owl", "x", "day/a.wav", "oak", "1"],
            ["jay", "", "b.wav", "", ""],
        ],
    )
    listing = list_events(str(table))
    assert rows_of(listing) == [("day/a.wav", "owl", "1", "oak"), ("b.wav", "jay", "", "")]
    assert (listing.name, listing.root) == ("birds", tmp_path)
    assert [row.where for row in listing.rows] == ["birds.csv line 2 (day/a.wav)", "birds.csv line 3 (b.wav)"]


def test_a_csv_without_fold_and_source(tmp_path):
    listing = list_events(str(write_csv(tmp_path / "a.csv", [["path", "label"], ["a.wav", "owl"]])))
    assert rows_of(listing) == [("a.wav", "owl", "", "")]


def test_an_esc50_checkout(tmp_path):
    rows = (
        ["filename", "fold", "target", "category", "esc10", "src_file", "take"],
        ["1-100032-A-0.wav", "1", "0", "dog", "True", "100032", "A"],
        ["5-9-B-10.wav", "5", "10", "rain", "True", "9", "B"],
    )
    write_csv(tmp_path / "ESC-50" / "meta" / "esc50.csv", rows)
    listing = list_events(str(tmp_path / "ESC-50"))
    assert rows_of(listing) == [("1-100032-A-0.wav", "dog", "1", "100032"), ("5-9-B-10.wav", "rain", "5", "9")]
    assert (listing.name, listing.root) == ("ESC-50", tmp_path / "ESC-50" / "audio")


def test_an_esc50_checkout_needs_its_folds_and_sources(tmp_path):
    write_csv(tmp_path / "meta" / "esc50.csv", [["filename", "category"]])
    with pytest.raises(DataError, match="lacks the columns fold, src_file"):
        list_events(str(tmp_path))


def write_urbansound(root, table="metadata/UrbanSound8K.csv", sounds="audio"):
    header = ["slice_file_name", "fsID", "start", "end", "salience", "fold", "classID", "class"]
    rows = [
        ["100-3-0-0.wav", 100, 0, 4, 1, 1, 3, "dog_bark"],
        ["200-9-0-1.wav", 200, 0, 4, 1, 10, 9, "music"],
    ]
    write_csv(root / table, [header, *rows])
    return touch(root, f"{sounds}/fold1/100-3-0-0.wav", f"{sounds}/fold10/200-9-0-1.wav")


@pytest.mark.parametrize("given", ["", "audio", "metadata", "metadata/UrbanSound8K.csv"])
def test_urbansound8k_wherever_it_is_pointed_at(tmp_path, given):
    listing = list_events(str(write_urbansound(tmp_path / "US8K") / given))
    assert rows_of(listing) == [
        ("fold1/100-3-0-0.wav", "dog_bark", "1", "100"),
        ("fold10/200-9-0-1.wav", "music", "10", "200"),
    ]
    assert (listing.name, listing.problems) == ("US8K", ())
    assert all(row.path.is_file() for row in listing.rows)


def test_urbansound8k_with_its_folds_beside_the_table(tmp_path):
    listing = list_events(str(write_urbansound(tmp_path, "UrbanSound8K.csv", ".")))
    assert [row.path for row in listing.rows] == [
        tmp_path / "fold1" / "100-3-0-0.wav",
        tmp_path / "fold10" / "200-9-0-1.wav",
    ]


def test_fsd50k_is_known_and_refused_with_what_to_do(tmp_path):
    root = touch(tmp_path, "FSD50K.ground_truth/dev.csv")
    with pytest.raises(DataError, match=r"is FSD50K, whose clips have several labels.*CSV path,label"):
        list_events(str(root))


def test_a_sound_is_no_corpus(tmp_path):
    with pytest.raises(DataError, match="is one sound; give --events a folder"):
        list_events(str(touch(tmp_path, "a.wav") / "a.wav"))


def test_a_column_of_folds_that_lacked_a_value_is_whole_all_the_same(tmp_path):
    table = write_csv(
        tmp_path / "a.csv", [["path", "label", "fold"], ["a.wav", "owl", "0.0"], ["b.wav", "jay", "2.0"]]
    )
    assert [fold for _, _, fold, _ in rows_of(list_events(str(table)))] == ["0", "2"]


def test_embedded_digits_are_words_by_voice():
    listing = list_events("digits")
    assert len(listing.rows) == 540
    assert rows_of(listing)[0] == ("zero_af_alloy_1.flac", "zero", "", "af_alloy")
    assert not listing.is_own


def test_a_corpus_that_is_not_there_says_what_could_be_given(tmp_path):
    with pytest.raises(DataError, match="no such folder or CSV; give --events one, or demo or digits"):
        list_events(str(tmp_path / "none"))


def write_tau(root):
    """A TAU 2019 mobile folder: one place heard by two devices, one file in neither part of the split."""
    heard = ["airport-oslo-0-0-a", "airport-oslo-0-0-b", "bus-oslo-7-1-a", "airport-lyon-1-9-a", "bus-lyon-8-2-c"]
    spare = "bus-milan-9-3-a"

    def rows(names, *columns):
        for name in names:
            scene, city, place, _, device = name.split("-")
            yield [f"audio/{name}.wav", scene, f"{city}-{place}", device][: len(columns)]

    def write(path, names, *columns):
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ["\t".join(row) for row in (columns, *rows(names, *columns))]
        path.write_text("\r\n".join(lines) + "\r\n")

    write(root / "meta.csv", [*heard, spare], "filename", "scene_label", "identifier", "source_label")
    write(root / "evaluation_setup" / "fold1_evaluate.csv", heard[:3], "filename", "scene_label")
    write(root / "evaluation_setup" / "fold1_train.csv", heard[3:], "filename", "scene_label")
    return root


def test_a_tau_folder_keeps_a_place_together(tmp_path):
    listing = list_events(str(write_tau(tmp_path / "TAU")))
    assert rows_of(listing) == [
        ("audio/airport-oslo-0-0-a.wav", "airport", "", "oslo-0"),
        ("audio/airport-oslo-0-0-b.wav", "airport", "", "oslo-0"),
        ("audio/bus-oslo-7-1-a.wav", "bus", "", "oslo-7"),
        ("audio/airport-lyon-1-9-a.wav", "airport", "", "lyon-1"),
        ("audio/bus-lyon-8-2-c.wav", "bus", "", "lyon-8"),
        ("audio/bus-milan-9-3-a.wav", "bus", "", "milan-9"),
    ]
    assert (listing.name, listing.is_own) == ("TAU", True)


def test_the_published_split_of_a_tau_folder(tmp_path):
    listing = list_events(str(write_tau(tmp_path / "TAU") / "evaluation_setup"))
    assert [(path, fold, source) for path, _, fold, source in rows_of(listing)] == [
        ("audio/airport-oslo-0-0-a.wav", "1", "oslo-0"),
        ("audio/airport-oslo-0-0-b.wav", "1", "oslo-0"),
        ("audio/bus-oslo-7-1-a.wav", "1", "oslo-7"),
        ("audio/airport-lyon-1-9-a.wav", "2", "lyon-1"),
        ("audio/bus-lyon-8-2-c.wav", "2", "lyon-8"),
    ]
    assert (listing.name, listing.root) == ("TAU", tmp_path / "TAU")
    assert "fold 1 is what the published split tests" in listing.note


def test_a_file_of_the_split_without_a_place_is_a_fault(tmp_path):
    root = write_tau(tmp_path / "TAU")
    lines = (root / "meta.csv").read_text().splitlines()
    (root / "meta.csv").write_text("\n".join(lines[:1] + lines[2:]) + "\n")
    faults = [row.fault for row in list_events(str(root / "evaluation_setup")).rows]
    assert faults == ["is not in meta.csv, so where it was recorded is unknown", None, None, None, None]


def test_a_tau_folder_needs_its_places(tmp_path):
    root = write_tau(tmp_path / "TAU")
    (root / "meta.csv").write_text("filename\tscene_label\naudio/a.wav\tbus\n")
    with pytest.raises(DataError, match="lacks the columns identifier"):
        list_events(str(root))
