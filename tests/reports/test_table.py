from lowsr_tradeoff.reports.table import MOST_COLUMNS, Table, cross_table, table_lines, table_of
from lowsr_tradeoff.reports.wording import Shown


def test_a_table_has_one_line_a_row_and_a_rule_below_its_heads():
    table = Table("Caption", ("a", "b"), (("x", Shown("1.0 %", "[0.5, 1.5], n = 4 clips")), ("y|z", "2")))
    assert table_lines(table) == (
        "| a | b |",
        "| --- | --- |",
        "| x | 1.0 % [0.5, 1.5], n = 4 clips |",
        "| y/z | 2 |",
    )
    assert table_lines(Table("Caption", ("a",), ())) == ("Nothing to show.",)


def test_records_are_rows_and_each_heading_stands_above_its_cells():
    table = table_of("Caption", [1, 2], [("number", str), ("square", lambda n: str(n * n))], n_heads=2)
    assert table == Table("Caption", ("number", "square"), (("1", "1"), ("2", "4")), n_heads=2)


def test_crossed_cells_stand_below_their_column_and_gaps_are_named():
    cells = [(("a", "x"), 2, "a2"), (("b", "y"), 1, "b1"), (("a", "x"), 1, "a1")]
    table = cross_table("Caption", ("first", "second"), {1: "one", 2: "two"}, cells, "none")
    assert table.columns == ("first", "second", "one", "two")
    assert table.rows == (("a", "x", "a1", "a2"), ("b", "y", "b1", "none"))
    assert table.n_heads == 2


def test_a_table_too_wide_for_a_screen_comes_in_parts_with_its_heads_repeated():
    columns = ("rate", "arm", *map(str, range(15)), "source")
    row = (
        "1 kHz",
        "raw",
        *(f"c{at}" for at in range(15)),
        "a sentence that is far too long to stand in a cell beside others",
    )
    parts = Table("Caption", columns, (row,), n_heads=2).parts()
    assert [part.columns[:2] for part in parts] == [("rate", "arm")] * 3
    assert all(len(part.columns) - len(part.prose) <= MOST_COLUMNS for part in parts)
    assert [cell for part in parts for cell in part.rows[0][2:]] == list(row[2:])
    assert [part.caption for part in parts] == [f"Caption, part {at} of 3" for at in (1, 2, 3)]
    narrow = Table("Caption", ("a", "b"), (("1", "2"),))
    assert narrow.parts() == (narrow,)
    assert narrow.prose == frozenset()
