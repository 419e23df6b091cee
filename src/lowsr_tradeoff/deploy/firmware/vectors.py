"""Test vectors: sounds as the converter hands them on, their images and the network's scores.

The drawn sounds reach what clips seldom do: silence, full scale, a jump in level. Clips are added where they may be
passed on: embedded ones, and the user's own where the study's settings include them in reports.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio.capture import Samples
from lowsr_tradeoff.classify.feature_step import captured_clip
from lowsr_tradeoff.classify.step_settings import FeatureSettings
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.deploy.firmware.headers import FULL_SCALE
from lowsr_tradeoff.deploy.model.onnx_export import Images, Logits
from lowsr_tradeoff.files.safe_text import cell, line
from lowsr_tradeoff.learning.log_mel import band_levels
from lowsr_tradeoff.learning.mel import Layout, fit_length

N_CLIPS = 8

Codes = NDArray[np.int16]


@dataclass(frozen=True)
class Sound:
    """One window of sound.

    Attributes:
        name: Of its files.
        what: What it is.
        codes: 16-bit samples.
    """

    name: str
    what: str
    codes: Codes


def drawn_sounds(layout: Layout, seed: int) -> tuple[Sound, ...]:
    """Return sounds of one window that reach the ends of the scale."""
    n = round(layout.window_s * layout.model_rate_hz)
    at, rng = np.arange(n), np.random.default_rng(seed)
    noise = rng.standard_normal(n)
    rising = np.cumsum(0.45 * at / n)
    made = (
        ("silence", "nothing at all", np.zeros(n)),
        ("noise", "white noise at a tenth of full scale", 0.1 * noise),
        ("soft", "white noise of three steps of the converter", 3 / FULL_SCALE * noise),
        ("loudest", "full scale at random, either way", np.where(rng.random(n) < 0.5, -1.0, 1.0)),
        ("jump", "soft noise, then loud noise", np.where(at < n // 2, 1e-3, 0.3) * noise),
        ("click", "one sample of full scale", np.where(at == n // 2, 1.0, 0.0)),
        ("sweep", "a rising tone in noise", 0.1 * np.sin(2 * np.pi * rising) + 1e-3 * noise),
    )
    return tuple(Sound(name, what, codes_of(sound)) for name, what, sound in made)


def clip_sounds(corpus: EventCorpus, asked: FeatureSettings, *, is_included: bool) -> tuple[Sound, ...]:
    """Return the first clip of each class as the microphone records it, of eight classes at most.

    Args:
        corpus: Of the study.
        asked: Names the microphone.
        is_included: Whether the user's own clips may be passed on.
    """
    if corpus.is_own and not is_included:
        return ()
    first: dict[str, EventClip] = {}
    for clip in corpus.clips:
        first.setdefault(clip.label, clip)
    chosen = list(first.values())[:N_CLIPS]
    return tuple(
        Sound(f"clip{number}", clip.label, clip_codes(clip, asked)) for number, clip in enumerate(chosen, start=1)
    )


def clip_codes(clip: EventClip, asked: FeatureSettings) -> Codes:
    """Return one window of a clip as the study's microphone records it, in 16 bits. Shape ``(n_samples,)``."""
    return codes_of(fit_length(captured_clip(clip, asked), round(asked.clip_s * asked.rate_hz)))


def codes_of(sound: Samples | NDArray[np.float64]) -> Codes:
    """Return samples of full scale ±1 as 16-bit codes; those of a converter of at most 16 bits are exact.

    >>> codes_of(np.array([1.0, -1.0, 0.5])).tolist()
    [32767, -32768, 16384]
    """
    return np.clip(np.rint(sound * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def images_of(sounds: Sequence[Codes], layout: Layout) -> Images:
    """Return the images of some windows as the network hears them. Shape ``(n, bands, frames)``."""
    rate_hz = layout.model_rate_hz
    return np.stack([band_levels((codes / FULL_SCALE).astype(np.float32), rate_hz, layout) for codes in sounds])


def vector_files(
    sounds: Sequence[Sound], images: Images, said: Logits, classes: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file of the folder ``vectors``; numbers have their little end first."""
    index = io.StringIO()
    lines = csv.writer(index, lineterminator="\n")
    lines.writerow(("name", "sound", "answer"))
    for sound, image, scores in zip(sounds, images, said, strict=True):
        best = int(scores.argmax())
        lines.writerow((sound.name, _plain(sound.what), f"{best} {_plain(classes[best])}"))
        yield f"vectors/{sound.name}.i16", sound.codes.astype("<i2").tobytes()
        yield f"vectors/{sound.name}.log_mel.f32", image.astype("<f4").tobytes()
        yield f"vectors/{sound.name}.scores.f32", scores.astype("<f4").tobytes()
    yield "vectors/index.csv", index.getvalue().encode()
    yield "vectors/names.txt", "".join(f"{sound.name}\n" for sound in sounds).encode()


def _plain(text: str) -> str:
    """Labels are a user's: short, on one line, and no formula to a spreadsheet."""
    return str(cell(line(" ".join(text.split()))[:60]))
