import pytest
from tests.power.costs import cost

from lowsr_tradeoff.power.model.feasible import ram_bytes, too_slow, why_infeasible
from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.settings.groups import PowerSettings

U385 = load_device("stm32u385")


def test_ram_holds_activations_a_frame_and_the_sound_that_waits():
    assert ram_bytes(U385, cost(), PowerSettings()) == 60_000 + 8 * 512 + 4 * 512
    # Two buffers of one second at 4 kHz and 16 bits.
    assert ram_bytes(U385, cost(), PowerSettings(capture="autonomous")) == 60_000 + 8 * 512 + 2 * 2 * 4000


@pytest.mark.parametrize(("weight_bytes", "fits"), [(1024 * 1024, True), (1024 * 1024 + 1, False)])
def test_weights_must_fit_into_flash_to_the_byte(weight_bytes, fits):
    assert (not list(why_infeasible(U385, cost(weight_bytes=weight_bytes), 16, PowerSettings()))) == fits


def test_activations_must_fit_into_ram_to_the_byte():
    # 512 points take 8 bytes each as complex floats, and two frames of samples wait.
    room = 256 * 1024 - 512 * 8 - 2 * 2 * 512
    assert not list(why_infeasible(U385, cost(activation_bytes=room), 16, PowerSettings()))
    (reason,) = why_infeasible(U385, cost(activation_bytes=room + 1), 16, PowerSettings())
    assert reason == "activations and sound take 257 KiB and there are 256 KiB of RAM"


def test_a_rate_above_the_codecs_is_not_offered():
    (reason,) = why_infeasible(load_device("phone_cpu"), cost(rate_hz=96000), 16, PowerSettings())
    assert reason == "phone codec offers no rate of 96000 Hz or above"


@pytest.mark.parametrize(("rate_hz", "fits"), [(48_000, True), (48_800, False)])
def test_a_radio_carries_no_more_than_its_throughput(rate_hz, fits):
    # 780 kbit/s are 48,750 samples of 16 bits.
    reasons = list(why_infeasible(U385, cost(rate_hz=rate_hz), 16, PowerSettings(radio="raw")))
    assert reasons == ([] if fits else ["ble_nrf52840 carries 780 kbit/s at most, not 781 kbit/s"])


def test_a_rate_that_must_be_decimated_needs_a_price_for_that():
    profile = load_device("nrf54l15")
    priceless = profile.model_copy(update={"core": profile.core.model_copy(update={"resample": None})})
    (reason,) = why_infeasible(priceless, cost(rate_hz=500), 16, PowerSettings())
    assert reason == "nRF54L15 PDM offers 8000 Hz, not 500 Hz, and no cost is known for decimating on Cortex-M33"
    assert not list(why_infeasible(priceless, cost(rate_hz=8000), 16, PowerSettings()))
    in_hardware = priceless.model_copy(update={"adc": profile.adc.model_copy(update={"decimated_by": "hardware"})})
    assert not list(why_infeasible(in_hardware, cost(rate_hz=500), 16, PowerSettings()))


@pytest.mark.parametrize(("value", "low", "told"), [(0.9, 0.5, 0), (1.5, 0.5, 1), (3.0, 2.0, 1)])
def test_slower_than_real_time_is_judged_by_the_central_value(value, low, told):
    factor = Measurement(value=value, low=low, high=4, n=10, n_of="draws")
    reasons = list(too_slow(factor))
    assert len(reasons) == told
    assert all(("not certain" in reason) == (low < 1) for reason in reasons)
