"""Run a network that the user brought, as it is, on what the microphone records at one rate."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from lowsr_tradeoff.audio.capture import restore
from lowsr_tradeoff.classify.feature_step import captured_clip
from lowsr_tradeoff.classify.step_settings import GivenSettings
from lowsr_tradeoff.corpora.clips import EventCorpus, clips_of
from lowsr_tradeoff.learning.given import (
    class_scores,
    image_of,
    layout_of,
    open_network,
    window_samples,
    window_starts,
)
from lowsr_tradeoff.learning.given_files import Opened
from lowsr_tradeoff.learning.log_mel import mel_bank
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.given import GivenNetwork, MelNumbers

LEAST_PROBABILITY = 1e-12


def run(steps: Sequence[Step[GivenSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write each fold's ``test_logits``, rows as :func:`clips_of`, and what one clip costs.

    With ``answers = "all"`` a column is added: the best output that stands for no label of the corpus.
    """
    for step in steps:
        asked = step.settings
        opened = open_network(asked.path, asked.said)
        clips = clips_of(corpus, asked.clips.fold)
        heard = (restore(captured_clip(clip, asked.clips), asked.rate_hz, asked.said.rate_hz) for clip in clips)
        scores = np.stack([class_scores(opened, asked.said, sound) for sound in heard])
        meta = {"clips": [clip.clip_id for clip in clips], "cost": cost_of(opened, asked).model_dump()}
        store.write(step, meta, {"test_logits": label_logits(scores, asked)})


def label_logits(scores: NDArray[np.float32], asked: GivenSettings) -> NDArray[np.float32]:
    """Return the logarithms of what a network's outputs say of the labels, as :func:`label_scores` has them."""
    said = asked.said
    is_logits = said.output == "logits"
    logits = log_softmax(scores, axis=1) if is_logits else np.log(np.maximum(scores, LEAST_PROBABILITY))
    return label_scores(np.asarray(logits, np.float32), said.columns(asked.labels), said)


def label_scores(
    logits: NDArray[np.float32], columns: Sequence[Sequence[int]], said: GivenNetwork
) -> NDArray[np.float32]:
    """Return the best of each label's outputs, and with ``answers = "all"`` the best of the rest as a last column.

    Shape ``(n, n_outputs)`` → ``(n, n_labels)`` or ``(n, n_labels + 1)``.
    """
    best = [logits[:, list(one)].max(axis=1) for one in columns]
    rest = np.setdiff1d(np.arange(logits.shape[1]), np.concatenate([list(one) for one in columns]))
    if said.answers == "all" and len(rest):
        best.append(logits[:, rest].max(axis=1))
    return np.stack(best, axis=1)


def cost_of(opened: Opened, asked: GivenSettings) -> ModelCost:
    """Return what one clip costs: the windows that it is heard in, one after the other.

    A network of samples has its front end inside; only convolutions and linear layers of it are counted.
    """
    said, clip_s = asked.said, asked.clips.clip_s
    n_windows = len(window_starts(round(clip_s * said.rate_hz), window_samples(opened, said)))
    fft_size, frames, bands, n_weights = _front_end(said)
    return ModelCost(
        rate_hz=asked.rate_hz,
        grid="shared",
        model_rate_hz=said.rate_hz,
        window_s=clip_s,
        parameters=opened.counted.parameters,
        macs={name: n_windows * count for name, count in opened.counted.macs.items()},
        fft_size=fft_size,
        frames=n_windows * frames,
        mel_bands=bands,
        mel_nonzeros=n_weights,
        weight_bytes=opened.counted.parameters,
        activation_bytes=opened.counted.activations,
    )


def _front_end(said: GivenNetwork) -> tuple[int, int, int, int]:
    """Points of an FFT, FFTs, bands and their weights; of a network of samples one point and no FFT."""
    match said.front_end:
        case None:
            return 1, 0, 0, 0
        case MelNumbers() as numbers:
            # Triangles overlap by half, so each bin has at most two weights.
            return numbers.fft_size, image_of(said)[1], numbers.bands, numbers.fft_size
        case _:
            layout = layout_of(said)
            return layout.fft_size, layout.n_frames, layout.mel_bands, int((mel_bank(layout) != 0).sum())
