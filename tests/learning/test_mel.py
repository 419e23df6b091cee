import numpy as np
import pytest

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.log_mel import mel_bank
from lowsr_tradeoff.learning.mel import count_mel_weights, lay_out


@pytest.mark.parametrize("grid", ["shared", "native"])
@pytest.mark.parametrize("rate_hz", range(300, 16_001, 913))
def test_mel_weights_are_counted_without_the_bank(rate_hz, grid):
    layout = lay_out(rate_hz, grid, 2.03)
    # A bin on the edge of a triangle weighs nothing, or as little as single precision rounds it to.
    assert abs(count_mel_weights(layout) - np.count_nonzero(mel_bank(layout))) <= 1


def test_a_window_shorter_than_a_column_is_refused():
    with pytest.raises(ConfigError, match="shorter than one column"):
        lay_out(1000, "native", 0.03)
