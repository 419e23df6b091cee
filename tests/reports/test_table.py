from lowsr_tradeoff.reports.table import Table, cross_table, table_lines, table_of
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
