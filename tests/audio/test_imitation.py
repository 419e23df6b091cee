"""A recording at 2 kHz is thinned to 1 kHz and compared with a recording at 1 kHz."""

import numpy as np
import pytest
import soxr

from lowsr_tradeoff.audio.capture import capture
from lowsr_tradeoff.audio.filters import response
from lowsr_tradeoff.audio.imitation import can_imitate
from lowsr_tradeoff.settings.front_end import FrontEnd, named_front_end

SOURCE_HZ, HIGH_HZ, LOW_HZ = 16000, 2000, 1000
NOISELESS = FrontEnd(noise_floor_dbfs=None)
# Sound with as much above half of each rate as below it.
SOUND = (0.1 * np.random.default_rng(1).standard_normal(4 * SOURCE_HZ)).astype(np.float32)


def recorded(rate_hz, front_end, sound=SOUND):
    return capture(sound, SOURCE_HZ, rate_hz, named_front_end(front_end, NOISELESS), seed=0)


def likeness(made, wanted):
    """Correlation of the middle, where no filter has an edge."""
    n = min(len(made), len(wanted))
    middle = slice(n // 8, n - n // 8)
    return np.corrcoef(made[:n][middle], wanted[:n][middle])[0, 1]


@pytest.mark.parametrize("front_end", ["ideal", "fir64", "sigma-delta3"])
def test_behind_a_filter_a_digital_filter_makes_the_lower_rate(front_end):
    made = soxr.resample(recorded(HIGH_HZ, front_end), HIGH_HZ, LOW_HZ)
    assert can_imitate(HIGH_HZ, LOW_HZ, front_end)
    assert likeness(made, recorded(LOW_HZ, front_end)) > (0.8 if front_end == "sigma-delta3" else 0.95)


@pytest.mark.parametrize("lower_hz", [800, 1250, 1600])
def test_behind_a_filter_the_ratio_need_not_be_whole(lower_hz):
    made = soxr.resample(recorded(HIGH_HZ, "ideal"), HIGH_HZ, lower_hz)
    assert can_imitate(HIGH_HZ, lower_hz, "ideal")
    assert likeness(made, recorded(lower_hz, "ideal")) > 0.99


def test_without_a_filter_every_second_sample_is_the_recording_at_half_the_rate():
    assert can_imitate(HIGH_HZ, LOW_HZ, "none")
    assert likeness(recorded(HIGH_HZ, "none")[::2], recorded(LOW_HZ, "none")) > 0.999


def test_behind_a_shallow_filter_the_difference_of_both_is_made_up_for_before_samples_go():
    filter_ = named_front_end("butterworth4", NOISELESS)
    high = recorded(HIGH_HZ, "butterworth4")
    frequencies = np.fft.rfftfreq(len(high), 1 / HIGH_HZ)
    rest = response(filter_, LOW_HZ, frequencies) / response(filter_, HIGH_HZ, frequencies)
    made = np.fft.irfft(np.fft.rfft(high) * rest, len(high))[::2]
    assert can_imitate(HIGH_HZ, LOW_HZ, "butterworth4")
    assert likeness(made, recorded(LOW_HZ, "butterworth4")) > 0.99


def test_without_a_filter_no_other_ratio_has_the_same_aliases():
    made = soxr.resample(recorded(HIGH_HZ, "none"), HIGH_HZ, 1600)
    assert not can_imitate(HIGH_HZ, 1600, "none")
    assert likeness(made, recorded(1600, "none")) < 0.9


def test_no_recording_holds_a_higher_rate():
    assert not can_imitate(LOW_HZ, HIGH_HZ, "ideal")
    assert can_imitate(LOW_HZ, LOW_HZ, "butterworth4, bits=12")
    assert not can_imitate(HIGH_HZ, 1600, "butterworth4, bits=12")
