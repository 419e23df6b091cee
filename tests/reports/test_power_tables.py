from lowsr_tradeoff.power.describe import sheet
from lowsr_tradeoff.power.devices import load_device
from lowsr_tradeoff.reports import power_tables


def test_every_source_of_every_device_is_told(tradeoff):
    rows = power_tables.sources(tradeoff).rows
    for device in {result.device for result in tradeoff.power}:
        told = [row[1:] for row in rows if row[0] == device]
        figures = sheet(load_device(device)).figures
        assert told == [(f.parameter, f.text, f.basis, f.source) for f in figures]


def test_an_error_says_what_was_wanted_and_whether_it_was_kept(tradeoff):
    table = power_tables.errors(tradeoff)
    assert len(table.rows) == len(tradeoff.power_errors)
    for row, error in zip(table.rows, tradeoff.power_errors, strict=True):
        if error.target is None:
            assert row[-1] == "for comparison"
        else:
            assert str(row[-1]).endswith("kept" if error.is_met else "missed")


def test_infeasible_results_have_no_peak_and_no_share(tradeoff):
    infeasible = [result for result in tradeoff.power if result.infeasible]
    assert infeasible
    assert power_tables.peaks(infeasible).rows == ()
    assert power_tables.dominant(infeasible).rows == ()
