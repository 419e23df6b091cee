import pytest

from lowsr_tradeoff.power.devices import load_device
from lowsr_tradeoff.power.draws import sampler
from lowsr_tradeoff.power.microphone import microphone_mw


def test_analogue_microphone_draws_16_ua_at_1_v():
    draws = microphone_mw(load_device("stm32u385").microphone, sampler("stm32u385", 0, 100))
    assert draws[0] == pytest.approx(16e-6 * 1.0 * 1e3)


def test_microphone_held_by_another_figure_has_none_of_its_own():
    assert microphone_mw(load_device("phone_cpu").microphone, sampler("phone_cpu", 0, 100)) is None
