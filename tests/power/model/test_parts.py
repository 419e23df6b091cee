import pytest

from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.model.parts import microphone_mw
from lowsr_tradeoff.power.profiles.devices import load_device, load_microphone


def test_analogue_microphone_draws_16_ua_at_1_v():
    draws = microphone_mw(load_device("stm32u385").microphone, "normal", sampler("stm32u385", 0, 100))
    assert draws[0] == pytest.approx(16e-6 * 1.0 * 1e3)


def test_microphone_held_by_another_figure_has_none_of_its_own():
    assert microphone_mw(load_device("phone_cpu").microphone, None, sampler("phone_cpu", 0, 100)) is None


@pytest.mark.parametrize(
    # TDK T5818: 220 uA at 400 to 800 kHz, 590 uA at 2 to 3.3 MHz, taken at 1.8 V.
    ("mode", "power_mw"),
    [("low_power", 0.396), ("high_quality", 1.062)],
)
def test_digital_microphone_draws_by_its_mode(mode, power_mw):
    draws = microphone_mw(load_microphone("t5818"), mode, sampler("d", 0, 100))
    assert draws[0] == pytest.approx(power_mw)
