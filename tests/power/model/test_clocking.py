import pytest

from lowsr_tradeoff.power.model.clocking import clocking_of, why_not
from lowsr_tradeoff.power.profiles.devices import load_device, load_part

PHONE = load_device("phone_cpu")
SAR = load_device("stm32u385")
I2S = load_device("stm32h7a3")
PDM = load_device("nrf54l15")


@pytest.mark.parametrize(
    ("rate_hz", "adc_rate_hz"), [(500, 8000), (8000, 8000), (8001, 11025), (12000, 16000), (48000, 48000)]
)
def test_codec_runs_at_its_lowest_rate_that_is_high_enough(rate_hz, adc_rate_hz):
    assert clocking_of(PHONE, rate_hz).adc_rate_hz == adc_rate_hz


def test_codec_cannot_go_beyond_its_highest_rate():
    assert clocking_of(PHONE, 48001) is None
    assert why_not(PHONE, 48001) == "phone codec offers no rate of 48001 Hz or above"


def test_freely_clocked_converter_runs_at_the_rate():
    assert clocking_of(SAR, 523).adc_rate_hz == 523
    assert clocking_of(SAR, 523).mode == "normal"


# ICS-43434: low-power mode at word clocks of 6.25 to 18.75 kHz, so 500 Hz takes 13 times that.
@pytest.mark.parametrize(
    ("rate_hz", "adc_rate_hz", "mode"),
    [(500, 6500, "low_power"), (8000, 8000, "low_power"), (16000, 16000, "low_power"), (48000, 48000, "high")],
)
def test_i2s_microphone_runs_at_a_multiple_within_its_clocks(rate_hz, adc_rate_hz, mode):
    got = clocking_of(I2S, rate_hz)
    assert (got.adc_rate_hz, got.mode) == (adc_rate_hz, mode)


# The port takes 32 to 128 bits a sample: at 8 and 16 kHz within the microphone's low-power range of 400 to 800 kHz,
# at 48 kHz 1.536 MHz.
@pytest.mark.parametrize(
    ("rate_hz", "adc_rate_hz", "mode"),
    [(500, 8000, "low_power"), (8000, 8000, "low_power"), (16000, 16000, "low_power"), (48000, 48000, "standard")],
)
def test_pdm_clock_sets_the_microphones_mode(rate_hz, adc_rate_hz, mode):
    got = clocking_of(PDM, rate_hz)
    assert (got.adc_rate_hz, got.mode) == (adc_rate_hz, mode)


def test_a_microphone_whose_clocks_are_out_of_reach_is_said_to_be():
    profile = I2S.model_copy(update={"microphone": load_part("microphones", "sph0645")})
    # It works above 1 MHz, which is 15.7 kHz in frames of 64 bits.
    assert clocking_of(profile, 500).adc_rate_hz == 16000
    assert clocking_of(profile, 96000) is None
    assert why_not(profile, 96000) == "no clock of sph0645 gives 96000 Hz on SAI port"


@pytest.mark.parametrize("profile", [PHONE, SAR, I2S, PDM])
@pytest.mark.parametrize("rate_hz", [100, 500, 1234, 4000, 16000])
def test_the_converter_never_runs_below_the_rate(profile, rate_hz):
    assert clocking_of(profile, rate_hz).adc_rate_hz >= rate_hz
