import pytest
from pydantic import ValidationError

from lowsr_tradeoff.power.profiles.devices import list_profiles, load_part
from lowsr_tradeoff.power.profiles.parts import MilliWatts, NativeRates, Share

FIGURE = {"value": 2, "unit": "mW", "spread": 1.5, "basis": "assumed", "source": "here"}
MICROPHONES = [load_part("microphones", name) for name in list_profiles("microphones")]


def test_a_figure_has_value_unit_and_marks():
    figure = MilliWatts.model_validate(FIGURE)
    assert (figure.value, figure.unit, figure.spread, figure.basis) == (2, "mW", 1.5, "assumed")


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 0},
        {"value": -1},
        {"value": float("inf")},
        {"unit": "uW"},
        {"spread": 0.9},
        {"basis": "guessed"},
        {"source": ""},
        {"colour": "red"},
    ],
)
def test_what_is_no_sourced_figure_is_refused(wrong):
    with pytest.raises(ValidationError):
        MilliWatts.model_validate(FIGURE | wrong)


@pytest.mark.parametrize("left_out", ["unit", "spread", "basis", "source"])
def test_no_mark_can_be_left_out(left_out):
    with pytest.raises(ValidationError, match="Field required"):
        MilliWatts.model_validate({name: value for name, value in FIGURE.items() if name != left_out})


def test_native_rates_are_positive_and_some():
    fields = {"unit": "Hz", "basis": "datasheet", "source": "here"}
    assert NativeRates(value=(8000, 16000), **fields).value == (8000, 16000)
    for wrong in ((), (0,), (-8000,)):
        with pytest.raises(ValidationError):
            NativeRates(value=wrong, **fields)


def test_a_share_has_no_unit_of_its_own():
    assert Share.__origin__.model_validate(FIGURE | {"value": 0.5, "unit": "1"}).unit == "1"


@pytest.mark.parametrize("microphone", MICROPHONES, ids=lambda microphone: microphone.name)
def test_a_digital_microphone_has_clocks_in_order_and_an_analogue_one_has_none(microphone):
    for mode in microphone.modes.values():
        if microphone.output == "analogue":
            assert (mode.clock_low, mode.clock_high) == (None, None)
        else:
            assert mode.clock_low.value < mode.clock_high.value


@pytest.mark.parametrize("microphone", MICROPHONES, ids=lambda microphone: microphone.name)
def test_faster_modes_draw_more_and_sleep_draws_least(microphone):
    modes = sorted(microphone.modes.values(), key=lambda mode: mode.clock_low.value if mode.clock_low else 0)
    currents = [mode.current.value for mode in modes]
    assert currents == sorted(currents)
    for resting in (microphone.sleep, microphone.wake):
        assert resting is None or resting.value < currents[0]


@pytest.mark.parametrize("name", list_profiles("radios"))
def test_a_radio_peaks_above_its_link(name):
    radio = load_part("radios", name)
    assert radio.transmit_power.value > radio.link_power.value
    # Sending without pause takes no more than being on the air all the time.
    assert radio.bit_energy.value * radio.throughput.value * 1e-3 <= radio.transmit_power.value * 1.1


@pytest.mark.parametrize("name", list_profiles("storage"))
def test_storage_peaks_above_its_standby(name):
    storage = load_part("storage", name)
    assert storage.write_power.value > storage.standby_power.value
