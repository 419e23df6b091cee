"""Levels by theory, and pictures that hold exactly these levels."""

import io

import numpy as np
import pytest
from PIL import Image

from lowsr_tradeoff.audio.spectrogram import (
    ANCHORS,
    COLUMNS,
    LOWEST_HZ,
    N_COLOURS,
    RANGE_DB,
    ROWS,
    levels_db,
    png,
)

RATE_HZ = 16000


def tone(hz: float, duration_s: float = 1.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(int(duration_s * RATE_HZ)) / RATE_HZ)


@pytest.mark.parametrize("hz", [100.0, 440.0, 1000.0, 6000.0])
def test_a_tone_is_loudest_in_its_own_band(hz):
    edges = np.geomspace(LOWEST_HZ, RATE_HZ / 2, ROWS + 1)
    row = int(levels_db(tone(hz), RATE_HZ).mean(axis=1).argmax())
    spacing_hz = 1 / 0.064
    assert edges[row] - spacing_hz <= hz <= edges[row + 1] + spacing_hz


def test_time_runs_to_the_right():
    x = np.concatenate([np.zeros(RATE_HZ), tone(1000.0)])
    loud = levels_db(x, RATE_HZ).max(axis=0)
    assert loud[: COLUMNS // 3].max() < loud[-COLUMNS // 3 :].min() - 60


def test_twice_the_amplitude_is_six_decibels_more():
    x = tone(1000.0)
    assert levels_db(2 * x, RATE_HZ).max() - levels_db(x, RATE_HZ).max() == pytest.approx(6.02, abs=0.01)


def test_the_picture_opens_elsewhere_and_brightens_with_level():
    levels = np.linspace(-60, 0, ROWS)[:, None].repeat(COLUMNS, axis=1)
    image = Image.open(io.BytesIO(png(levels, 0.0)))
    assert image.size == (COLUMNS, ROWS)
    grey = np.asarray(image.convert("L"), dtype=int)
    assert grey[0, 0] > 230
    assert grey[-1, 0] < 20
    assert (np.diff(grey[::-1, 0]) >= 0).all()


def test_every_pixel_is_the_colour_of_its_level():
    levels = np.random.default_rng(0).uniform(-1.5 * RANGE_DB, 0.1 * RANGE_DB, (ROWS, COLUMNS))
    indices = np.clip(np.rint((levels[::-1] / RANGE_DB + 1) * (N_COLOURS - 1)), 0, N_COLOURS - 1).astype(int)
    colours = [np.interp(np.linspace(0, 5, N_COLOURS), range(6), channel) for channel in np.transpose(ANCHORS)]
    drawn = np.asarray(Image.open(io.BytesIO(png(levels - 7, -7.0))).convert("RGB"))
    assert np.array_equal(drawn, np.rint(np.transpose(colours))[indices])


def test_the_file_is_small():
    """4 bits a pixel, and less than that after compression where neighbours are alike."""
    noise = np.random.default_rng(0).uniform(-60, 0, (ROWS, COLUMNS))
    assert len(png(noise, 0.0)) < ROWS * COLUMNS / 2 + 300
    assert len(png(np.repeat(noise[:, ::4], 4, axis=1), 0.0)) < ROWS * COLUMNS / 4


def test_silence_and_the_shortest_sound_have_a_picture():
    for x in (np.zeros(RATE_HZ), np.zeros(1)):
        assert Image.open(io.BytesIO(png(levels_db(x, RATE_HZ), 0.0))).size == (COLUMNS, ROWS)
