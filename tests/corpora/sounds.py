"""Sound files and tables for tests of corpora, whole and damaged."""

import csv

import numpy as np
import soundfile


def write_noise(path, seed, rate_hz=16000, n=8000, n_channels=1, **kwargs):
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, (n, n_channels))
    soundfile.write(path, noise, rate_hz, **kwargs)
    return path


def write_csv(path, rows, encoding="utf-8"):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def empty(path):
    path.write_bytes(b"")


def text(path):
    path.write_text("not audio")


def nan(path):
    soundfile.write(path, np.array([0.1, np.nan], np.float32), 16000, subtype="FLOAT")


def silent(path):
    soundfile.write(path, np.zeros(8000), 16000)


def low(path):
    write_noise(path, 1, 8000)


def gone(path):
    path.unlink()


DAMAGES = {
    empty: r"is empty \(0 bytes\)",
    text: "cannot be read as audio",
    nan: "has samples that are NaN or infinite",
    silent: "is silent: every sample is zero",
    low: "is sampled at 8000 Hz, below the 16000 Hz asked for; lower --reference-rate",
    gone: "does not exist",
}
