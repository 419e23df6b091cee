"""The constants are those of the features, in float to the last bit and in fixed point to its own step."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.deploy.small_model import package

from lowsr_tradeoff.deploy.firmware.headers import (
    c_number,
    constants,
    fixed_offsets,
    fixed_weights,
    settings_header,
    sparse_bank,
    sum_scale,
    tables,
)
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.log_mel import mel_bank
from lowsr_tradeoff.learning.mel import lay_out, periodic_hann

YAMNETS = [lay_out(rate_hz, "native", 1.0, "yamnet") for rate_hz in (500, 1000, 8000, 16000)]
LAYOUTS = [lay_out(500, "native", 1.0), lay_out(4000, "native", 2.0), lay_out(16000, "shared", 1.0), *YAMNETS]


def arrays(text):
    found = re.findall(r"static const (\w+) (\w+)\[(\d+)\] = \{([^}]*)\}", text)
    return [
        (kind, name, int(n), [part for part in body.replace("\n", " ").split(",") if part.strip()])
        for kind, name, n, body in found
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_sparse_bank_is_the_bank(layout):
    bank, dense, at = sparse_bank(layout), np.zeros_like(mel_bank(layout)), 0
    for band, (first, n) in enumerate(zip(bank.first, bank.n_bins, strict=True)):
        dense[first : first + n, band] = bank.weights[at : at + n]
        at += n
    np.testing.assert_array_equal(dense, mel_bank(layout))
    assert at == len(bank.weights) == np.count_nonzero(dense)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_weights_in_fixed_point_stand_for_those_of_the_bank(layout):
    bank = sparse_bank(layout)
    weights, units = fixed_weights(layout)
    assert weights.min() >= 1
    assert weights.max() == 65535
    found = weights * np.repeat(2.0 ** (units / 65536), bank.n_bins)
    largest = np.repeat(mel_bank(layout).max(axis=0), bank.n_bins)
    fraction = 2**8 if layout.is_yamnet else 1
    assert (np.abs(found * fraction / sum_scale(layout) - bank.weights) <= 2e-5 * largest).all()


def test_arrays_hold_the_windows_own_floats_and_as_many_as_they_say():
    layout = LAYOUTS[0]
    found = arrays(tables(layout))
    assert all(len(values) == n for _, _, n, values in found)
    (window,) = [values for kind, name, _, values in found if (kind, name) == ("float", "FE_WINDOW")]
    read = np.array([float(value.strip().rstrip("f")) for value in window], np.float32)
    np.testing.assert_array_equal(read, periodic_hann(layout.fft_size))
    sizes = {"uint16_t": (0, 65535), "int16_t": (-32768, 32767)}
    for kind, _, _, values in found:
        low, high = sizes.get(kind, (-(2**31), 2**32 - 1))
        assert all(low <= float(value.strip().rstrip("f")) <= high for value in values)


def test_the_sizes_are_those_of_the_layout():
    named = constants(lay_out(1000, "native", 2.0))
    assert (named["FE_WINDOW_SAMPLES"], named["FE_FFT_SIZE"], named["FE_HOP"]) == (2000, 64, 20)
    assert (named["FE_BANDS"], named["FE_COLUMNS"]) == (16, 50)


def test_yamnet_reads_frames_of_25_ms_from_where_they_begin():
    named = constants(lay_out(16000, "shared", 2.0, "yamnet"))
    assert (named["FE_FRAME"], named["FE_FFT_SIZE"], named["FE_HOP"], named["FE_BEFORE"]) == (400, 512, 160, 0)
    assert (named["FE_COLUMNS"], named["FE_PATCHES"], named["FE_PATCH_COLUMNS"]) == (198, 2, 96)
    assert (named["FE_MAGNITUDE"], named["FE_LOG_OFFSET"]) == (1, 0.001)
    assert "FE_PATCH_FIRST[2] = {\n    0, 102," in tables(lay_out(16000, "shared", 2.0, "yamnet"))


@pytest.mark.parametrize("layout", YAMNETS)
def test_the_offset_of_the_logarithm_is_one_thousandth_in_every_bands_units(layout):
    units = fixed_weights(layout)[1]
    np.testing.assert_allclose(fixed_offsets(units) * 2.0 ** (units / 65536), 0.001, rtol=1e-6)
    assert fixed_offsets(units).max() < 2**32


def test_a_window_too_short_to_be_mirrored_is_refused():
    # 40 ms hold one column, and half an FFT of 64 ms rounded up to a power of two is longer than they are.
    with pytest.raises(ConfigError, match="too few to mirror half an FFT of 64; lengthen clip_s"):
        constants(lay_out(725, "native", 0.0401))


def test_normalisation_is_the_trainings_in_either_arithmetic():
    text = settings_header(lay_out(1000, "native", 0.5), package().settings, (0.014, -57), 0.25)
    found = dict(re.findall(r"#define (FE_\w+) \(?([-\d.e]+)f?\)?$", text, re.MULTILINE))
    named = {name: float(value) for name, value in found.items()}
    assert (named["FE_RATE_HZ"], named["FE_WINDOW_SAMPLES"], named["FE_CLASSES"]) == (1000, 500, 2)
    assert (named["FE_MEAN"], named["FE_ZERO_POINT"], named["FE_SCORE_TOLERANCE"]) == (-6.5, -57, 0.25)
    assert named["FE_STEPS_PER_NEPER"] == pytest.approx(1 / 2.5 / 0.014)
    assert named["FE_MEAN_LEVEL"] / 2048 == named["FE_MEAN"]
    assert named["FE_STEPS_PER_LEVEL"] / 65536 * 2048 == pytest.approx(named["FE_STEPS_PER_NEPER"], rel=1e-3)
    assert "FE_MEAN (-6.5f)" in text


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_numbers_are_read_back_by_c_as_they_were(value):
    written = c_number(value)
    assert re.fullmatch(r"-?(\d+\.\d*|\d+(\.\d+)?e[+-]\d+)f", written)
    assert np.float32(written.rstrip("f")) == np.float32(value)
