import numpy as np
import pytest

from lowsr_tradeoff.classify.features import lay_out, mel_bank
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.mel_layout import mel_layout


@pytest.mark.parametrize("grid", ["shared", "native"])
@pytest.mark.parametrize("rate_hz", range(300, 16_001, 913))
def test_layout_is_the_classifiers_own(rate_hz, grid):
    got, expected = mel_layout(rate_hz, grid, 2.03), lay_out(rate_hz, grid, 2.03)
    assert (got.model_rate_hz, got.fft_size, got.n_frames) == (
        expected.model_rate_hz,
        expected.fft_size,
        expected.n_frames,
    )
    assert (got.mel_bands, got.n_columns) == expected.image
    # A bin on the edge of a triangle weighs nothing, or as little as single precision rounds it to.
    assert abs(got.mel_nonzeros - np.count_nonzero(mel_bank(expected))) <= 1


def test_a_window_shorter_than_a_column_is_refused():
    with pytest.raises(ConfigError, match="shorter than one column"):
        mel_layout(1000, "native", 0.03)
