import numpy as np
import pytest

from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.model.parts import adc_mw
from lowsr_tradeoff.power.profiles.devices import load_device

SAR = load_device("stm32u385").adc
FLAT = load_device("nrf52840").adc
CODEC = load_device("phone_cpu").adc


@pytest.mark.parametrize(
    # AD7091 datasheet p. 14, at 3 V: 564 uW at 500 kSPS is printed; the others follow from 9.1 uA + 357.9 uA/MSPS.
    ("rate_hz", "power_uw"),
    [(500_000, 564), (16_000, 44.5), (8_000, 35.9), (2_000, 29.4), (500, 27.8)],
)
def test_sar_converter_draws_what_its_datasheet_says(rate_hz, power_uw):
    assert adc_mw(SAR, rate_hz, sampler("d", 0, 10))[0] == pytest.approx(power_uw * 1e-3, rel=0.005)


def test_sar_converter_draws_more_at_a_higher_rate_in_every_draw():
    low, high = (adc_mw(SAR, rate_hz, sampler("d", 0, 500)) for rate_hz in (500, 1000))
    assert (high > low).all()


def test_saadc_draws_1_24_ma_at_3_v_at_any_rate():
    slow, fast = (adc_mw(FLAT, rate_hz, sampler("d", 0, 500)) for rate_hz in (500, 16000))
    assert slow[0] == pytest.approx(1.24 * 3.0)
    assert np.array_equal(slow, fast)


def test_converter_held_by_another_figure_has_none_of_its_own():
    assert adc_mw(CODEC, 8000, sampler("d", 0, 10)) is None
