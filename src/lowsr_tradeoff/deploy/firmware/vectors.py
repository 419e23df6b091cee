"""Test vectors: sounds as the converter delivers them, their images and the network's scores.

The synthetic sounds are silence, full scale, a jump in level. Clips are added where they may be passed on: embedded
ones, and the user's own where the study's settings include them in reports.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.feature_step import captured_clip
from lowsr_tradeoff.classify.step_settings import FeatureSettings
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.deploy.firmware.headers import FULL_SCALE, q15
from lowsr_tradeoff.deploy.model.onnx_export import Images, Logits
from lowsr_tradeoff.files.safe_text import cell, line
from lowsr_tradeoff.learning.log_mel import band_levels
from lowsr_tradeoff.learning.mel import Layout, fit_length
from lowsr_tradeoff.learning.yamnet_log_mel import yamnet_log_mel

N_CLIPS = 8

Codes = NDArray[np.int16]


@dataclass(frozen=True)
class Sound:
    """One window of sound: the name of its files, a description, and 16-bit samples."""

    name: str
    description: str
    codes: Codes


def synthetic_sounds(layout: Layout, seed: int) -> tuple[Sound, ...]:
    """Return sounds of one window that reach the ends of the scale."""
    n = round(layout.window_s * layout.model_rate_hz)
    at, rng = np.arange(n), np.random.default_rng(seed)
    noise = rng.standard_normal(n)
    phase = np.cumsum(0.45 * at / n)
    sounds = (
        ("silence", "nothing at all", np.zeros(n)),
        ("noise", "white noise at a tenth of full scale", 0.1 * noise),
        ("soft", "white noise of three steps of the converter", 3 / FULL_SCALE * noise),
        ("loudest", "full scale at random, either way", np.where(rng.random(n) < 0.5, -1.0, 1.0)),
        ("jump", "soft noise, then loud noise", np.where(at < n // 2, 1e-3, 0.3) * noise),
        ("click", "one sample of full scale", np.where(at == n // 2, 1.0, 0.0)),
        ("sweep", "a rising tone in noise", 0.1 * np.sin(2 * np.pi * phase) + 1e-3 * noise),
    )
    return tuple(Sound(name, description, q15(sound)) for name, description, sound in sounds)


def clip_sounds(corpus: EventCorpus, features: FeatureSettings, *, is_included: bool) -> tuple[Sound, ...]:
    """Return the first clip of each class, of eight classes at most, as the microphone of ``features`` records it.

    ``is_included`` says whether the user's own clips may be passed on.
    """
    if corpus.is_own and not is_included:
        return ()
    first: dict[str, EventClip] = {}
    for clip in corpus.clips:
        first.setdefault(clip.label, clip)
    return tuple(
        Sound(f"clip{number}", clip.label, clip_codes(clip, features))
        for number, clip in enumerate(list(first.values())[:N_CLIPS], start=1)
    )


def clip_codes(clip: EventClip, features: FeatureSettings) -> Codes:
    """Return one window of a clip as the study's microphone records it, in 16 bits. Shape ``(n_samples,)``."""
    return q15(fit_length(captured_clip(clip, features), round(features.clip_s * features.rate_hz)))


def images_of(windows: Sequence[Codes], layout: Layout) -> Images:
    """Return the images that the network takes of windows of sound. Shape ``(n, bands, frames)``."""
    sounds = ((codes / FULL_SCALE).astype(np.float32) for codes in windows)
    if layout.is_yamnet:
        return np.stack([yamnet_log_mel(sound, layout) for sound in sounds])
    return np.stack([band_levels(sound, layout.model_rate_hz, layout) for sound in sounds])


def vector_files(
    sounds: Sequence[Sound], images: Images, scores: Logits, classes: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file of the folder ``vectors``; numbers are little-endian."""
    index = io.StringIO()
    lines = csv.writer(index, lineterminator="\n")
    lines.writerow(("name", "sound", "answer"))
    for sound, image, row in zip(sounds, images, scores, strict=True):
        best = int(row.argmax())
        lines.writerow((sound.name, _label(sound.description), f"{best} {_label(classes[best])}"))
        yield f"vectors/{sound.name}.i16", sound.codes.astype("<i2").tobytes()
        yield f"vectors/{sound.name}.log_mel.f32", image.astype("<f4").tobytes()
        yield f"vectors/{sound.name}.scores.f32", row.astype("<f4").tobytes()
    yield "vectors/index.csv", index.getvalue().encode()
    yield "vectors/names.txt", "".join(f"{sound.name}\n" for sound in sounds).encode()


def _label(text: str) -> str:
    """Return a user's label on one line, short, and no formula to a spreadsheet."""
    return str(cell(line(" ".join(text.split()))[:60]))
