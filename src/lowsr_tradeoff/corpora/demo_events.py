"""Ten classes of synthesised events, 40 clips each, in five folds: for trying out, not for decisions.

A source is one drawn set of synthesis parameters, as one recording would be. Its takes differ in timing, force,
noise and level, and stay in one fold.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.corpora.demo_sounds import FREQS_HZ, RATE_HZ, SOUNDS, Sound, noise

CLASSES = tuple(SOUNDS)
N_SOURCES = 20
N_TAKES = 2
N_FOLDS = 5

# Of the loudest eighth of a second; over the whole clip the RMS is then about -26 dBFS, as in speech recordings.
LEVEL_DBFS = -21.0
LEVEL_SPREAD_DB = 3.0
SNR_DB = (3.0, 28.0)
EVENT_PEAK = 0.7
CLIP_PEAK = 0.95


@dataclass(frozen=True)
class Take:
    """Rendering number ``take``, from 1, of a source; ``seed`` is that of the corpus."""

    label: str
    source: str
    fold: int
    take: int
    seed: int


def takes(seed: int) -> tuple[Take, ...]:
    """Return the 400 takes of one corpus by class, source and number; every draw depends on the seed.

    >>> takes(0)[3]
    Take(label='alarm', source='alarm-02', fold=2, take=2, seed=0)
    """
    return tuple(
        Take(label, f"{label}-{i + 1:02}", i % N_FOLDS + 1, take, seed)
        for label in CLASSES
        for i in range(N_SOURCES)
        for take in range(1, N_TAKES + 1)
    )


def synthesise(take: Take) -> tuple[Samples, int]:
    """Return the samples of one take, in [-1, 1], 2 s at 16 kHz: shape ``(32000,)``, and their rate in Hz."""
    draw = _generator(f"{take.seed}/{take.source}")
    rng = _generator(f"{take.seed}/{take.source}/{take.take}")
    return _record(rng, SOUNDS[take.label](rng, draw)).astype(np.float32), RATE_HZ


def _generator(name: str) -> Generator:
    return np.random.default_rng(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=16).digest()))


def _record(rng: Generator, sound: Sound) -> Sound:
    """Return the sound at a random level before a background.

    Where its peaks would not fit, only the sound becomes softer: the level of the background must not reveal the
    class.
    """
    level = 10 ** (rng.normal(LEVEL_DBFS, LEVEL_SPREAD_DB) / 20)
    background_level = level * 10 ** (-rng.uniform(*SNR_DB) / 20)
    # Its power falls by 0 to 6 dB an octave above 30 Hz.
    background = background_level * noise(rng, np.maximum(FREQS_HZ, 30.0) ** -rng.uniform(0, 1))
    # Of the loudest eighth of a second, the time weighting "fast" of sound level meters (IEC 61672-1).
    loudest_rms = np.sqrt(np.max(np.mean(sound.reshape(-1, RATE_HZ // 8) ** 2, axis=1)))
    mixed = sound * min(level / loudest_rms, EVENT_PEAK / np.max(np.abs(sound))) + background
    centred: Sound = mixed - mixed.mean()
    return centred * min(1.0, CLIP_PEAK / float(np.max(np.abs(centred))))
