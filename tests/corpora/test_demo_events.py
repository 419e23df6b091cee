"""The embedded events: layout of the corpus, levels, and how hard it is."""

import pickle
from collections import Counter

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import PredefinedSplit, cross_val_predict

from lowsr_tradeoff.corpora.demo_events import CLASSES, synthesise, takes

BAND_EDGES_HZ = np.geomspace(30, 8000, 33)
CHANCE = 1 / len(CLASSES)


@pytest.fixture(scope="module")
def corpus():
    return takes(0)


@pytest.fixture(scope="module")
def clips(corpus):
    return np.array([synthesise(take)[0] for take in corpus])


@pytest.fixture(scope="module")
def bands_db(clips):
    """Level of each band in each eighth of a second, shape (clips, bands, 16)."""
    frames = clips.reshape(len(clips), 16, 2000)
    power = np.abs(np.fft.rfft(frames * np.hanning(2000))) ** 2
    edges = np.searchsorted(np.fft.rfftfreq(2000, 1 / 16000), BAND_EDGES_HZ)
    energy = np.add.reduceat(power, edges[:-1], axis=2).swapaxes(1, 2)
    return 10 * np.log10(energy + 1e-6)


def test_ten_classes_of_forty_clips_in_five_balanced_folds(corpus):
    assert len(CLASSES) == 10
    assert Counter(take.label for take in corpus) == dict.fromkeys(CLASSES, 40)
    cells = Counter((take.label, take.fold) for take in corpus)
    assert cells == {(label, fold): 8 for label in CLASSES for fold in range(1, 6)}
    assert len(set(corpus)) == 400


def test_a_source_has_one_class_one_fold_and_two_takes(corpus):
    for source in {take.source for take in corpus}:
        of_source = [take for take in corpus if take.source == source]
        assert len({(take.label, take.fold) for take in of_source}) == 1
        assert [take.take for take in of_source] == [1, 2]


def test_same_take_same_bytes_whatever_was_drawn_before(corpus):
    for take in corpus[::37]:
        first = synthesise(take)[0].tobytes()
        synthesise(corpus[0])
        assert synthesise(pickle.loads(pickle.dumps(take)))[0].tobytes() == first


def test_another_seed_gives_other_sounds(corpus):
    for here, there in zip(corpus[::41], takes(1)[::41], strict=True):
        assert (here.label, here.source, here.fold) == (there.label, there.source, there.fold)
        assert np.corrcoef(synthesise(here)[0], synthesise(there)[0])[0, 1] < 0.5


def test_two_seconds_at_16_khz(corpus):
    samples, rate_hz = synthesise(corpus[0])
    assert (samples.shape, samples.dtype, rate_hz) == ((32000,), np.float32, 16000)


def test_levels_are_those_of_a_recording(clips):
    assert np.max(np.abs(clips)) < 1
    assert np.max(np.abs(clips.mean(axis=1))) < 1e-5
    rms_db = 10 * np.log10(np.mean(clips**2, axis=1))
    assert np.mean(rms_db) == pytest.approx(-26, abs=2)
    assert 2.5 < np.std(rms_db) < 6
    assert np.min(rms_db) > -45


def test_no_clip_is_digitally_silent_between_events(clips):
    quietest = np.min(np.mean(clips.reshape(len(clips), -1, 400) ** 2, axis=2), axis=1)
    assert np.min(10 * np.log10(quietest)) > -80


def test_the_background_does_not_give_the_class_away(bands_db, corpus):
    """Below 150 Hz, birds, crackle and keys are background alone: guessing among them is near one in three."""
    labels = np.array([take.label for take in corpus])
    dark = np.isin(labels, ["birds", "crackle", "keys"])
    folds = PredefinedSplit([take.fold for take in corpus if take.label in {"birds", "crackle", "keys"}])
    low = features(bands_db[dark][:, BAND_EDGES_HZ[1:] < 150])
    guesses = cross_val_predict(LinearDiscriminantAnalysis(), low, labels[dark], cv=folds)
    assert np.mean(guesses == labels[dark]) < 1 / 3 + 4 * np.sqrt(1 / 3 * 2 / 3 / dark.sum())


def test_takes_of_a_source_are_more_alike_than_sources_of_a_class(bands_db, corpus):
    spectra = bands_db.max(axis=2)
    spectra -= spectra.mean(axis=1, keepdims=True)
    within, across = [], []
    for label in CLASSES:
        x = spectra[[take.label == label for take in corpus]].reshape(20, 2, -1)
        within.append(np.mean(np.linalg.norm(x[:, 0] - x[:, 1], axis=1)))
        across.append(np.mean(np.linalg.norm(x[:, 0] - np.roll(x[:, 1], 1, axis=0), axis=1)))
    assert np.mean(within) < 0.85 * np.mean(across)


def test_classes_are_separable_but_not_trivially_and_less_so_below_250_hz(bands_db, corpus):
    full = accuracy(bands_db, corpus)
    low = accuracy(bands_db[:, BAND_EDGES_HZ[1:] < 250], corpus)
    assert 0.6 < full < 0.97
    assert 2 * CHANCE < low < full - 0.15


def features(bands_db):
    """Mean, spread and peak over time of each band, free of the clip's gain."""
    centred = bands_db - bands_db.mean(axis=(1, 2), keepdims=True)
    return np.concatenate([centred.mean(axis=2), centred.std(axis=2), centred.max(axis=2)], axis=1)


def accuracy(bands_db, corpus):
    labels = [take.label for take in corpus]
    folds = PredefinedSplit([take.fold for take in corpus])
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    return np.mean(cross_val_predict(model, features(bands_db), labels, cv=folds) == labels)
