"""A small spectrogram: frequency upwards on a log scale, time to the right, brighter where it is louder."""

import io
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lowsr_tradeoff.audio import Samples

ROWS, COLUMNS = 48, 120
LOWEST_HZ = 50.0
WINDOW_S = 0.064
# Levels this far below the loudest of all are black.
RANGE_DB = 60.0
# From black over blue and orange to white, rising in lightness, so that it reads without colour too.
ANCHORS = ((0, 0, 0), (0, 60, 110), (0, 114, 178), (213, 94, 0), (230, 159, 0), (255, 244, 224))
# As many as fit into 4 bits a pixel.
N_COLOURS = 16

Levels = NDArray[np.float64]


def levels_db(x: Samples, rate_hz: int) -> Levels:
    """Return dB per band and time slice, ``(ROWS, COLUMNS)``; bands on a log scale up to rate/2, lowest first."""
    size = round(WINDOW_S * rate_hz)
    starts = np.linspace(0, max(0, len(x) - size), COLUMNS).astype(int)
    padded = np.pad(x, (0, max(0, size - len(x))))
    slices = np.stack([padded[start : start + size] for start in starts]) * np.hanning(size)
    power = np.abs(np.fft.rfft(slices, axis=1)) ** 2
    edges = np.geomspace(LOWEST_HZ, rate_hz / 2, ROWS + 1) * size / rate_hz
    bands = [power[:, int(low) : max(int(high), int(low) + 1)].max(axis=1) for low, high in pairwise(edges)]
    return np.asarray(10 * np.log10(np.stack(bands) + 1e-12))


def png(levels: Levels, loudest_db: float) -> bytes:
    """Return levels as a PNG, highest band at the top; ``loudest_db`` is the level of the brightest pixel."""
    depth = np.clip((levels[::-1] - loudest_db) / RANGE_DB + 1, 0, 1)
    indices = np.rint(depth * (N_COLOURS - 1)).astype(np.uint8)
    image = Image.fromarray(indices)
    image.putpalette(_palette())
    content = io.BytesIO()
    image.save(content, "PNG", bits=4, optimize=True)
    return content.getvalue()


def _palette() -> bytes:
    at = np.linspace(0, len(ANCHORS) - 1, N_COLOURS)
    channels = [np.interp(at, range(len(ANCHORS)), channel) for channel in zip(*ANCHORS, strict=True)]
    colours: NDArray[np.uint8] = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    return colours.tobytes()
