"""Answers to files: as training heard them, window by window, in constant memory, faults named."""

import hashlib
import tracemalloc

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from tests.deploy.small_model import package

from lowsr_tradeoff.classify.feature_step import run
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.deploy.model.package import Package
from lowsr_tradeoff.deploy.model.predict import (
    class_probabilities,
    load_model,
    mean_prediction,
    predict_windows,
    window_image,
    windows,
)
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import Scene


def write(path, duration_s, rate_hz=16000, seed=0):
    rng = np.random.default_rng(seed)
    soundfile.write(path, 0.1 * rng.standard_normal(int(duration_s * rate_hz)), rate_hz)
    return path


@pytest.fixture(scope="module")
def model():
    return load_model(package())


def test_the_first_window_is_the_image_that_training_heard(tmp_path):
    settings = package().settings
    file = write(tmp_path / "a.wav", 0.5)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    clip = EventClip("a", "high", 1, "a", digest, file)
    corpus = EventCorpus(settings.corpus, (clip,), 0.5, is_own=True)
    step = Step(
        "features", "classify.feature_step:run", settings.features.model_copy(update={"fold": 1}), "label", "events"
    )
    run([step], corpus, Store(tmp_path / "run"))
    trained_on = Store(tmp_path / "run").arrays(step)["features"][0, 0]
    sound, rate_hz = soundfile.read(file, dtype="float32")
    np.testing.assert_array_equal(window_image(settings, sound, rate_hz, digest), trained_on)
    model = load_model(package())
    (answer,) = predict_windows(model, file, 0.5)
    np.testing.assert_array_equal(answer.probabilities, class_probabilities(model, trained_on[None])[0])


def test_probabilities_are_those_of_the_network(model):
    images = np.random.default_rng(0).normal(-6, 3, (3, *lay_out(1000, "native", 0.5).image)).astype(np.float16)
    import torch

    standard = (torch.from_numpy(images[:, None]).float() + 6.5) / 2.5
    with torch.no_grad():
        expected = torch.softmax(model.network(standard).double(), dim=1).numpy()
    np.testing.assert_allclose(class_probabilities(model, images), expected, rtol=1e-6)
    np.testing.assert_allclose(class_probabilities(model, images).sum(axis=1), 1)


@pytest.mark.parametrize(
    ("duration_s", "hop_s", "expected"),
    [
        (0.3, 0.5, [(0, 0.3)]),
        (0.5, 0.5, [(0, 0.5)]),
        (1.0, 0.5, [(0, 0.5), (0.5, 1.0)]),
        (1.2, 0.5, [(0, 0.5), (0.5, 1.0), (0.7, 1.2)]),
        (1.04, 0.5, [(0, 0.5), (0.5, 1.0)]),
        (1.0, 0.25, [(0, 0.5), (0.25, 0.75), (0.5, 1.0)]),
    ],
)
def test_windows_cover_the_file_and_end_with_it(model, tmp_path, duration_s, hop_s, expected):
    heard = list(predict_windows(model, write(tmp_path / "a.wav", duration_s), hop_s))
    assert [(answer.start_s, answer.end_s) for answer in heard] == expected


@given(lengths=st.lists(st.integers(0, 9), max_size=8), n_window=st.integers(1, 12), n_hop=st.integers(1, 12))
def test_windows_are_slices_however_the_blocks_fall(lengths, n_window, n_hop):
    sound = np.arange(sum(lengths), dtype=np.float32)
    found = list(windows(np.split(sound, np.cumsum(lengths)[:-1]) if lengths else [], n_window, n_hop))
    for start, window in found:
        np.testing.assert_array_equal(window, sound[start : start + n_window])
    starts = [start for start, _ in found]
    regular = list(range(0, len(sound) - n_window + 1, n_hop))
    assert starts[: len(regular)] == regular
    assert len(starts) <= len(regular) + 1
    if len(sound):
        assert starts[0] == 0
        rest = len(sound) - found[-1][0] - len(found[-1][1])
        assert 0 <= rest <= n_window / 10


def test_a_long_file_takes_no_more_memory_than_a_short_one(model, tmp_path):
    peaks = []
    for duration_s in (10, 60):
        file = write(tmp_path / f"{duration_s}.wav", duration_s)
        tracemalloc.start()
        n = sum(1 for _ in predict_windows(model, file, 1.0))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert n >= duration_s - 1
    assert peaks[1] < 1.5 * peaks[0]


def test_a_file_at_another_rate_and_with_two_channels(model, tmp_path):
    rng = np.random.default_rng(0)
    soundfile.write(tmp_path / "a.flac", 0.1 * rng.standard_normal((44100, 2)), 44100)
    assert len(list(predict_windows(model, tmp_path / "a.flac", 0.5))) == 2


@pytest.mark.parametrize(
    ("sound", "told"),
    [
        (np.zeros(8000), "is silent: every sample is zero"),
        (1000 * np.random.default_rng(0).uniform(-1, 1, 8000), "is not scaled to full scale 1"),
        (32767 * np.random.default_rng(0).uniform(-1, 1, 8000), "is not scaled to full scale 1"),
        (np.array([0.5]), "is shorter than 0.1 of the model's window"),
        (0.1 * np.random.default_rng(0).uniform(-1, 1, 799), "is shorter than 0.1 of the model's window"),
    ],
)
def test_what_no_clip_of_a_corpus_could_be_gets_no_class(model, tmp_path, sound, told):
    soundfile.write(tmp_path / "a.wav", sound, 16000, subtype="FLOAT")
    whole = mean_prediction(predict_windows(model, tmp_path / "a.wav", 0.5))
    assert (whole.probabilities, whole.best(("a", "b"))) == (None, None)
    assert told in whole.fault
    assert whole.end_s == pytest.approx(len(sound) / 16000)


def test_silent_windows_of_a_file_do_not_enter_its_mean(model, tmp_path):
    noise = 0.1 * np.random.default_rng(0).standard_normal(8000)
    soundfile.write(tmp_path / "a.wav", np.concatenate([noise, np.zeros(8000)]), 16000)
    first, silent = predict_windows(model, tmp_path / "a.wav", 0.5)
    whole = mean_prediction([silent, first, silent])
    assert silent.fault == "is silent: every sample is zero"
    assert whole.fault is None
    np.testing.assert_array_equal(whole.probabilities, first.probabilities)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda file: write(file, 1, rate_hz=800), "sampled at 800 Hz, below the model's 1000 Hz"),
        (lambda file: write(file, 0), "is empty"),
        (lambda file: file.write_text("no sound"), "cannot be read as audio"),
        (lambda file: None, "cannot be read"),
        (
            lambda file: soundfile.write(file, np.array([0.1] * 9000 + [np.nan]), 16000, subtype="FLOAT"),
            "NaN or infinite",
        ),
    ],
)
def test_what_cannot_be_heard_is_named_with_its_fault(model, tmp_path, make, told):
    make(tmp_path / "a.wav")
    with pytest.raises(DataError, match=rf"a\.wav: .*{told}"):
        list(predict_windows(model, tmp_path / "a.wav", 0.5))


@pytest.mark.parametrize("change", ["lost", "more", "other shape"])
def test_weights_of_another_network_are_refused(change):
    right = package()
    name, weight = next(iter(right.weights.items()))
    weights = dict(right.weights)
    if change == "lost":
        del weights[name]
    elif change == "more":
        name, weights["head.scale"] = "head.scale", weight
    else:
        weights[name] = weight[:-1]
    with pytest.raises(DataError, match=rf"not those of small_vgg with 2 classes \({name}\)"):
        load_model(Package(right.settings, weights))


@pytest.mark.parametrize("network", ["cp_mobile", "mobilenetv2"])
def test_every_kind_of_network_hears(network, tmp_path):
    grid = "native" if network == "cp_mobile" else "shared"
    made = package(network=network, grid=grid, clip_s=1.0, scale_mean=0.0, scale_std=1.0)
    (answer,) = predict_windows(load_model(made), write(tmp_path / "a.wav", 1.0), 1.0)
    assert answer.probabilities.shape == (2,)


def test_the_scene_of_a_study_is_not_put_around_recordings(tmp_path):
    """Noise of a study's scene, as loud as the sound, must not reach what a file is heard as."""
    settings = package().settings
    noisy = settings.front_end.model_copy(update={"scene": Scene(environment="white", environment_snr_db=0.0)})
    sound, rate_hz = soundfile.read(write(tmp_path / "a.wav", 0.5), dtype="float32")
    heard = window_image(settings.model_copy(update={"front_end": noisy}), sound, rate_hz, "digest")
    np.testing.assert_array_equal(heard, window_image(settings, sound, rate_hz, "digest"))
