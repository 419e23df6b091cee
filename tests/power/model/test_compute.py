import math

import numpy as np
import pytest
from tests.power.costs import cost

from lowsr_tradeoff.power.model.compute import (
    active_mw,
    can_encode,
    duration_s,
    encoding_work,
    energy_uj,
    front_end_work,
    inference_work,
    why_no_cost,
)
from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.profiles.devices import load_device

# MLPerf Tiny v1.3 results (mlcommons/tiny_results_v1.3, Apache-2.0), STMicroelectronics, closed division:
# device, multiply-accumulates by operator, latency in ms, energy in uJ.
PUBLISHED = [
    ("stm32u385", "ad", {"linear": 264_192}, 5.4098, 31.8347),
    ("stm32u385", "ic", {"conv": 12_500_992, "linear": 640}, 182.4485, 965.5817),
    ("stm32u385", "kws", {"conv": 2_368_000, "depthwise": 288_000, "linear": 768}, 48.3022, 245.3412),
    ("stm32u385", "vww", {"conv": 6_690_816, "depthwise": 798_336, "linear": 512}, 98.7362, 518.9761),
    ("stm32u575", "ad", {"linear": 264_192}, 3.2095, 77.2364),
    ("stm32u575", "ic", {"conv": 12_500_992, "linear": 640}, 109.4930, 2565.2442),
    ("stm32u575", "kws", {"conv": 2_368_000, "depthwise": 288_000, "linear": 768}, 28.9948, 664.4239),
    ("stm32u575", "vww", {"conv": 6_690_816, "depthwise": 798_336, "linear": 512}, 59.2663, 1372.1684),
]


@pytest.mark.parametrize(("device", "benchmark", "macs", "ms", "uj"), PUBLISHED)
def test_inference_matches_published_energy_and_latency_within_half(device, benchmark, macs, ms, uj):
    core, sample = load_device(device).core, sampler(device, 0, 2000)
    work = inference_work(core, macs, sample)
    energy, latency = energy_uj(core, work, sample), duration_s(core, work, sample)
    assert abs(math.log(energy[0] / uj)) < math.log(1.5)
    assert abs(math.log(latency[0] * 1e3 / ms)) < math.log(1.5)
    low, high = np.quantile(energy[1:], [0.025, 0.975])
    assert low < uj < high


def test_front_end_is_frames_of_spectrum_and_mel_bank():
    core, sample = load_device("stm32u385").core, sampler("d", 0, 10)
    by_hand = 100 * (core.fft.value * 512 * 9 + core.mel.value * 500)
    assert front_end_work(core, cost(), 2.0, sample)[0] == pytest.approx(by_hand)


@pytest.mark.parametrize(("hop_s", "share"), [(2.0, 1.0), (0.5, 0.25), (10.0, 1.0)])
def test_overlapping_windows_share_their_frames(hop_s, share):
    core, sample = load_device("stm32u385").core, sampler("d", 0, 10)
    whole = front_end_work(core, cost(), 2.0, sample)
    assert front_end_work(core, cost(), hop_s, sample) == pytest.approx(share * whole)


def test_clocked_core_turns_cycles_into_time_and_energy():
    core, sample = load_device("stm32u385").core, sampler("d", 0, 500)
    work = np.full(501, 96e6)
    assert duration_s(core, work, sample)[0] == pytest.approx(1.0)
    # A second of computing at the active power: 1 mW for 1 s is 1000 uJ.
    assert energy_uj(core, work, sample) == pytest.approx(1000 * active_mw(core, sample))


def test_metered_core_has_energy_and_no_speed():
    core, sample = load_device("phone_cpu").core, sampler("d", 0, 10)
    work = inference_work(core, {"conv": 1_000_000}, sample)
    assert energy_uj(core, work, sample)[0] == pytest.approx(150.0)
    assert duration_s(core, work, sample) is None


def test_operators_without_a_cost_are_named():
    core = load_device("stm32u385").core
    reason = "no cost is known for attention, lstm on Cortex-M33"
    assert why_no_cost(core, {"conv": 1, "lstm": 1, "attention": 2}) == reason
    assert why_no_cost(core, {"conv": 1}) is None


def test_opus_codes_at_least_8_khz_and_the_rest_is_restored():
    core, sample = load_device("nrf52840").core, sampler("d", 0, 10)
    slow, fast = (encoding_work(core, rate_hz, sample)[0] for rate_hz in (1000, 16000))
    assert fast == pytest.approx(core.opus.value * 16000)
    assert slow == pytest.approx((core.opus.value + core.resample.value) * 8000)


def test_no_cost_of_encoding_is_invented():
    phone, sample = load_device("phone_cpu").core, sampler("d", 0, 10)
    assert not can_encode(phone)
    with pytest.raises(ValueError, match="encoding Opus on phone CPU"):
        encoding_work(phone, 16000, sample)
