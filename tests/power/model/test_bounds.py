import math

import pytest

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.model.bounds import converter_bounds, schreier_nw, thermal_nw, walden_nw


def test_the_thermal_limit_is_a_schreier_figure_of_merit():
    merit_db = 10 * math.log10(1 / (16 * 1.380649e-23 * 300))
    assert merit_db == pytest.approx(191.8, abs=0.05)
    assert schreier_nw(8000, 75, merit_db) == pytest.approx(thermal_nw(8000, 75))


def test_a_published_converter_has_its_published_figure_of_merit():
    # ISSCC 2025, 18.1: 139 uW, 120.6 dB, 2 kHz, 189.2 dB.
    assert schreier_nw(2000, 120.6, 189.2) == pytest.approx(139e3, rel=0.02)
    # VLSI 2019, 7.4: 38 nW, 56 dB, 200 kHz, 0.354 fJ.
    assert walden_nw(200e3, 56, 0.354) == pytest.approx(38, rel=0.05)


def test_bounds_fall_with_the_rate_and_thermal_noise_lies_below_all():
    for rate_hz in (500, 2000, 16000):
        bounds = converter_bounds(rate_hz, 70)
        assert [b.power_nw.value for b in converter_bounds(2 * rate_hz, 70)] == pytest.approx(
            [2 * b.power_nw.value for b in bounds]
        )
        values = {b.name: b.power_nw.value for b in bounds}
        assert min(values, key=values.get) == "thermal noise"
        assert values["best Schreier figure of merit"] < values["median Schreier figure of merit"]
        assert values["best Walden figure of merit"] < values["median Walden figure of merit"]


@pytest.mark.parametrize(("rate_hz", "sndr_db"), [(0, 70), (-1, 70), (1000, 0), (math.nan, 70)])
def test_nonsense_is_refused(rate_hz, sndr_db):
    with pytest.raises(ConfigError, match="above 0"):
        converter_bounds(rate_hz, sndr_db)
