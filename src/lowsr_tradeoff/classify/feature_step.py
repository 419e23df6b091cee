"""Log-mel features on two layouts: the paper's shared grid, and a native one for the rate.

The shared grid restores every capture to 16 kHz and analyses it there, so one network serves all rates at equal
cost; bands above rate/2 stay empty. The native grid spends its bands on 20 Hz … rate/2 and analyses at the rate
itself. Both have one column per 40 ms, and equal levels and floor for equal spectral density. Reference: mel scale
and area normalisation after Slaney, Auditory Toolbox, Interval TR 1998-010.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.capture import capture, noise_seed, restore
from lowsr_tradeoff.classify.step_settings import FeatureSettings
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, clips_of, read
from lowsr_tradeoff.learning.log_mel import log_mel
from lowsr_tradeoff.learning.mel import fit_length, lay_out
from lowsr_tradeoff.learning.panns_hearing import front_end_of
from lowsr_tradeoff.learning.spectral_statistics import statistics_of
from lowsr_tradeoff.learning.yamnet_log_mel import yamnet_log_mel
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store


def run(steps: Sequence[Step[FeatureSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write ``features`` of one fold for several layouts, reading each clip once and keeping none in memory.

    Shape ``(n_clips, 1, bands, frames)``, of statistics one row of one band, in the order of
    :func:`clips_of`.
    """
    clips = clips_of(corpus, steps[0].settings.fold)
    names = {"clips": [clip.clip_id for clip in clips]}
    with ExitStack() as files:
        append = {
            step: files.enter_context(store.writing_rows(step, names, "features", len(clips))) for step in steps
        }
        for clip in clips:
            for step, image in _images(clip, steps):
                append[step](image[None])


def captured_clip(clip: EventClip, asked: FeatureSettings) -> Samples:
    """Return what the microphone records of a clip, scene and noise included. Shape ``(n_samples,)``."""
    return _captured(*read(clip), clip.digest, asked)


def image_of(captured: Samples, asked: FeatureSettings) -> NDArray[np.float16]:
    """Return the feature image of one capture for the network that reads it, or the control's statistics."""
    if asked.front == "statistics":
        return statistics_of(captured, asked.rate_hz, asked.clip_s)
    if asked.front == "compact":
        return log_mel(captured, asked.rate_hz, lay_out(asked.rate_hz, asked.grid, asked.clip_s))
    if asked.front == "yamnet":
        layout = lay_out(asked.rate_hz, asked.grid, asked.clip_s, asked.front)
        return yamnet_log_mel(restore(captured, asked.rate_hz, layout.model_rate_hz), layout).astype(np.float16)
    from lowsr_tradeoff.learning.panns_log_mel import panns_log_mel  # noqa: PLC0415 - brings torch

    front_end = front_end_of(asked.front, as_published=asked.as_published)
    restored = restore(captured, asked.rate_hz, front_end.model_rate_hz)
    x = fit_length(restored, round(asked.clip_s * front_end.model_rate_hz))
    return panns_log_mel(x, front_end).astype(np.float16)


def _images(
    clip: EventClip, steps: Sequence[Step[FeatureSettings]]
) -> Iterator[tuple[Step[FeatureSettings], NDArray[np.float16]]]:
    """One image per layout; layouts of one rate share a capture."""
    samples, source_rate_hz = read(clip)
    captures: dict[FeatureSettings, Samples] = {}
    for step in steps:
        asked = step.settings
        shared = asked.model_copy(update={"grid": "shared", "front": "compact"})
        if shared not in captures:
            captures[shared] = _captured(samples, source_rate_hz, clip.digest, asked)
        yield step, image_of(captures[shared], asked)


def _captured(samples: Samples, source_rate_hz: int, digest: str, asked: FeatureSettings) -> Samples:
    sound = fit_length(samples, round(asked.clip_s * source_rate_hz))
    seed = noise_seed(asked.seed, digest, asked.rate_hz)
    return capture(sound, source_rate_hz, asked.rate_hz, asked.front_end, seed)
