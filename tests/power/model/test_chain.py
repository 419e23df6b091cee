import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.power.costs import cost

from lowsr_tradeoff.power.model.chain import COMPUTING, average_mw, awake_mw, peak_mw, total_mw, work
from lowsr_tradeoff.power.model.clocking import clocking_of
from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.profiles.devices import list_profiles, load_device, load_part
from lowsr_tradeoff.power.profiles.parts import Microphone
from lowsr_tradeoff.settings.groups import PowerSettings

N_DRAWS = 200
DEVICES = list_profiles("devices")


def average_and_peak(device, model_cost, **power):
    profile = load_device(device) if isinstance(device, str) else device
    sample, chosen = sampler(profile.name, 0, N_DRAWS), PowerSettings(**power)
    clocking = clocking_of(profile, model_cost.rate_hz)
    done = work(profile, model_cost, clocking, chosen, sample)
    awake = awake_mw(profile, clocking, done, chosen, sample)
    average = average_mw(profile, model_cost, 16, awake, chosen, sample)
    return average, peak_mw(profile, awake, average, chosen, sample), done.busy_share


def draws(device, model_cost, **power):
    return average_and_peak(device, model_cost, **power)[0]


def test_rates_of_one_device_are_compared_draw_by_draw():
    rates_hz = (500, 16000)
    low, high = (total_mw(draws("stm32u385", cost(rate_hz=f, model_rate_hz=f, grid="native"))) for f in rates_hz)
    # The intervals overlap almost wholly; the difference is positive all the same.
    assert np.quantile(low[1:], 0.975) > np.quantile(high[1:], 0.025)
    assert (high > low).all()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(DEVICES),
    st.integers(0, 200_000_000),
    st.integers(1, 200_000_000),
    st.sampled_from(["conv", "depthwise", "linear"]),
)
def test_power_is_monotone_in_multiply_accumulates_in_every_draw(device, n_macs, more, operator):
    few, many = (
        total_mw(draws(device, cost(macs={"conv": 1_000, "linear": 1_000, operator: n})))
        for n in (n_macs, n_macs + more)
    )
    assert (many >= few * (1 - 1e-12)).all()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([name for name in DEVICES if load_device(name).radio]),
    st.integers(100, 15_000),
    st.integers(1, 1_000),
    st.sampled_from(["none", "labels", "adpcm", "raw"]),
)
def test_what_is_sent_or_written_never_falls_with_the_rate(device, rate_hz, more, payload):
    low, high = (draws(device, cost(rate_hz=f), radio=payload, storage=payload) for f in (rate_hz, rate_hz + more))
    for name in {"radio", "storage"} & set(low):
        assert (high[name] >= low[name]).all()


def test_raw_sound_by_radio_costs_what_the_bits_cost():
    low, high = (draws("nrf52840", cost(rate_hz=f), radio="raw")["radio"][0] for f in (2000, 16000))
    # 24 nJ/bit x 16 bit x 16 kHz = 6.14 mW, and 16.6 uW for the connection.
    assert high == pytest.approx(6.144 + 0.0166)
    assert (high - 0.0166) / (low - 0.0166) == pytest.approx(8)


@pytest.mark.parametrize(("listen_s", "every_s"), [(1, 10), (30, 60), (5, 5)])
def test_listening_part_of_the_time_is_a_mean_of_awake_and_asleep(listen_s, every_s):
    share = listen_s / every_s
    always, part = draws("stm32u385", cost()), draws("stm32u385", cost(), listen_s=listen_s, every_s=every_s)
    for name in ("microphone", "adc", "front_end", "inference", "idle"):
        assert part[name] == pytest.approx(share * always[name])
    assert part["sleep"][0] == pytest.approx(0.0036 * (1 - share))
    if share < 1:
        assert (total_mw(part) < total_mw(always)).all()


def test_waking_by_sound_keeps_the_microphone_listening():
    profile = load_device("stm32u385").model_copy(update={"microphone": load_part("microphones", "vm1010")})
    # 4.2 uA at 1.8 V beside 3.6 uW asleep, 90 % of the time.
    expected = 0.9 * (0.0036 + 4.2 * 1.8e-3)
    assert draws(profile, cost(), wake_share=0.1)["sleep"][0] == pytest.approx(expected)


def test_autonomous_capture_stops_the_core_between_buffers():
    awake, stopped = draws("stm32u385", cost()), draws("stm32u385", cost(), capture="autonomous")
    stays_on = load_device("stm32u385").autonomous.stays_on
    assert sum(power.value for power in stays_on.values()) < stopped["idle"][0] < awake["idle"][0] / 10
    assert stopped["inference"] == pytest.approx(awake["inference"])
    # One wake-up a buffer of 1 s, for 50 frames a second while it waits awake.
    assert stopped["transfer"][0] == pytest.approx(awake["transfer"][0] / 50)


def test_sound_below_the_rate_of_the_features_is_restored_to_it():
    restored, native = draws("stm32u385", cost()), draws("stm32u385", cost(rate_hz=16000))
    # 40 cycles for each of 16000 samples a second at 5.4 mW / 96 MHz.
    assert restored["upsampling"][0] == pytest.approx(40 * 16000 * 5.4 / 96e6)
    assert "upsampling" not in native


@pytest.mark.parametrize("rate_hz", [500, 8000, 12000, 16000])
def test_the_processor_decimates_only_what_the_part_samples_too_fast(rate_hz):
    parts = draws("nrf54l15", cost(rate_hz=rate_hz))
    adc_rate_hz = clocking_of(load_device("nrf54l15"), rate_hz).adc_rate_hz
    assert ("decimator" in parts) == (adc_rate_hz > rate_hz)
    if "decimator" in parts:
        # 40 cycles a sample at 7.8 mW / 128 MHz.
        assert parts["decimator"][0] == pytest.approx(40 * adc_rate_hz * 7.8 / 128e6)


@pytest.mark.parametrize("device", DEVICES)
def test_a_core_that_cannot_keep_up_computes_all_the_time(device):
    parts, peaks, busy_share = average_and_peak(device, cost(macs={"conv": 10**13}))
    if busy_share is not None:
        assert (busy_share > 1).all()
        computing = sum(parts[name] for name in COMPUTING if name in parts)
        assert computing == pytest.approx(peaks["inference"])
        # A microphone that the figure includes goes on while the core computes.
        stops = isinstance(load_device(device).microphone, Microphone)
        assert parts["idle"] is None or not stops or parts["idle"] == pytest.approx(0)


def test_a_part_that_works_peaks_at_its_own_figure():
    _, peaks, _ = average_and_peak("nrf52840", cost(), radio="labels", storage="labels")
    assert [peaks[name][0] for name in ("front_end", "inference", "radio", "storage")] == [9.9, 9.9, 19.2, 124]
