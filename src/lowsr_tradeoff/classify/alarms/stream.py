"""One fold's continuous sound: background with the target's clips cut in, as one microphone records it.

Each clip of the target interrupts the background at a random place, so that windows meet it at any phase. Clips
are heard with the study's scene, as in training; recordings have a room of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.capture import noise_seed
from lowsr_tradeoff.audio.capture_stream import capture_blocks
from lowsr_tradeoff.classify.alarms.heard import NO_TARGET, TOO_LITTLE, Heard, heard
from lowsr_tradeoff.classify.feature_step import captured_clip
from lowsr_tradeoff.classify.step_settings import FeatureSettings
from lowsr_tradeoff.corpora.background import spans_by_fold
from lowsr_tradeoff.corpora.clips import EventCorpus, clips_of, folds_of
from lowsr_tradeoff.settings.front_end import Scene

# A window holds the target when it shares this part of the clip, or of itself where that is shorter: the detection
# tolerance of PSDS (Bilen et al., A Framework for the Robust Evaluation of Sound Event Detection, ICASSP 2020).
LEAST_SHARED = 0.5
# Windows of background from one clip of the target to the next, where there is enough.
WINDOWS_BETWEEN = 3


@dataclass(frozen=True)
class Piece:
    """Captured sound of one origin: ``recording`` and ``clip`` are numbers, one of them -1."""

    samples: Samples
    recording: int
    clip: int


@dataclass(frozen=True)
class Window:
    """A window of captured sound: where it starts, whose its middle is, and which clip of the target it holds."""

    samples: Samples
    start_s: float
    recording: int
    clip: int


def windows_of(corpus: EventCorpus, asked: FeatureSettings, target: int, hop_s: float) -> Iterator[Window]:
    """Yield the windows of one fold's sound, ``round(clip_s * rate_hz)`` samples each, in constant memory."""
    known = heard(corpus, asked.fold, target)
    # One stream for all rates, so that they meet the same sounds at the same phases.
    rng = np.random.default_rng([asked.seed, asked.fold])
    background = _recorded(corpus, asked) if corpus.background else _strung(corpus, asked, known, target, rng)
    pieces = _cut_in(background, known, asked, rng)
    return _windows(pieces, asked.rate_hz, round(asked.clip_s * asked.rate_hz), round(hop_s * asked.rate_hz))


def _recorded(corpus: EventCorpus, asked: FeatureSettings) -> Iterator[Piece]:
    microphone = asked.front_end.model_copy(update={"scene": Scene()})
    for number, span in enumerate(spans_by_fold(corpus.background, folds_of(corpus))[asked.fold]):
        seed = noise_seed(asked.seed, f"{span.recording.digest}/{span.begin}", asked.rate_hz)
        source_rate_hz = span.recording.source_rate_hz
        for block in capture_blocks(span.blocks(), source_rate_hz, asked.rate_hz, microphone, seed):
            yield Piece(block, number, -1)


def _strung(
    corpus: EventCorpus, asked: FeatureSettings, known: Heard, target: int, rng: np.random.Generator
) -> Iterator[Piece]:
    label = corpus.summary.classes[target]
    others = [clip for clip in clips_of(corpus, asked.fold) if clip.label != label]
    for i in rng.permutation(len(others)):
        yield Piece(captured_clip(others[i], asked), known.recordings.index(others[i].source), -1)


def _cut_in(
    background: Iterator[Piece], known: Heard, asked: FeatureSettings, rng: np.random.Generator
) -> Iterator[Piece]:
    """Yield the background with the clips of the target cut in; without background the clips alone."""
    usual_s = min(WINDOWS_BETWEEN * asked.clip_s, sum(known.background_s) / (len(known.clips) + 1))
    gaps_s = usual_s * rng.uniform(0.5, 1.5, len(known.clips))
    left, number = round(next(iter(gaps_s), 0.0) * asked.rate_hz), 0
    for piece in background:
        rest = piece.samples
        while number < len(known.clips) and len(rest) > left:
            yield Piece(rest[:left], piece.recording, -1)
            yield Piece(captured_clip(known.clips[number], asked), -1, number)
            rest, number = rest[left:], number + 1
            left = round(gaps_s[number] * asked.rate_hz) if number < len(known.clips) else 0
        left -= len(rest)
        yield Piece(rest, piece.recording, -1)
    for after in range(number, len(known.clips)):
        yield Piece(captured_clip(known.clips[after], asked), -1, after)


def _windows(pieces: Iterator[Piece], rate_hz: int, n_window: int, n_hop: int) -> Iterator[Window]:
    """Yield every whole window; parts of the sound are known by where they begin."""
    held: list[tuple[int, Piece]] = []
    end = start = 0
    for piece in pieces:
        if not len(piece.samples):
            continue
        held.append((end, piece))
        end += len(piece.samples)
        while start + n_window <= end:
            held = [(at, each) for at, each in held if at + len(each.samples) > start]
            yield _window(held, start, n_window, rate_hz)
            start += max(1, n_hop)


def _window(held: list[tuple[int, Piece]], start: int, n_window: int, rate_hz: int) -> Window:
    parts, shared, recording, clip = [], 0.0, -1, NO_TARGET
    for at, piece in held:
        first, last = max(0, start - at), min(len(piece.samples), start + n_window - at)
        if last <= first:
            continue
        parts.append(piece.samples[first:last])
        if piece.clip >= 0:
            part = (last - first) / min(n_window, len(piece.samples))
            if part > shared:
                shared, clip = part, piece.clip if part >= LEAST_SHARED else TOO_LITTLE
        if at <= start + n_window // 2 < at + len(piece.samples):
            recording = piece.recording
    return Window(np.concatenate(parts), start / rate_hz, recording, clip)
