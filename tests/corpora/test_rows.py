"""Tables, paths and repetitions before any sound is read, and one message for all problems."""

import os
from pathlib import Path

import pytest

from lowsr_tradeoff.corpora.rows import (
    MOST_LISTED,
    CorpusRow,
    Problem,
    count_skipped,
    describe,
    path_fault,
    repeats,
    without_faults,
)
from lowsr_tradeoff.errors import DataError


def row(where, path="a.wav", annotation="dog"):
    return CorpusRow(where, Path(path), annotation, None)


def test_a_row_keeps_none_or_all_of_its_faults_and_counts_once():
    faults = [
        lambda r: "is bad" if r.annotation == "bad" else None,
        lambda r: "is long" if len(r.where) > 1 else None,
    ]
    kept, problems = without_faults([row("a"), row("b", annotation="bad"), row("cc", annotation="bad")], faults)
    assert [r.where for r in kept] == ["a"]
    assert [(p.where, p.reason, p.n_clips) for p in problems] == [
        ("b", "is bad", 1),
        ("cc", "is bad", 1),
        ("cc", "is long", 0),
    ]


def test_paths_inside_are_fine_also_through_links(tmp_path):
    (tmp_path / "a.wav").touch()
    (tmp_path / "b.wav").symlink_to(tmp_path / "a.wav")
    (tmp_path / "sub").mkdir()
    for name in ("a.wav", "b.wav", "sub/../a.wav", str(tmp_path / "a.wav")):
        assert path_fault(tmp_path, tmp_path / name) is None


def test_a_corpus_folder_that_is_a_link_itself_is_fine(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.wav").touch()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert path_fault(tmp_path / "link", tmp_path / "link" / "a.wav") is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../out.wav", "leads out of the corpus folder"),
        ("/etc/hostname", "leads out of the corpus folder"),
        ("/dev/zero", "leads out of the corpus folder"),
        ("link.wav", "leads out of the corpus folder"),
        ("linked/out.wav", "leads out of the corpus folder"),
        ("none.wav", "does not exist"),
        ("dangling.wav", "does not exist"),
        ("folder.wav", "is not a file"),
        ("pipe.wav", "is not a file"),
        ("", "is not a file"),
        ("loop.wav", "is no usable path"),
        ("zero\0.wav", "is no usable path"),
        ("not UTF-8 \udcff.wav", "cannot be named in a report: its name is not UTF-8; rename it"),
        ("long" * 100 + ".wav", "is no usable path"),
    ],
)
def test_a_path_that_is_no_file_inside_says_why(tmp_path, name, reason):
    root = tmp_path / "corpus"
    (root / "folder.wav").mkdir(parents=True)
    (tmp_path / "out.wav").touch()
    (root / "link.wav").symlink_to(tmp_path / "out.wav")
    (root / "linked").symlink_to(tmp_path)
    (root / "dangling.wav").symlink_to(root / "gone.wav")
    (root / "loop.wav").symlink_to(root / "loop.wav")
    os.mkfifo(root / "pipe.wav")
    assert path_fault(root, root / name).startswith(reason)


def test_the_first_of_equal_rows_stays_and_contradicting_ones_all_go():
    rows = [
        row("1"),
        row("2"),
        row("3", "b.wav"),
        row("4", "c.wav"),
        row("5", "c.wav", annotation="cat"),
        row("6", "d.wav"),
    ]
    assert repeats(rows, lambda r: r.path, "names the same file as") == {
        "2": "names the same file as 1",
        "4": "names the same file as 5, which says otherwise",
        "5": "names the same file as 4",
    }


def test_rows_without_a_key_repeat_nothing():
    assert repeats([row("1"), row("2")], lambda _: None, "is") == {}


EMPTY = Problem("a.wav", "is empty")
CLASS = Problem("class dog", "is too small", n_clips=4)
FATAL = Problem("classes", "fewer than two", n_clips=0, is_skippable=False)


def test_without_problems_nothing_is_left_out():
    assert count_skipped("x", [], skip_bad=False) == count_skipped("x", [], skip_bad=True) == 0


def test_all_problems_are_in_one_error_with_the_remedy():
    with pytest.raises(DataError) as error:
        count_skipped("birds", [EMPTY, CLASS], skip_bad=False)
    assert str(error.value).splitlines() == [
        "birds: 2 problems found, nothing has run",
        "  a.wav: is empty",
        "  class dog: is too small",
        "Mend them, or continue without them with --skip-bad",
    ]


def test_skipping_counts_the_clips_left_out():
    assert count_skipped("x", [EMPTY, CLASS], skip_bad=True) == 5


@pytest.mark.parametrize("skip_bad", [True, False])
def test_what_no_skipping_mends_raises_all_the_same_and_offers_none(skip_bad):
    with pytest.raises(DataError, match="fewer than two") as error:
        count_skipped("x", [EMPTY, FATAL], skip_bad=skip_bad)
    assert "a.wav" in str(error.value)
    assert "--skip-bad" not in str(error.value)


def test_many_of_one_reason_are_counted_and_do_not_bury_the_others():
    many = [Problem(f"{i}.wav", "is low") for i in range(MOST_LISTED + 30)]
    lines = describe("x", [*many, EMPTY]).splitlines()
    assert "  and 30 more: is low" in lines
    assert "  a.wav: is empty" in lines
    assert len(lines) == MOST_LISTED + 4
