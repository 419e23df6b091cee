import pytest

from lowsr_tradeoff.reports.sections.power import bounds


def test_a_converter_at_its_limit_draws_in_proportion_to_the_rate(tradeoff):
    rows = bounds.table(tradeoff).rows
    rates_hz = [float(str(row[0]).split()[0]) for row in rows]
    thermal_nw = [float(str(row[1]).split()[0]) for row in rows]
    # 8 k T 10^7 at 300 K is 0.331 nW per kHz.
    assert thermal_nw == pytest.approx([rate_hz * 3.31e-4 for rate_hz in rates_hz], rel=0.01)
