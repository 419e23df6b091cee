import numpy as np
import pytest

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.model.battery import HOURS_PER_MONTH, battery_hours, cold_share, parse_battery
from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.settings.groups import PowerSettings

U385 = load_device("stm32u385").supply


def hours(power_mw, supply=U385, **settings):
    return battery_hours(np.full(2001, power_mw), supply, PowerSettings(**settings), sampler("d", 0, 2000))


def test_hours_are_usable_energy_over_power_and_self_discharge():
    # 300 mAh x 3.7 V = 1110 mWh; 0.825 of it can be used; 1.4 % of 1110 mWh leak in 730.5 h, 21.3 uW.
    assert hours(2.0, battery_mah=300, battery_v=3.7)[0] == pytest.approx(1110 * 0.825 / (2.0 + 0.02127), rel=1e-4)


def test_a_battery_left_alone_empties_by_self_discharge():
    assert hours(0.0)[0] == pytest.approx(0.825 / 0.014 * HOURS_PER_MONTH)


def test_twice_the_battery_for_twice_the_power_lasts_as_long_in_every_draw():
    assert hours(2.0, battery_mah=600) == pytest.approx(hours(1.0, battery_mah=300))


def test_no_battery_gives_more_than_its_nominal_energy():
    leaky = U385.model_copy(
        update={"usable_share": U385.usable_share.model_copy(update={"value": 1.0, "spread": 2.0})}
    )
    assert (hours(1.0, leaky, battery_mah=100, battery_v=1.0) <= 100).all()


# kitzeslab/ARU_battery_longevity: alkaline, 3 to 10 % less at 3 C, 43 to 46 % less at -16 C; lithium unchanged.
@pytest.mark.parametrize(("temperature_c", "least", "most"), [(20, 1, 1), (3, 0.90, 0.97), (-16, 0.54, 0.57)])
def test_cold_takes_from_alkaline_what_was_measured(temperature_c, least, most):
    assert least <= cold_share(PowerSettings(chemistry="alkaline", temperature_c=temperature_c)) <= most
    assert cold_share(PowerSettings(temperature_c=temperature_c)) == 1


@pytest.mark.parametrize("text", ["300", "300mAh", "3.7V", "300mAh 3.7V", "300mWh@3.7V", "mAh@V", "1.2.3Ah@3V"])
def test_a_battery_without_its_units_is_refused(text):
    with pytest.raises(ConfigError, match="write charge and voltage with their units"):
        parse_battery(text)


@pytest.mark.parametrize("text", ["0mAh@3.7V", "300mAh@0V"])
def test_an_empty_battery_is_refused(text):
    with pytest.raises(ConfigError, match="must be above zero"):
        parse_battery(text)
