import pytest
from tests.replaced import replaced

from lowsr_tradeoff.power.profiles.describe import sheet
from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.reports.sections.power import sensitivity, tables
from lowsr_tradeoff.reports.wording import hz


def test_a_converter_at_its_limit_draws_in_proportion_to_the_rate(tradeoff):
    rows = tables.bounds(tradeoff).rows
    rates_hz = sorted({result.rate_hz for result in tradeoff.power.results})
    assert [row[0] for row in rows] == [hz(rate_hz) for rate_hz in rates_hz]
    thermal_nw = [float(str(row[1]).split()[0]) for row in rows]
    # 8 k T 10^7 at 300 K is 0.331 nW per kHz.
    assert thermal_nw == pytest.approx([rate_hz * 3.31e-4 for rate_hz in rates_hz], rel=0.01)


def test_infeasible_results_have_no_peak_and_no_share(tradeoff):
    infeasible = tuple(result for result in tradeoff.power.results if result.infeasible)
    assert infeasible
    changed = replaced(tradeoff, {"power.results": infeasible})
    assert tables.peaks(changed).rows == ()
    assert sensitivity.table(changed).rows == sensitivity.in_two_parts(changed).rows == ()


def test_an_error_says_what_was_wanted_and_whether_it_was_kept(tradeoff):
    table = tables.errors(tradeoff)
    assert len(table.rows) == len(tradeoff.power.errors)
    for row, error in zip(table.rows, tradeoff.power.errors, strict=True):
        if error.target is None:
            assert row[-1] == "for comparison"
        else:
            assert ("kept" if error.is_met else "missed") in str(row[-1])
            assert error.accepted is None or str(row[-1]).endswith(f", accepted: {error.accepted}")


def test_every_source_of_every_device_is_told(tradeoff):
    rows = tables.sources(tradeoff).rows
    for device in {result.device for result in tradeoff.power.results}:
        told = [row[1:] for row in rows if row[0] == device]
        figures = sheet(load_device(device)).figures
        assert [row[:4] for row in told] == [(f.parameter, f.text, f.basis, f.source) for f in figures]
        assert all(row[4] == f.read.isoformat() for row, f in zip(told, figures, strict=True) if f.read)
        assert {row[4] for row, f in zip(told, figures, strict=True) if not f.read} <= {"no", "no page"}


def test_readings_that_entered_no_profile_stand_beside_what_the_model_says(tradeoff):
    shown = [row for error in tradeoff.power.errors for row in error.rows]
    rows = tables.held_out(tradeoff).rows
    assert [row[0] for row in rows] == [one.row for one in shown]
