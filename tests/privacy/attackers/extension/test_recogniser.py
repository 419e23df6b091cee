from dataclasses import dataclass

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from lowsr_tradeoff.privacy.attackers.extension import recogniser as extended_recogniser
from lowsr_tradeoff.privacy.attackers.extension.attack import RECIPE
from lowsr_tradeoff.privacy.attackers.extension.recogniser import extended_by, missing_bands


@dataclass(frozen=True)
class Ear:
    """What of a recogniser an extension touches."""

    features: FeatureExtractor


EAR = Ear(FeatureExtractor())


def voice(rng, *, is_full):
    """A tone at 500 Hz that comes and goes, and one at 3 kHz that comes and goes with it."""
    t = np.arange(16000) / 16000
    envelope = np.interp(t, np.linspace(0, 1, 9), rng.uniform(0, 1, 9))
    tones = np.sin(2 * np.pi * 500 * t) + is_full * 0.3 * np.sin(2 * np.pi * 3000 * t)
    return (0.2 * envelope * tones + 1e-4 * rng.standard_normal(len(t))).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [500, 1000, 4000])
def test_missing_bands_are_those_that_reach_above_the_passband(rate_hz):
    filters = EAR.features.mel_filters
    missing = missing_bands(filters, rate_hz)
    bins_hz = np.linspace(0, 8000, filters.shape[1])
    highest_hz = np.array([bins_hz[band > 0].max() for band in filters])
    np.testing.assert_array_equal(missing, highest_hz > 0.45 * rate_hz)
    # Bands stand in order, so what is missing is one run at the top.
    assert (np.diff(missing.astype(int)) >= 0).all()


def test_nothing_is_missing_at_full_rate_and_the_recogniser_stays_itself():
    assert extended_by(EAR, [], 16000, RECIPE, 0.0, (0, 1)) is EAR


def test_a_band_that_goes_with_one_below_is_heard_again():
    recordings = []
    for seed in range(12):
        low, full = (voice(np.random.default_rng(seed), is_full=full) for full in (False, True))
        recordings.append((low, full))
    ear = extended_by(EAR, recordings[1:], 2000, RECIPE, 0.0, (0, 1))
    captured, original = (recordings[0][i] for i in (0, 1))
    gain = 0.1 / np.sqrt(np.mean(captured**2))
    before, after, truth = (
        recogniser.features(gain * x, padding=0)
        for recogniser, x in ((EAR, captured), (ear, captured), (EAR, original))
    )
    missing = missing_bands(EAR.features.mel_filters, 2000)
    assert np.abs(after - truth)[missing].mean() < 0.5 * np.abs(before - truth)[missing].mean()
    np.testing.assert_array_equal(after[~missing], before[~missing])


def test_pairs_share_one_gain():
    quiet = np.full(16000, 0.001, np.float32)
    found = extended_recogniser._pair(EAR, quiet, quiet * 2, 0.5)
    assert found.captured.shape == found.original.shape == (80, 150)
    # Twice the amplitude is log10(4) / 4 higher in Whisper's features.
    assert (found.original - found.captured).max() == pytest.approx(np.log10(4) / 4, abs=1e-3)
