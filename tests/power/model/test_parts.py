import numpy as np
import pytest

from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.model.parts import adc_mw, microphone_mw, radio_mw, regulator_mw, storage_mw
from lowsr_tradeoff.power.profiles.devices import load_device, load_part

U385, PHONE = load_device("stm32u385"), load_device("phone_cpu")
CARD = load_part("storage", "sd_card")


@pytest.fixture
def sample():
    return sampler("d", 0, 500)


@pytest.mark.parametrize(
    ("microphone", "mode", "power_mw"),
    [
        # ICS-40310: 16 uA at 1 V.
        ("ics40310", "normal", 0.016),
        # TDK T5818: 220 uA at 400 to 800 kHz, 590 uA at 2 to 3.3 MHz, taken at 1.8 V.
        ("t5818", "low_power", 0.396),
        ("t5818", "high_quality", 1.062),
    ],
)
def test_a_microphone_draws_current_times_voltage_of_its_mode(sample, microphone, mode, power_mw):
    assert microphone_mw(load_part("microphones", microphone), mode, sample)[0] == pytest.approx(power_mw)


def test_a_part_included_in_another_figure_has_none_of_its_own(sample):
    assert microphone_mw(PHONE.microphone, None, sample) is None
    assert adc_mw(PHONE.adc, 8000, 16, sample) is None
    # Its loads were measured at the battery.
    assert regulator_mw(np.ones(501), PHONE.supply, sample) is None


@pytest.mark.parametrize(
    # AD7091 datasheet p. 14, at 3 V: 564 uW at 500 kSPS is printed; the others follow from 9.1 uA + 357.9 uA/MSPS.
    ("rate_hz", "power_uw"),
    [(500_000, 564), (16_000, 44.5), (8_000, 35.9), (2_000, 29.4), (500, 27.8)],
)
def test_sar_converter_draws_what_its_datasheet_says(sample, rate_hz, power_uw):
    assert adc_mw(U385.adc, rate_hz, 16, sample)[0] == pytest.approx(power_uw * 1e-3, rel=0.005)


def test_sar_converter_draws_more_at_a_higher_rate_in_every_draw(sample):
    assert (adc_mw(U385.adc, 1000, 16, sample) > adc_mw(U385.adc, 500, 16, sample)).all()


def test_saadc_draws_1_24_ma_at_3_v_and_16_ksps(sample):
    slow, fast = (adc_mw(load_device("nrf52840").adc, rate_hz, 16, sample) for rate_hz in (500, 16000))
    assert fast[0] == pytest.approx(1.24 * 3.0)
    # What falls with the rate is assumed: between a twentieth and four fifths of it.
    assert 0.2 < np.quantile(slow / fast, 0.025) < 0.8 < np.quantile(slow / fast, 0.975) < 1


def test_a_converter_that_stops_at_fewer_bits_takes_as_much_less_energy(sample):
    twelve = U385.adc.sample_energy.model_copy(update={"value": 12.0, "unit": "bit", "spread": 1.0})
    sar = U385.adc.model_copy(update={"resolution": twelve})
    static_mw = sample("adc.static_power", sar.static_power)
    assert adc_mw(sar, 16000, 8, sample) - static_mw == pytest.approx(
        (adc_mw(sar, 16000, 12, sample) - static_mw) * 8 / 12
    )
    assert np.array_equal(adc_mw(sar, 16000, 16, sample), adc_mw(sar, 16000, 12, sample))
    assert np.array_equal(adc_mw(U385.adc, 16000, 8, sample), adc_mw(U385.adc, 16000, 16, sample))


@pytest.mark.parametrize(
    # 24 nJ per bit: 256 kbit/s take 6.2 mW, 32 kbit/s 0.77 mW; the connection itself 17 uW.
    ("sent_bits_per_s", "power_mw"),
    [(256_000, 6.161), (32_000, 0.785), (0, 0.0173)],
)
def test_radio_power_is_bits_times_their_energy_and_the_connection(sample, sent_bits_per_s, power_mw):
    radio = load_part("radios", "ble_nrf52840")
    assert radio_mw(radio, sent_bits_per_s, sample)[0] == pytest.approx(power_mw, abs=0.001)


@pytest.mark.parametrize(
    # AudioMoth: recording draws more than listening by 0.9, 4.5 and 9.5 mA at 16, 96 and 192 kHz, 16 bits, 3.3 V.
    ("rate_hz", "extra_ma"),
    [(16_000, 0.9), (96_000, 4.5), (192_000, 9.5)],
)
def test_writing_costs_what_audiomoth_recorders_draw_for_it(sample, rate_hz, extra_ma):
    writing = storage_mw(CARD, 16 * rate_hz, sample)[0] - storage_mw(CARD, 0, sample)[0]
    assert writing == pytest.approx(extra_ma * 3.3, rel=0.15)


def test_regulator_loss_and_load_are_load_over_efficiency_and_what_it_takes_itself(sample):
    lost = regulator_mw(np.full(501, 2.0), U385.supply, sample)
    assert 2.0 + lost[0] == pytest.approx(2.0 / 0.875 + 0.028)


def test_no_regulator_gives_more_than_it_takes(sample):
    eager = U385.supply.regulator_efficiency.model_copy(update={"value": 1.0, "spread": 2.0})
    supply = U385.supply.model_copy(update={"regulator_efficiency": eager, "quiescent_power": None})
    assert (regulator_mw(np.full(501, 2.0), supply, sample) >= 0).all()
