"""Compute a published network's embeddings of every clip once, where its head alone is trained."""

from collections.abc import Sequence

import numpy as np
import torch

from lowsr_tradeoff.classify.step_settings import EmbeddingSettings
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.learning.networks.checkpoint import load_weights, start_from
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.train import AS_IT_IS, predict, seeded_network
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

# Images in memory at once.
N_AT_ONCE = 256


def run(steps: Sequence[Step[EmbeddingSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write the embeddings of each fold under the name of images, ``features``. Shape ``(n_clips, 1, 1, d)``."""
    torch.set_num_threads(1)
    network = _published(steps[0].settings, len(corpus.summary.classes))
    for step in steps:
        images = store.mapped(step.needs[0], "features")
        parts = (images[start : start + N_AT_ONCE] for start in range(0, len(images), N_AT_ONCE))
        found = [predict(network, AS_IT_IS.standardise(part)).embeddings for part in parts]
        store.write(step, {}, {"features": np.concatenate(found)[:, None, None]})


def _published(asked: EmbeddingSettings, n_classes: int) -> Recogniser:
    """The network with published weights; its head, which is not used, has random ones."""
    network = seeded_network(asked.network, n_classes, (0,), as_published=asked.as_published)
    start_from(network, load_weights(asked.checkpoint.path, asked.network, asked.checkpoint.sha256))
    return network
