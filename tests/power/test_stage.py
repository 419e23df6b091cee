import numpy as np
import pytest
from tests.power.costs import cost

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.profiles.devices import list_profiles, load_device
from lowsr_tradeoff.power.stage import estimate, evaluate
from lowsr_tradeoff.settings.groups import PowerSettings
from lowsr_tradeoff.settings.study import StudyConfig

MICROCONTROLLERS = ("stm32u385", "stm32u575", "nrf52840")
N_DRAWS = 500
every_device = pytest.mark.parametrize("device", list_profiles("devices"))


def native_cost(rate_hz):
    """A layout for rate/2: points, bands and the network shrink with the rate."""
    share = rate_hz / 16000
    return cost(
        rate_hz=rate_hz,
        grid="native",
        model_rate_hz=rate_hz,
        fft_size=round(512 * share),
        mel_nonzeros=round(500 * share),
        macs={"conv": round(2_800_000 * share), "linear": 1_280},
    )


def on(device, model_cost, reference=None, **power):
    profile = load_device(device) if isinstance(device, str) else device
    (result,) = estimate(profile, [model_cost], PowerSettings(**power), 0, N_DRAWS, reference)
    return result


def study(*devices, n_draws=N_DRAWS, seed=0, **power):
    return StudyConfig(power=PowerSettings(devices=devices, **power), n_resamples=n_draws, seed=seed)


def parts(result):
    return {component.name: component.power_mw for component in result.components}


@every_device
@pytest.mark.parametrize(
    "power",
    [{}, {"radio": "raw", "storage": "labels"}, {"listen_s": 5, "every_s": 60}],
    ids=["plain", "hand_on", "duty"],
)
def test_components_sum_to_the_total(device, power):
    result = on(device, cost(), **power)
    if result.infeasible:
        assert result.power_mw.value is None
        return
    values = [m.value for m in parts(result).values() if m.value is not None]
    assert result.power_mw.value == pytest.approx(sum(values))


@every_device
def test_every_component_is_there_with_a_figure_or_a_reason(device):
    result, profile = on(device, cost()), load_device(device)
    components = parts(result)
    expected = [
        *("microphone", "adc"),
        *(["transfer"] if profile.core.transfer or profile.core.wake else []),
        *(["decimator"] if result.is_decimated and profile.adc.decimated_by == "software" else []),
        *(["upsampling"] if profile.core.resample else []),
        *("front_end", "inference", "idle", "regulator"),
    ]
    assert list(components) == expected
    absent = {name for name, m in components.items() if m.value is None}
    included = {name for name, other in profile.included_in().items() if other}
    assert absent - {"regulator"} == included
    assert all("counted in the figure of" in components[name].reason for name in included)


@every_device
def test_no_part_peaks_below_its_average(device):
    result = on(device, cost(), radio="labels") if load_device(device).radio else on(device, cost())
    for component in result.components:
        if component.peak_mw.value is not None:
            assert component.peak_mw.value >= component.power_mw.value * (1 - 1e-9), component.name
    if result.peak_mw.value is not None:
        assert result.peak_mw.value > result.power_mw.value
        assert result.peak_mw.low > result.power_mw.low


@every_device
def test_on_the_shared_grid_what_hears_feels_the_rate_and_restoring_is_billed(device):
    results = [parts(on(device, cost(rate_hz=rate_hz))) for rate_hz in (500, 1000, 4000, 16000)]
    for name in ("front_end", "inference"):
        assert len({result[name] for result in results}) == 1
    for name in ("microphone", "adc"):
        powers = [result[name].value for result in results]
        assert None in powers or powers == sorted(powers)
    assert "upsampling" not in results[-1]
    if load_device(device).core.resample:
        assert len({result["upsampling"] for result in results[:-1]}) == 1


@every_device
def test_on_the_native_grid_compute_falls_with_the_rate(device):
    results = [on(device, native_cost(rate_hz)) for rate_hz in (500, 1000, 4000, 16000)]
    for name in ("front_end", "inference"):
        powers = [parts(result)[name].value for result in results]
        assert powers == sorted(set(powers))
    totals = [result.power_mw.value for result in results if not result.is_decimated]
    assert totals == sorted(set(totals))


@every_device
def test_a_shorter_hop_costs_more(device):
    powers = [on(device, cost(), hop_s=hop_s).power_mw.value for hop_s in (2.0, 1.0, 0.5)]
    assert powers == sorted(set(powers))


def test_joint_draws_are_those_of_the_intervals_and_keep_what_two_rates_share():
    device = load_device(list_profiles("devices")[0])
    costs = [cost(), cost(rate_hz=4000, model_rate_hz=4000)]
    one, other = estimate(device, costs, PowerSettings(), 0, 2000)
    for measured, draws in (
        (one.power_mw, one.power_mw_draws),
        (one.battery_hours, one.battery_hours_draws),
    ):
        inside = np.mean([measured.low <= draw <= measured.high for draw in draws])
        assert (len(draws), inside) == (500, pytest.approx(0.95, abs=0.03))
    assert np.corrcoef(one.power_mw_draws, other.power_mw_draws)[0, 1] > 0.5
    assert np.corrcoef(one.power_mw_draws, one.battery_hours_draws)[0, 1] < -0.7


@every_device
def test_a_battery_twice_as_big_lasts_twice_as_long(device):
    # Self-discharge grows with the battery: 1.4 % of 300 mAh a month are 21 uW beside at least 0.8 mW.
    small, big = (on(device, cost(), battery_mah=mah).battery_hours for mah in (300, 600))
    assert (big.value, big.low, big.high) == pytest.approx(
        (2 * small.value, 2 * small.low, 2 * small.high), rel=0.05
    )


# Streaming wake word of MLPerf Tiny v1.3: 1D DS-CNN of 826,368 MAC and one 1024-point frame, 40 mel, every 32 ms;
# I2S audio in, no microphone or converter on the board.
@pytest.mark.parametrize(
    ("device", "clock_mhz", "average_mw"),
    [
        ("stm32u385", 96, 3.975),
        ("stm32l4r5", 120, 25.62),
        ("stm32h7a3", 280, 30.45),
    ],
)
def test_streaming_wake_word_is_near_what_was_measured(device, clock_mhz, average_mw):
    wake_word = cost(
        window_s=0.032, frames=1, fft_size=1024, mel_bands=40, mel_nonzeros=1000, macs={"conv": 826_368}
    )
    profile = load_device(device)
    only = {"clocks": {f"{clock_mhz}MHz": profile.core.clocks[f"{clock_mhz}MHz"]}}
    result = on(profile.model_copy(update={"core": profile.core.model_copy(update=only)}), wake_word)
    modelled = sum(parts(result)[name].value for name in ("front_end", "inference", "idle"))
    assert modelled == pytest.approx(average_mw, rel=0.2)


# Kong et al., PANNs, IEEE/ACM TASLP 28, 2020: CNN14 has 80 M parameters; 10 GMAC per 5 s at 16 kHz.
CNN14 = {"window_s": 5.0, "macs": {"conv": 9_953_000_000}, "frames": 500, "parameters": 79_800_000}


@pytest.mark.parametrize("device", MICROCONTROLLERS)
def test_cnn14_fits_no_microcontroller_and_gets_no_figure(device):
    result = on(device, cost(**CNN14, weight_bytes=79_800_000))
    assert any("KiB of flash" in reason for reason in result.infeasible)
    assert any("slower than real time" in reason for reason in result.infeasible)
    assert result.components == ()
    assert (result.power_mw.value, result.battery_hours.value) == (None, None)
    assert (result.power_mw_draws, result.battery_hours_draws) == ((), ())
    assert result.infeasible[0] in result.power_mw.reason
    assert (result.power_mw.unit, result.battery_hours.unit) == ("mW", "h")


def test_slower_than_real_time_says_when_it_is_not_certain():
    (doubtful,), (sure,) = (
        on("stm32u385", cost(macs={"conv": n})).infeasible for n in (140_000_000, 1_400_000_000)
    )
    assert "slower than real time" in doubtful
    assert "not certain" in doubtful
    assert "not certain" not in sure


def test_nearly_too_slow_has_a_figure_and_an_interval_across_one():
    result = on("stm32u385", cost(macs={"conv": 110_000_000}))
    assert result.infeasible == ()
    assert result.real_time_factor.value < 1 < result.real_time_factor.high
    active = load_device("stm32u385").core.point.active_power.value
    beside = 1.2 / load_device("stm32u385").supply.regulator_efficiency.value
    assert result.power_mw.high < beside * 1.1 * active, "a core that cannot keep up computes all the time, no more"


def test_a_rate_below_the_codecs_is_decimated():
    result = on("phone_cpu", cost(rate_hz=500))
    assert (result.adc_rate_hz, result.is_decimated) == (8000, True)
    direct = on("phone_cpu", cost(rate_hz=16000))
    assert (direct.adc_rate_hz, direct.is_decimated) == (16000, False)
    # Decimating takes microwatts, recording tens of milliwatts: the lower rate saves nothing but computing.
    assert result.power_mw.value == pytest.approx(direct.power_mw.value, rel=0.001)


def test_an_operator_without_a_cost_is_refused_by_name():
    result = on("stm32u385", cost(macs={"conv": 10, "lstm": 10}))
    assert result.infeasible == ("no cost is known for lstm on Cortex-M33",)
    assert result.real_time_factor.value is None


def test_the_phones_speed_is_unknown_and_said_to_be():
    assert on("phone_cpu", cost()).real_time_factor.reason == "no figure is known for the speed of phone CPU"


def test_evaluate_goes_over_devices_and_costs_and_is_reproducible():
    devices, costs = ("nrf52840", "stm32u385"), [cost(rate_hz=500), cost(rate_hz=1000)]
    results = evaluate(study(*devices, n_draws=200), costs)
    in_order = [(device, rate_hz) for device in devices for rate_hz in (500, 1000)]
    assert [(result.device, result.rate_hz) for result in results] == in_order
    assert results == evaluate(study(*devices, n_draws=200), costs)
    assert results[0].power_mw.n == 200
    assert evaluate(study("stm32u385", n_draws=200), costs) == results[2:]
    other = evaluate(study(*devices, n_draws=200, seed=1), costs)
    assert other[0].power_mw.low != results[0].power_mw.low
    assert other[0].power_mw.value == results[0].power_mw.value


@pytest.mark.parametrize("device", MICROCONTROLLERS)
def test_the_saving_is_told_draw_by_draw(device):
    """What two rates share cancels: the saving is known far better than either power."""
    costs = [cost(rate_hz=1000), native_cost(1000), cost(rate_hz=16000)]
    shared, native, reference = evaluate(study(device), costs)
    assert (reference.power_saved.value, reference.power_saved.low, reference.power_saved.high) == (0, 0, 0)
    assert native.power_saved.value == pytest.approx(1 - native.power_mw.value / reference.power_mw.value)
    assert native.power_saved.value > shared.power_saved.value
    assert native.power_saved.low > 0
    assert native.spread.own > 1
    assert reference.spread.own == pytest.approx(1)


def test_a_saving_against_nothing_is_missing():
    fits, overfull = cost(), cost(rate_hz=16000, weight_bytes=10**9)
    for model_cost, reference, told in (
        (fits, None, "no power to compare with"),
        (fits, overfull, "no power to compare with"),
        (overfull, cost(rate_hz=16000), "it has no power"),
    ):
        assert told in on("stm32u575", model_cost, reference).power_saved.reason


def test_a_stack_and_a_microphone_are_chosen_by_name():
    (good,), (poor,), (other,) = (
        evaluate(study("stm32u575", **power), [cost()])
        for power in ({}, {"stack": "x-cube-ai-7.1"}, {"microphone": "vm1010"})
    )
    assert poor.real_time_factor.value > good.real_time_factor.value
    # 85 uA at 1.8 V against 16 uA at 1 V.
    assert parts(other)["microphone"].value == pytest.approx(0.153)
    assert parts(good)["microphone"].value == pytest.approx(0.016)


@pytest.mark.parametrize(
    ("device", "power", "told"),
    [
        ("toaster", {}, "toaster: is no known device"),
        ("stm32u575", {"stack": "tflm"}, "stm32u575: core: stack: 'tflm' is none of x-cube-ai-10.2, x-cube-ai-7.1"),
        ("stm32u575", {"microphone": "t5818"}, "the output of t5818 is pdm, but AD7091 takes analogue"),
        ("stm32u575", {"microphone": "t58"}, "t58: is no known microphone"),
    ],
)
def test_what_a_device_cannot_take_is_told(device, power, told):
    with pytest.raises(ConfigError, match=told):
        evaluate(study(device, **power), [cost()])


@pytest.mark.parametrize("device", ["stm32u575", "stm32l4r5", "stm32h7a3"])
def test_the_clock_of_least_power_is_taken_and_all_are_shown(device):
    result = on(device, cost())
    (chosen,) = (trial for trial in result.clocks if trial.is_chosen)
    assert chosen.power_mw == result.power_mw
    sure = [trial.power_mw.value for trial in result.clocks if trial.real_time_factor.high <= 1]
    assert result.power_mw.value == min(sure)
    assert len(result.clocks) == len(load_device(device).core.clocks)


def test_a_slow_clock_that_cannot_keep_up_is_not_taken():
    result = on("stm32u575", cost(macs={"conv": 120_000_000}))
    slow = min(result.clocks, key=lambda trial: trial.clock_mhz)
    assert (slow.is_chosen, slow.power_mw.value) == (False, None)
    assert "slower than real time" in slow.power_mw.reason
    assert result.power_mw.value is not None


def test_the_most_doubtful_figure_dominates():
    (first, *_) = on("stm32u385", native_cost(1000)).dominant
    assert first.parameter == "core.clocks.96MHz.idle_power"
    assert first.share > 0.9


@pytest.mark.parametrize(
    ("device", "power", "told"),
    [
        ("phone_cpu", {"radio": "raw"}, "no figure is known for a radio of phone_cpu"),
        ("phone_cpu", {"storage": "raw"}, "no figure is known for storage on phone_cpu"),
        ("ra6m4", {"capture": "autonomous"}, "while Cortex-M33 of ra6m4 is stopped"),
        ("ra6m4", {"listen_s": 1, "every_s": 10}, "no figure is known for the sleep of ra6m4"),
        ("stm32u385", {"wake_share": 0.1}, "its microphone cannot wake it"),
    ],
)
def test_what_no_figure_is_known_for_is_refused(device, power, told):
    result = on(device, cost(), **power)
    assert told in "; ".join(result.infeasible)
    assert (result.power_mw.value, result.components) == (None, ())


def test_power_from_a_measured_trace_is_labelled_measured():
    profile = load_device("phone_cpu")
    power = profile.idle.power.model_copy(update={"basis": "measured", "spread": 1.01})
    traced = profile.model_copy(update={"idle": profile.idle.model_copy(update={"power": power})})
    for device, basis in ((profile, "modelled"), (traced, "measured")):
        result = on(device, cost())
        assert parts(result)["idle"].basis == basis
        assert parts(result)["inference"].basis == result.power_mw.basis == "modelled"
