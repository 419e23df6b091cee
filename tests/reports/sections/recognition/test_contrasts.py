import pytest
from tests.replaced import replaced

from lowsr_tradeoff.reports.certainty import chance
from lowsr_tradeoff.reports.sections.recognition import contrasts
from lowsr_tradeoff.reports.wording import percent


@pytest.mark.parametrize("is_declared", [True, False])
def test_every_difference_stands_with_its_tests(tradeoff, is_declared):
    table = contrasts.table(tradeoff, is_declared=is_declared)
    found = [contrast for contrast in tradeoff.recognition.contrasts if contrast.is_declared is is_declared]
    for contrast, row in zip(found, table.rows, strict=True):
        cells = dict(zip(table.columns, map(str, row), strict=True))
        assert cells["p"] == chance(contrast.p_value)
        assert cells["p, adjusted (Holm)"] == (chance(contrast.p_holm) if is_declared else "exploratory")
        assert (cells["p, t-test on folds"] == "folds do not differ") is (contrast.nb_p is None)
        chances = (cells["Better"], cells["Equal in practice"], cells["Worse"])
        assert chances == tuple(map(chance, (contrast.p_better, contrast.p_equivalent, contrast.p_worse)))
        assert cells["Smallest that could be shown"] == str(percent(contrast.detectable))


def test_the_smallest_difference_that_could_be_shown_is_said(tradeoff):
    declared = [contrast.detectable.value for contrast in tradeoff.recognition.contrasts if contrast.is_declared]
    caption = contrasts.caption(tradeoff)
    assert f"is {100 * min(declared):.1f} to {100 * max(declared):.1f} points, by rate and pair" in caption
    assert "24 differences of the paper's three arms" in caption
    assert "Equal in practice means within 1 point" in caption


def test_where_nothing_was_declared_everything_explores(tradeoff):
    explored = tuple(contrast for contrast in tradeoff.recognition.contrasts if not contrast.is_declared)
    caption = contrasts.caption(replaced(tradeoff, {"recognition.contrasts": explored}))
    assert caption == "No difference was declared beforehand: all of them explore."
