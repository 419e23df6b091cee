import pytest

from lowsr_tradeoff.power.profiles.devices import list_profiles, load_microphone, load_radio, load_storage

MICROPHONES = [load_microphone(name) for name in list_profiles("microphones")]


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


def test_a_radio_peaks_above_its_link_and_storage_above_its_standby():
    for radio in map(load_radio, list_profiles("radios")):
        assert radio.transmit_power.value > radio.link_power.value
        # Sending without pause takes no more than being on the air all the time.
        assert radio.bit_energy.value * radio.throughput.value * 1e-3 <= radio.transmit_power.value * 1.1
    for storage in map(load_storage, list_profiles("storage")):
        assert storage.write_power.value > storage.standby_power.value
