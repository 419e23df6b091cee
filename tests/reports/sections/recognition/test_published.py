from tests.replaced import replaced

from lowsr_tradeoff.reports.sections.recognition import published
from lowsr_tradeoff.reports.wording import percent, points


def test_published_stands_beside_measured_in_table_and_lines(tradeoff):
    table = published.table(tradeoff)
    lines = published.published_lines(tradeoff)
    for one, row, line in zip(tradeoff.recognition.published, table.rows, lines, strict=True):
        assert row[2] == f"{100 * one.published:.1f} %"
        assert str(row[3]) == str(percent(one.measured))
        assert f"published {row[2]}, measured {row[3]}; {row[4]}; {one.source}" in line
    assert "-0.1 points; published lies inside the measured interval" in str(table.rows[0][4])
    assert "+30.0 points; published lies outside the measured interval" in str(table.rows[1][4])
    assert table.rows[2][4] == "nothing to compare"
    assert published.published_lines(replaced(tradeoff, {"recognition.published": ()})) == ()


def test_optimism_stands_with_both_accuracies(build):
    tradeoff = build(is_paper=True)
    table = published.optimism(tradeoff)
    assert table.rows
    for one, row in zip(tradeoff.recognition.optimism, table.rows, strict=True):
        shown = (percent(one.best_epoch), percent(one.last_epoch), points(one.difference))
        assert tuple(map(str, row[3:])) == tuple(map(str, shown))
