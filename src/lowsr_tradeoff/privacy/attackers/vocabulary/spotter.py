"""A network that learns to tell words apart as the microphone hears them.

It is the classifier's small network on its native layout, trained by the classifier's own loop. Word recognition
differs from event recognition in what it must not lose: words are neither rolled in time nor mixed. Instead each is
heard at three speeds, which gives the training voices that it has not (Ko et al., Audio augmentation for speech
recognition, Interspeech 2015); the microphone comes after the change of speed, as it does for a voice.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torch.nn import functional

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, read
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.gpu import repeatable
from lowsr_tradeoff.learning.lesson import Lesson
from lowsr_tradeoff.learning.log_mel import log_mel
from lowsr_tradeoff.learning.mel import fit_length, lay_out
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.learning.train import Images, fit, predict, scale_of, seeded_network
from lowsr_tradeoff.privacy.attackers.learning_curves import as_long
from lowsr_tradeoff.privacy.attackers.vocabulary.word_list import taught_by
from lowsr_tradeoff.privacy.captures import CaptureSettings, capture_of
from lowsr_tradeoff.settings.groups import DeviceType

SPEEDS = (1.0, 0.88, 1.13)

Scores = NDArray[np.float32]


def answers(
    corpus: EventCorpus,
    settings: CaptureSettings,
    recipe: Recipe,
    share: float = 1,
    device_type: DeviceType = "cpu",
) -> Scores:
    """Return the class scores of every clip by the network that had its fold held out.

    Args:
        corpus: The words, in folds.
        settings: The microphone.
        recipe: How each network is trained.
        share: Of the speakers of the other folds, whom it learns from; of fewer in as many steps as of all.
        device_type: What the networks compute on.

    Shape:
        ``(n_clips, n_classes)``, in the order of the corpus.

    Raises:
        StageError: A training diverged.
        MissingResourceError: There is no GPU.
    """
    torch.set_num_threads(1)
    views = views_of(corpus, settings)
    classes = corpus.summary.classes
    labels = np.array([classes.index(clip.label) for clip in corpus.clips])
    folds = np.array([clip.fold for clip in corpus.clips])
    speakers = np.array([clip.source for clip in corpus.clips])
    scores = np.empty((len(labels), len(classes)), np.float32)
    for fold in np.unique(folds):
        held_out, seeds = folds == fold, (settings.seed, int(fold))
        learnt = np.isin(speakers, taught_by(corpus, int(fold), share, settings.seed))
        lessons, longer = [view[learnt] for view in views], _as_long(recipe, (~held_out).sum(), learnt.sum())
        tested = views[0][held_out]
        with repeatable(device_type):
            scores[held_out] = _taught(lessons, labels[learnt], len(classes), tested, longer, seeds, device_type)
    return scores


def _as_long(recipe: Recipe, n_all: int, n_learnt: int) -> Recipe:
    steps_of_all, steps = (max(1, n // recipe.batch_size) for n in (n_all, n_learnt))
    return as_long(recipe, steps_of_all, steps)


def _taught(
    views: Sequence[Images],
    labels: NDArray[np.intp],
    n_classes: int,
    tested: Images,
    recipe: Recipe,
    seeds: tuple[int, ...],
    device_type: DeviceType = "cpu",
) -> Scores:
    """What a network says of the tested images after learning from the views of others."""
    scale, device = scale_of(views[0]), torch.device(device_type)
    lesson = Lesson(
        views=tuple(scale.standardise(view) for view in views),
        labels=functional.one_hot(torch.from_numpy(labels), n_classes).float(),
        smoothing=recipe.smoothing,
        fill=0.0,
        teaching=None,
        is_averaged=False,
    ).to(device)
    network = seeded_network("small_vgg", n_classes, seeds).to(device)
    if not math.isfinite(fit(network, lesson, recipe, np.random.default_rng(seeds))):
        raise StageError(f"the word attacker's training diverged at a learning rate of {recipe.learning_rate}")
    return predict(network, scale.standardise(tested)).logits


def views_of(corpus: EventCorpus, settings: CaptureSettings) -> list[Images]:
    """Return the images of all words said at each of the speeds; every clip is read once.

    Shape:
        ``(n_clips, 1, bands, frames)`` each.
    """
    layout = lay_out(settings.rate_hz, "native", corpus.clip_s)
    heard = (_captured(clip, settings, corpus.clip_s) for clip in corpus.clips)
    by_clip = [[log_mel(x, settings.rate_hz, layout) for x in captures] for captures in heard]
    return [np.stack(images)[:, None] for images in zip(*by_clip, strict=True)]


def _captured(clip: EventClip, settings: CaptureSettings, clip_s: float) -> Iterator[Samples]:
    """One word at each of the speeds."""
    x, source_rate_hz = read(clip)
    for speed in SPEEDS:
        said = x if speed == 1 else soxr.resample(x, source_rate_hz * speed, source_rate_hz, quality="HQ")
        sound = fit_length(said, round(clip_s * source_rate_hz))
        yield capture_of(sound, source_rate_hz, f"{clip.digest}/{speed:g}", settings)
