"""Score every window of one fold's continuous sound by the networks that were tested on that fold."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import logsumexp

from lowsr_tradeoff.classify.alarms.heard import heard
from lowsr_tradeoff.classify.alarms.plan import AlarmStepSettings
from lowsr_tradeoff.classify.alarms.stream import Window, windows_of
from lowsr_tradeoff.classify.feature_step import image_of
from lowsr_tradeoff.classify.step_settings import FeatureSettings
from lowsr_tradeoff.classify.train_settings import TrainSettings
from lowsr_tradeoff.classify.train_step import finished_network, keep_freed_memory
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.learning.gpu import gpu_named
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.train import BATCH_TO_PREDICT, Scale, predict
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

Network = tuple[FeatureSettings, Recogniser, Scale]
Place = tuple[float, int, int]
K = TypeVar("K", bound=Hashable)


def run(steps: Sequence[Step[AlarmStepSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write ``scores``, ``start_s``, ``recording`` and ``clip`` of every window of one fold's sound at one rate.

    The sound is decoded and captured once for all steps. Memory does not grow with it but by the scores.
    """
    torch.set_num_threads(1)
    keep_freed_memory()
    asked = steps[0].settings
    trainings = {step: cast("Step[TrainSettings]", step.needs[0]) for step in steps}
    networks = {
        step: (step.settings.features, *finished_network(training, corpus, store))
        for step, training in trainings.items()
    }
    sound = windows_of(corpus, asked.features, asked.target, asked.hop_s)
    places, scores = scored_windows(sound, networks, asked.target)
    for step in steps:
        meta = {**heard_by(corpus, asked), **gpu_named(trainings[step].settings.device_type)}
        store.write(step, meta, {**places, "scores": scores[step]})


def heard_by(corpus: EventCorpus, asked: AlarmStepSettings) -> dict[str, object]:
    """Return what the networks of a fold hear, as its artefact says it."""
    known = heard(corpus, asked.features.fold, asked.target)
    return {
        "recordings": known.recordings,
        "background_s": known.background_s,
        "clips": [clip.clip_id for clip in known.clips],
        "sources": [clip.source for clip in known.clips],
    }


def target_log_odds(logits: NDArray[np.floating], target: int) -> NDArray[np.float64]:
    """Return the log odds of one class against all others, from scores before the softmax, ``(n, n_classes)``.

    >>> target_log_odds(np.log([[0.5, 0.25, 0.25]]), 0).round(6).tolist()
    [0.0]
    """
    others = np.delete(logits.astype(np.float64), target, axis=1)
    odds: NDArray[np.float64] = logits[:, target] - logsumexp(others, axis=1)
    return odds


def scored_windows(
    sound: Iterable[Window], networks: Mapping[K, Network], target: int
) -> tuple[dict[str, NDArray[Any]], dict[K, NDArray[np.float32]]]:
    """Return where each window lies and what it holds, and its score by every network, batch by batch."""
    places: list[Place] = []
    scores: dict[K, list[NDArray[np.float32]]] = {name: [] for name in networks}
    for batch in _batches(sound):
        places += map(place_of, batch)
        images: dict[FeatureSettings, NDArray[np.float16]] = {}
        for name, (features, network, scale) in networks.items():
            if features not in images:
                images[features] = np.stack([image_of(window.samples, features) for window in batch])
            logits = predict(network, scale.standardise(images[features][:, None])).logits
            scores[name].append(target_log_odds(logits, target).astype(np.float32))
    return as_columns(places), {
        name: np.concatenate([*parts, np.empty(0, np.float32)]) for name, parts in scores.items()
    }


def place_of(window: Window) -> Place:
    """Return where a window lies and what it holds."""
    return window.start_s, window.recording, window.clip


def as_columns(places: Sequence[Place]) -> dict[str, NDArray[Any]]:
    """Return the places of windows as arrays by name."""
    columns = np.array(places, float).reshape(-1, 3)
    return {
        "start_s": columns[:, 0],
        **{name: columns[:, i].astype(np.int32) for i, name in ((1, "recording"), (2, "clip"))},
    }


def _batches(sound: Iterable[Window]) -> Iterator[list[Window]]:
    windows = iter(sound)
    while batch := list(islice(windows, BATCH_TO_PREDICT)):
        yield batch
