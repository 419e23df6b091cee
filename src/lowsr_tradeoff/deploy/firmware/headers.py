"""The constants of the C front end, from the layout that the network was trained on.

In fixed point a weight counts 65535ths of the largest of its band; the band's own factor, with everything else that
multiplies its sum, is added to its logarithm. Sums of YAMNet's are of magnitudes, with eight bits after the point.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.deploy.model.model_settings import ModelSettings
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.log_mel import LOG_FLOOR, mel_bank
from lowsr_tradeoff.learning.mel import SHARED_FFT_SIZE, Layout
from lowsr_tradeoff.learning.yamnet_log_mel import LOG_OFFSET

FULL_SCALE = 32768.0
LARGEST_WEIGHT = 65535
LOG_2_STEPS = 64
# FE_LEVELS_PER_NEPER of front_end.h, in fixed point.
LEVELS_PER_NEPER = 2048
MAGNITUDE_BITS = 8


@dataclass(frozen=True)
class SparseBank:
    """A mel bank without its zeros; ``first`` and ``n_bins`` are the first bin and bin count of every band.

    Shape:
        ``(mel_bands,)``; weights, band after band: ``(n_nonzeros,)``.
    """

    first: NDArray[np.intp]
    n_bins: NDArray[np.intp]
    weights: NDArray[np.float32]


def sparse_bank(layout: Layout) -> SparseBank:
    """Return the mel bank of a layout, band by band, from its first to its last weight above zero.

    A band of YAMNet's above half the rate has none.
    """
    bank = mel_bank(layout).T
    is_used = bank > 0
    first = is_used.argmax(axis=1)
    after = np.where(is_used.any(axis=1), is_used.shape[1] - is_used[:, ::-1].argmax(axis=1), 0)
    rows = zip(bank, first, after, strict=True)
    return SparseBank(first, after - first, np.concatenate([row[a:b] for row, a, b in rows]))


def settings_header(
    layout: Layout, settings: ModelSettings, quantisation: tuple[float, int], score_tolerance: float
) -> str:
    """Return ``settings.h``: sizes and factors of the front end, and what :mod:`network` says of the network."""
    scale, zero_point = quantisation
    steps_per_neper = 1 / (settings.scale_std * scale)
    values = {
        **constants(layout),
        "FE_CLASSES": len(settings.classes),
        "FE_MEAN": settings.scale_mean,
        "FE_STEPS_PER_NEPER": steps_per_neper,
        "FE_MEAN_LEVEL": round(settings.scale_mean * LEVELS_PER_NEPER),
        "FE_STEPS_PER_LEVEL": round(steps_per_neper / LEVELS_PER_NEPER * 65536),
        "FE_ZERO_POINT": zero_point,
        "FE_SCORE_TOLERANCE": score_tolerance,
        **alarm_constants(settings),
    }
    written = {name: f"({c_number(value)})" if value < 0 else c_number(value) for name, value in values.items()}
    lines = (f"#define {name} {value}" for name, value in written.items())
    return "\n".join(("#ifndef SETTINGS_H", "#define SETTINGS_H", *lines, "#endif", ""))


def constants(layout: Layout) -> dict[str, float]:
    """Return what follows from the layout alone, by its name in C."""
    n_samples = round(layout.window_s * layout.model_rate_hz)
    if not layout.is_yamnet and n_samples <= layout.fft_size // 2:
        raise ConfigError(
            f"a window of {layout.window_s} s has {n_samples} samples, too few to mirror half an FFT of "
            f"{layout.fft_size}; lengthen clip_s and run the study again"
        )
    rows, columns = layout.image
    log = {"FE_LOG_OFFSET": LOG_OFFSET} if layout.is_yamnet else {"FE_LOG_FLOOR": LOG_FLOOR}
    return {
        "FE_RATE_HZ": layout.model_rate_hz,
        "FE_WINDOW_SAMPLES": n_samples,
        "FE_FFT_SIZE": layout.fft_size,
        "FE_HOP": layout.hop,
        "FE_BANDS": rows,
        "FE_COLUMNS": columns,
        "FE_FRAME": layout.frame,
        "FE_BEFORE": 0 if layout.is_yamnet else layout.fft_size // 2,
        "FE_POOLED_FRAMES": layout.pooled_frames,
        "FE_PATCHES": len(layout.starts),
        "FE_PATCH_COLUMNS": layout.patch[1],
        "FE_MAGNITUDE": int(layout.is_yamnet),
        "FE_SUM_SCALE": sum_scale(layout),
        **log,
    }


def sum_scale(layout: Layout) -> float:
    """Return the factor from power or magnitude of 16-bit samples to that of the features, a power of two."""
    scale = SHARED_FFT_SIZE / layout.fft_size / FULL_SCALE
    return scale if layout.is_yamnet else scale**2


def alarm_constants(settings: ModelSettings) -> dict[str, float]:
    """Return what alarms need, by its name in C; nothing for a network that raises none."""
    rule = settings.alarm
    if rule is None:
        return {}
    return {
        "FE_TARGET": settings.classes.index(rule.target),
        "FE_ALARM_LOG_ODDS": rule.threshold,
        "FE_HOLD_MS": round(1000 * rule.hold_s),
        "FE_HOP_MS": round(1000 * rule.hop_s),
    }


def tables(layout: Layout) -> str:
    """Return ``tables.h``: window, FFT and mel bank, in float and in fixed point."""
    bank, window = sparse_bank(layout), layout.window
    angle = 2 * np.pi * np.arange(layout.fft_size // 2) / layout.fft_size
    weights, offsets = fixed_weights(layout)
    offset = _array("uint32_t", "FE_BAND_OFFSET", fixed_offsets(offsets)) if layout.is_yamnet else ()
    log_2 = np.rint(65536 * np.log2(1 + np.arange(LOG_2_STEPS + 1) / LOG_2_STEPS)).astype(np.int64)
    lines = (
        *("#ifndef TABLES_H", "#define TABLES_H", "#include <stdint.h>"),
        *_array("uint16_t", "FE_BAND_FIRST", bank.first),
        *_array("uint16_t", "FE_BAND_BINS", bank.n_bins),
        *_array("uint16_t", "FE_PATCH_FIRST", np.array(layout.starts)),
        "#ifdef FRONT_END_Q15",
        *_array("int16_t", "FE_WINDOW", q15(window)),
        *_array("int16_t", "FE_COSINE", q15(np.cos(angle))),
        *_array("int16_t", "FE_SINE", q15(np.sin(angle))),
        *_array("uint16_t", "FE_WEIGHTS", weights),
        *_array("int32_t", "FE_BAND_LOG_2", offsets),
        *_array("uint32_t", "FE_LOG_2", log_2),
        *offset,
        "#else",
        *_array("float", "FE_WINDOW", window),
        *_array("float", "FE_COSINE", np.cos(angle)),
        *_array("float", "FE_SINE", np.sin(angle)),
        *_array("float", "FE_WEIGHTS", bank.weights),
        *("#endif", "#endif", ""),
    )
    return "\n".join(lines)


def q15(values: NDArray[np.floating]) -> NDArray[np.int16]:
    """Return shares of full scale as 16-bit numbers; 1 itself becomes the largest of them.

    Samples of a converter of at most 16 bits are exact.

    >>> q15(np.array([1.0, -1.0, 0.5])).tolist()
    [32767, -32768, 16384]
    """
    codes: NDArray[np.int16] = np.rint(values * FULL_SCALE).clip(-FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return codes


def fixed_weights(layout: Layout) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the weights of the mel bank in fixed point, and per band the base-2 logarithm of their unit in 2^-16.

    Shape:
        ``(n_nonzeros,)`` and ``(mel_bands,)``.
    """
    bank = sparse_bank(layout)
    largest = mel_bank(layout).max(axis=0).astype(np.float64)
    largest[bank.n_bins == 0] = 1.0
    weights = np.rint(bank.weights / np.repeat(largest, bank.n_bins) * LARGEST_WEIGHT)
    n_bits = MAGNITUDE_BITS if layout.is_yamnet else 0
    units = np.log2(largest / LARGEST_WEIGHT) + math.log2(sum_scale(layout)) - n_bits
    return weights.astype(np.int64), np.rint(units * 65536).astype(np.int64)


def fixed_offsets(log_2_units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return YAMNet's 0.001 in the units of each band's sum, given as :func:`fixed_weights` does."""
    offsets: NDArray[np.int64] = np.rint(LOG_OFFSET / 2.0 ** (log_2_units / 65536)).astype(np.int64)
    return offsets


def c_number(value: float) -> str:
    """Return a number as C reads it back to the same ``int`` or ``float``.

    >>> c_number(3), c_number(0.1), c_number(1.0), c_number(1e-9)
    ('3', '0.1f', '1.0f', '1e-09f')
    """
    if isinstance(value, int):
        return str(value)
    shortest = str(np.float32(value))
    return shortest + ("f" if "." in shortest or "e" in shortest else ".0f")


def _array(kind: str, name: str, values: NDArray[np.floating] | NDArray[np.integer]) -> Iterator[str]:
    yield f"static const {kind} {name}[{len(values)}] = {{"
    for start in range(0, len(values), 8):
        yield "    " + ", ".join(c_number(value) for value in values[start : start + 8].tolist()) + ","
    yield "};"
