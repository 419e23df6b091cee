import numpy as np
import pytest

from lowsr_tradeoff.audio.capture import capture
from lowsr_tradeoff.audio.capture_stream import BLOCK_S, capture_blocks
from lowsr_tradeoff.settings.front_end import FrontEnd, named_front_end

STEP = 2.0**-15


def sound(rate_hz: int, duration_s: float) -> np.ndarray:
    rng = np.random.default_rng(3)
    t = np.arange(int(rate_hz * duration_s)) / rate_hz
    return (0.2 * np.sin(2 * np.pi * 180 * t) + 0.05 * rng.standard_normal(len(t))).astype(np.float32)


def in_blocks(x: np.ndarray, sizes: tuple[int, ...]):
    at = 0
    while at < len(x):
        for size in sizes:
            yield x[at : at + size]
            at += size


# 22.05 kHz stands to these rates as oddly as 44.1 kHz does, at half the work.
@pytest.mark.parametrize(
    ("rate_hz", "source_rate_hz"),
    [(500, 16000), (1000, 16000), (4000, 16000), (500, 22050), (1000, 44100), (4000, 22050)],
)
@pytest.mark.parametrize("name", ["ideal", "butterworth4", "fir64", "none"])
def test_captured_in_blocks_a_sound_is_what_it_is_as_a_whole(name, rate_hz, source_rate_hz):
    x = sound(source_rate_hz, 2.4 * BLOCK_S)
    front_end = named_front_end(name, FrontEnd(noise_floor_dbfs=-60))
    whole = capture(x, source_rate_hz, rate_hz, front_end, 7)
    for sizes in ((65536,), (1000, 300000, 17)):
        blocks = np.concatenate(list(capture_blocks(in_blocks(x, sizes), source_rate_hz, rate_hz, front_end, 7)))
        assert len(blocks) == pytest.approx(len(whole), abs=1)
        n = min(len(whole), len(blocks))
        difference = np.abs(whole[:n] - blocks[:n])
        # Rounding before the quantiser moves single samples by one step; the noise is the same.
        assert difference.max() <= 1.5 * STEP
        assert (difference > 0).mean() < 0.01


def test_a_sound_shorter_than_a_block_is_one_block():
    x = sound(16000, 1.3)
    front_end = FrontEnd()
    (block,) = capture_blocks([x], 16000, 1000, front_end, 1)
    assert block == pytest.approx(capture(x, 16000, 1000, front_end, 1), abs=1.5 * STEP)


def test_nothing_gives_nothing():
    assert list(capture_blocks([], 16000, 1000, FrontEnd(), 1)) == []


@pytest.mark.parametrize("seconds", [BLOCK_S, 2 * BLOCK_S])
def test_whole_blocks_leave_no_empty_one_behind(seconds):
    blocks = list(capture_blocks([sound(16000, seconds)], 16000, 1000, FrontEnd(), 1))
    assert sum(map(len, blocks)) == 1000 * seconds
    assert all(map(len, blocks))


def test_no_block_is_held_longer_than_it_must():
    """A block comes once its margin is there: memory does not grow with the sound."""
    given = [0]

    def counted():
        for _ in range(60):
            given[0] += 1
            yield sound(16000, 1)

    next(capture_blocks(counted(), 16000, 1000, FrontEnd(), 1))
    assert given[0] <= BLOCK_S + 2
