"""A network that learns to tell words apart as the microphone records them.

It is the classifier's small network on its native layout, trained by the classifier's own loop. Unlike events,
words are neither rolled in time nor mixed. Instead each is trained on at three speeds, which adds voices (Ko et
al., Audio augmentation for speech recognition, Interspeech 2015); the microphone comes after the change of speed.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torch.nn import functional

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, SpeechCorpus, class_numbers, read
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.gpu import gpu_named, repeatable
from lowsr_tradeoff.learning.log_mel import log_mel
from lowsr_tradeoff.learning.mel import fit_length, lay_out
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.learning.train import Images, fit, predict, scale_of, seeded_network
from lowsr_tradeoff.learning.training_data import TrainingData
from lowsr_tradeoff.privacy.attackers.shares import as_long
from lowsr_tradeoff.privacy.attackers.vocabulary.step_settings import SpotterSettings, training_speakers
from lowsr_tradeoff.privacy.captures import CaptureSettings, capture_of
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import DeviceType

SPEEDS = (1.0, 0.88, 1.13)

Scores = NDArray[np.float32]


def run(steps: Sequence[Step[SpotterSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Train and test at each step's rate, and write ``scores``, shape ``(n_clips, n_classes)``.

    Raises:
        StageError: The vocabulary changed after planning, or a training diverged.
    """
    for step in steps:
        settings = step.settings
        corpus = planned_words(speech, settings.captures)
        scores = answers(corpus, settings.captures, settings.recipe, settings.share, settings.device_type)
        meta = {"clips": [clip.clip_id for clip in corpus.clips], **gpu_named(settings.device_type)}
        store.write(step, meta, {"scores": scores})


def planned_words(speech: SpeechCorpus, settings: CaptureSettings) -> EventCorpus:
    """Return the recordings of the vocabulary. Raises StageError where they changed after planning."""
    words = speech.words
    if words is None or words.summary.digest != settings.corpus:
        raise StageError("the words to learn: their list has changed since the run was planned; run again")
    return words


def answers(
    corpus: EventCorpus,
    settings: CaptureSettings,
    recipe: Recipe,
    share: float = 1,
    device_type: DeviceType = "cpu",
) -> Scores:
    """Return the class scores of every clip by the network that had its fold held out.

    It learns from a share of the speakers of the other folds, in as many steps as from all.

    Shape:
        ``(n_clips, n_classes)``, in the order of the corpus.
    """
    torch.set_num_threads(1)
    views, n_classes = views_of(corpus, settings), len(corpus.summary.classes)
    labels = class_numbers(corpus, corpus.clips)
    folds = np.array([clip.fold for clip in corpus.clips])
    speakers = np.array([clip.source for clip in corpus.clips])
    scores = np.empty((len(labels), n_classes), np.float32)
    for fold in np.unique(folds):
        held_out, seeds = folds == fold, (settings.seed, int(fold))
        learnt = np.isin(speakers, training_speakers(corpus, int(fold), share, settings.seed))
        longer = _as_long(recipe, (~held_out).sum(), learnt.sum())
        examples, tested = [view[learnt] for view in views], views[0][held_out]
        with repeatable(device_type):
            scores[held_out] = train_and_score(
                examples, labels[learnt], n_classes, tested, longer, seeds, device_type
            )
    return scores


def _as_long(recipe: Recipe, n_all: int, n_learnt: int) -> Recipe:
    steps_of_all, steps = (max(1, n // recipe.batch_size) for n in (n_all, n_learnt))
    return as_long(recipe, steps_of_all, steps)


def train_and_score(
    views: Sequence[Images],
    labels: NDArray[np.intp],
    n_classes: int,
    tested: Images,
    recipe: Recipe,
    seeds: tuple[int, ...],
    device_type: DeviceType = "cpu",
) -> Scores:
    """Return the scores of the tested images by a network that was trained on the views of others."""
    scale, device = scale_of(views[0]), torch.device(device_type)
    data = TrainingData(
        views=tuple(scale.standardise(view) for view in views),
        labels=functional.one_hot(torch.from_numpy(labels), n_classes).float(),
    ).to(device)
    network = seeded_network("small_vgg", n_classes, seeds).to(device)
    if not math.isfinite(fit(network, data, recipe, np.random.default_rng(seeds))):
        raise StageError(f"the word attacker's training diverged at a learning rate of {recipe.learning_rate}")
    return predict(network, scale.standardise(tested)).logits


def views_of(corpus: EventCorpus, settings: CaptureSettings) -> list[Images]:
    """Return the images of all words at each of the speeds, ``(n_clips, 1, bands, frames)`` each."""
    layout = lay_out(settings.rate_hz, "native", corpus.clip_s)
    captured = (_captured(clip, settings, corpus.clip_s) for clip in corpus.clips)
    by_clip = [[log_mel(x, settings.rate_hz, layout) for x in captures] for captures in captured]
    return [np.stack(images)[:, None] for images in zip(*by_clip, strict=True)]


def _captured(clip: EventClip, settings: CaptureSettings, clip_s: float) -> Iterator[Samples]:
    """One word at each of the speeds."""
    x, source_rate_hz = read(clip)
    for speed in SPEEDS:
        word = x if speed == 1 else soxr.resample(x, source_rate_hz * speed, source_rate_hz, quality="HQ")
        sound = fit_length(word, round(clip_s * source_rate_hz))
        yield capture_of(sound, source_rate_hz, f"{clip.digest}/{speed:g}", settings)
