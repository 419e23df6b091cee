"""One message says everything, and skipping counts what it leaves out."""

import pytest

from lowsr_tradeoff.corpora.rows import LISTED, Problem, describe, settle
from lowsr_tradeoff.errors import DataError

EMPTY = Problem("a.wav", "is empty")
CLASS = Problem("class dog", "is too small", n_clips=4)
FATAL = Problem("classes", "fewer than two", n_clips=0, is_mendable=False)


def test_without_problems_nothing_is_left_out():
    assert settle("x", [], skip_bad=False) == settle("x", [], skip_bad=True) == 0


def test_all_problems_are_in_one_error_with_the_remedy():
    with pytest.raises(DataError) as error:
        settle("birds", [EMPTY, CLASS], skip_bad=False)
    assert str(error.value).splitlines() == [
        "birds: 2 problems found, nothing has run",
        "  a.wav: is empty",
        "  class dog: is too small",
        "Mend them, or continue without them with --skip-bad",
    ]


def test_skipping_counts_the_clips_left_out():
    assert settle("x", [EMPTY, CLASS], skip_bad=True) == 5


@pytest.mark.parametrize("skip_bad", [True, False])
def test_what_no_skipping_mends_raises_all_the_same_and_offers_none(skip_bad):
    with pytest.raises(DataError, match="fewer than two") as error:
        settle("x", [EMPTY, FATAL], skip_bad=skip_bad)
    assert "a.wav" in str(error.value)
    assert "--skip-bad" not in str(error.value)


def test_many_of_one_reason_are_counted_and_do_not_bury_the_others():
    many = [Problem(f"{i}.wav", "is low") for i in range(LISTED + 30)]
    lines = describe("x", [*many, EMPTY], is_mendable=True).splitlines()
    assert "  and 30 more: is low" in lines
    assert "  a.wav: is empty" in lines
    assert len(lines) == LISTED + 4
