"""A corpus of tones: what differs above half the rate cannot be told apart, what differs below it can."""

import numpy as np
import pytest
import scipy.signal
import soundfile
from tests.classify.corpora import event_corpus

from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus

# Two of the three classes differ above 1 kHz alone.
CLASSES = {"low": 200, "high a": 1200, "high b": 1800}


def write_corpus(folder, n_sources=8, takes=2, n_folds=2) -> EventCorpus:
    """Tones near one frequency per class over noise; two takes of a source differ in phase."""
    rng, clips = np.random.default_rng(0), []
    for label, hz in CLASSES.items():
        for source in range(n_sources):
            pitch_hz = hz * rng.uniform(0.95, 1.05)
            for take in range(takes):
                name = f"{label}-{source}-{take}"
                soundfile.write(folder / f"{name}.wav", tone(pitch_hz, rng), 16000)
                fold = 1 + source % n_folds
                clips.append(EventClip(name, label, fold, f"{label}-{source}", name, folder / f"{name}.wav"))
    return event_corpus(clips, 0.5)


def tone(hz: float, rng: np.random.Generator) -> np.ndarray:
    """Half a second that fades in and out, or its clicks would tell below 1 kHz what it is above."""
    t = np.arange(8000) / 16000
    pure = 0.2 * scipy.signal.windows.tukey(8000, 0.5) * np.sin(2 * np.pi * hz * t + rng.uniform(0, 6))
    return pure + 0.003 * rng.standard_normal(8000)


@pytest.fixture(scope="session")
def tones(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("tones"))


@pytest.fixture(scope="session")
def tones_in_three_folds(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("tones3"), n_sources=6, takes=1, n_folds=3)
