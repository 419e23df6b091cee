"""The loss of int8, counted clip by clip on clips that did not set its ranges."""

import hashlib

import numpy as np
import pytest
import soundfile
from tests.deploy.small_model import package, packed

from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.deploy.model import quantisation
from lowsr_tradeoff.deploy.model.onnx_export import class_scores, open_session
from lowsr_tradeoff.deploy.model.predict import class_probabilities, load_model
from lowsr_tradeoff.deploy.model.quantisation import clip_images, export_int8
from lowsr_tradeoff.errors import DataError

N = 24


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Noise of several levels, in three folds."""
    folder, clips = tmp_path_factory.mktemp("noise"), []
    rng = np.random.default_rng(0)
    for i in range(N):
        file = folder / f"{i}.wav"
        soundfile.write(file, 10 ** (-rng.uniform(0.5, 3)) * rng.standard_normal(8000).clip(-1, 1), 16000)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        clips.append(EventClip(str(i), ("high", "low")[i % 2], i % 3 + 1, str(i // 2), digest, file))
    return EventCorpus(package().settings.corpus, tuple(clips), 0.5, is_own=True)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    path.write_bytes(packed())
    return path


def test_the_loss_is_that_of_the_counted_clips(corpus, exported, tmp_path):
    settings = package().settings
    loss = export_int8(settings, exported, tmp_path / "int8.onnx", corpus)
    truth = np.array([settings.classes.index(clip.label) for clip in corpus.clips])
    images = clip_images(settings, corpus)
    predicted = class_probabilities(load_model(package()), images.astype(np.float16)).argmax(axis=1)
    assert loss.float_accuracy.value == pytest.approx((predicted == truth).mean())
    assert loss.difference.value == pytest.approx(loss.int8_accuracy.value - loss.float_accuracy.value)
    assert loss.difference.n == loss.same_answer.n == N
    assert loss.same_answer.value > 0.8
    assert loss.n_calibration == N
    assert loss.is_trained_on
    in_int8 = class_scores(open_session((tmp_path / "int8.onnx").read_bytes()), images)
    assert (in_int8.argmax(axis=1) == predicted).mean() > 0.8


def test_no_clip_sets_the_ranges_that_it_is_judged_with(corpus, exported, tmp_path, monkeypatch):
    settings, judged = package().settings, []
    images = clip_images(settings, corpus)
    number = {image.tobytes(): i for i, image in enumerate(images)}

    def quantise(_model, calibration):
        judged.append({number[image.tobytes()] for image in calibration})
        return exported.read_bytes()

    monkeypatch.setattr(quantisation, "quantise", quantise)
    loss = export_int8(settings, exported, tmp_path / "int8.onnx", corpus)
    every = set(range(N))
    assert judged == [*({i for i in every if i % 3 + 1 != fold} for fold in (1, 2, 3)), every]
    assert loss.difference.value == 0.0
    assert loss.same_answer.value == 1.0


def test_calibration_takes_a_drawn_part_of_many_clips(corpus, exported, tmp_path, monkeypatch):
    monkeypatch.setattr(quantisation, "N_CALIBRATION", 5)
    sizes = []
    monkeypatch.setattr(
        quantisation, "quantise", lambda _, images: sizes.append(len(images)) or exported.read_bytes()
    )
    assert export_int8(package().settings, exported, tmp_path / "a", corpus).n_calibration == 5
    assert sizes == [5, 5, 5, 5]


def test_labels_that_the_model_does_not_know_are_named(corpus, exported, tmp_path):
    with pytest.raises(DataError, match="does not know: low"):
        export_int8(package(classes=("high", "other")).settings, exported, tmp_path / "a", corpus)
