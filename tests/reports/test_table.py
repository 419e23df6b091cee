from lowsr_tradeoff.reports.table import Table, table_lines
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
