import numpy as np
import pytest

from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.model.parts import regulator_mw
from lowsr_tradeoff.power.profiles.devices import load_device

U385 = load_device("stm32u385").supply


def test_loss_and_load_together_are_load_over_efficiency_and_what_it_takes_itself():
    lost = regulator_mw(np.full(11, 2.0), U385, sampler("d", 0, 10))
    assert 2.0 + lost[0] == pytest.approx(2.0 / 0.875 + 0.028)


def test_no_regulator_gives_more_than_it_takes():
    eager = U385.regulator_efficiency.model_copy(update={"value": 1.0, "spread": 2.0})
    supply = U385.model_copy(update={"regulator_efficiency": eager, "quiescent_power": None})
    assert (regulator_mw(np.full(501, 2.0), supply, sampler("d", 0, 500)) >= 0).all()


def test_loads_measured_at_the_battery_lose_nothing():
    assert regulator_mw(np.ones(11), load_device("phone_cpu").supply, sampler("d", 0, 10)) is None
