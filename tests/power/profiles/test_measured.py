import pytest
from tests.power.costs import cost

from lowsr_tradeoff.errors import ConfigError, MissingResourceError
from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.power.profiles.measured import host_profile, traced_profile
from lowsr_tradeoff.power.stage import estimate
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.power import InferenceEnergy, TracePower
from lowsr_tradeoff.settings.groups import PowerSettings

COST = cost(rate_hz=2000, window_s=5.0, macs={"conv": 2_000_000}, frames=10)


def measured(value, unit):
    return Measurement(value=value, low=value / 1.05, high=value * 1.05, n=5, n_of="rounds", unit=unit)


def trace(mean_mw):
    return TracePower(
        file="field.csv",
        sha256="ab" * 32,
        mean_mw=measured(mean_mw, "mW"),
        peak_mw=measured(2 * mean_mw, "mW"),
        duration_s=60,
        n_samples=6000,
    )


def energy():
    return InferenceEnergy(
        model="net",
        counter="package-0",
        energy_uj=measured(200e3, "uJ"),
        busy_mw=measured(30e3, "mW"),
        idle_mw=measured(10e3, "mW"),
        duration_s=measured(0.01, "s"),
        cpu_s=measured(0.01, "s"),
    )


def results(profile, **power):
    (result,) = estimate(profile, (COST,), PowerSettings(**power), 0, 200)
    return result, {part.name: part.power_mw for part in result.components}


def test_a_capture_trace_stands_for_microphone_converter_and_waiting():
    base = load_device("stm32u385")
    profile = traced_profile(base, trace(3.0), "capture")
    assert (profile.core.transfer, profile.core.wake) == (None, None)
    _, modelled = results(base)
    _, parts = results(profile)
    assert parts["microphone"].value is None
    assert parts["adc"].value is None
    assert parts["idle"].value == pytest.approx(3.0)
    assert parts["inference"].value == pytest.approx(modelled["inference"].value)
    assert (profile.idle.power.basis, profile.name) == ("measured", "stm32u385-measured")
    assert "field.csv" in profile.idle.power.source


def test_the_interval_of_the_trace_becomes_the_spread():
    figure = traced_profile(load_device("stm32u385"), trace(3.0), "sleep").sleep.power
    assert (figure.value, figure.unit, figure.basis) == (3.0, "mW", "measured")
    assert figure.spread == pytest.approx(1.05)


def test_a_computing_trace_scales_what_computing_takes():
    base = load_device("stm32u385")
    _, modelled = results(base)
    _, parts = results(traced_profile(base, trace(2 * base.core.point.active_power.value), "computing"))
    assert parts["inference"].value == pytest.approx(2 * modelled["inference"].value)


def test_a_core_without_a_clock_has_no_power_to_replace():
    with pytest.raises(ConfigError, match="phone_cpu"):
        traced_profile(load_device("phone_cpu"), trace(3.0), "computing")


def test_this_machine_as_a_device_gives_back_what_was_measured():
    profile = host_profile(load_device("stm32u385"), energy(), COST.macs, measured(0.5, "ns"))
    result, parts = results(profile, hop_s=5.0)
    # 10 ms of every 5 s at 30 W, as measured; microphone and converter are the base's.
    assert parts["inference"].value == pytest.approx(30e3 * 0.01 / 5, rel=1e-6)
    assert parts["idle"].value == pytest.approx(10e3, rel=0.01)
    assert result.real_time_factor.value == pytest.approx(0.002, rel=0.05)
    assert profile.core.mac["conv"].basis == "measured"


def test_nothing_measured_is_no_device():
    blind = energy().model_copy(update={"energy_uj": missing("no counter: none here", "rounds", "uJ")})
    with pytest.raises(MissingResourceError, match="no counter"):
        host_profile(load_device("stm32u385"), blind, COST.macs, measured(0.5, "ns"))


def test_a_base_without_a_microphone_of_its_own_is_refused():
    with pytest.raises(ConfigError, match="for example stm32u575"):
        host_profile(load_device("phone_cpu"), energy(), COST.macs, measured(0.5, "ns"))


def test_a_trace_that_may_be_zero_is_refused():
    vague = trace(3.0)
    vague = vague.model_copy(update={"mean_mw": vague.mean_mw.model_copy(update={"low": -0.1})})
    with pytest.raises(ConfigError, match="measure for longer"):
        traced_profile(load_device("stm32u385"), vague, "sleep")
