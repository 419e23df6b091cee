import numpy as np
import pytest

from lowsr_tradeoff.power.battery import battery_hours
from lowsr_tradeoff.power.devices import load_device
from lowsr_tradeoff.power.draws import sampler
from lowsr_tradeoff.settings import PowerSettings

U385 = load_device("stm32u385").supply
PHONE = load_device("phone_cpu").supply


def hours(power_mw, supply, **settings):
    return battery_hours(np.full(2001, power_mw), supply, PowerSettings(**settings), sampler("d", 0, 2000))


def test_hours_are_usable_energy_over_power():
    # 300 mAh x 3.7 V x 0.825 x 0.875 / 2 mW
    assert hours(2.0, U385, battery_mah=300, battery_v=3.7)[0] == pytest.approx(400.64, abs=0.01)


def test_loads_measured_at_the_battery_lose_nothing_in_a_regulator():
    assert hours(2.0, PHONE, battery_mah=300, battery_v=3.7)[0] == pytest.approx(457.875)


def test_a_battery_twice_as_big_lasts_twice_as_long_in_every_draw():
    assert hours(2.0, U385, battery_mah=600) == pytest.approx(2 * hours(2.0, U385, battery_mah=300))


def test_no_battery_gives_more_than_its_nominal_energy():
    leaky = U385.model_copy(
        update={"usable_share": U385.usable_share.model_copy(update={"value": 1.0, "spread": 2.0})}
    )
    assert (hours(1.0, leaky, battery_mah=100, battery_v=1.0) <= 100).all()
