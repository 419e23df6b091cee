from lowsr_tradeoff.reports.sections.power import costs


def test_operations_are_those_of_the_trained_network(tradeoff):
    (row,) = (row for row in costs.table(tradeoff).rows if row[:2] == ("16000 Hz", "shared"))
    assert "6.90 million" in row
    assert "97.7 KiB" in row
