from lowsr_tradeoff.reports.sections.power import errors


def test_an_error_says_what_was_wanted_and_whether_it_was_kept(tradeoff):
    table = errors.table(tradeoff)
    assert len(table.rows) == len(tradeoff.power.errors)
    for row, error in zip(table.rows, tradeoff.power.errors, strict=True):
        if error.target is None:
            assert row[-1] == "for comparison"
        else:
            assert str(row[-1]).endswith("kept" if error.is_met else "missed")
