"""Attacker 6: whether anybody speaks. The same figure is the product's use where it has to hear that somebody does.

The truth is made, not guessed: every utterance lies in a track between silence and noise that has its own spectrum
and level but says nothing. So whoever goes by loudness alone takes all of that noise for speech. Windows inside the
utterance that are far below its loudest count as neither: whether a pause is speech is a matter of taste.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.audio.capture import noise_seed, restore
from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.privacy.bundled_weights import bundled_file
from lowsr_tradeoff.privacy.captures import CaptureSettings, capture_of, captures_of, original_at_16k
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.groups import Settings
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics import Floats
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights, sums_by

STAGE = "attack-presence"

PUBLISHED, INFORMED = "silero-vad", "silero-vad, threshold chosen at the rate"
# Its windows of 512 samples.
WINDOW = 512
# At either end of a track; the detector's state settles in it.
SILENCE_S = 0.5
# Windows of an utterance further below its loudest one are pauses.
PAUSE_DB = 30.0
LEVEL = 0.1
PUBLISHED_THRESHOLD = 0.5
# Even in odds, from one in 3000: at low rates the detector is sure of little, but knows what is likelier.
THRESHOLDS = 1 / (1 + np.exp(-np.linspace(-8, 8, 65)))
# Tracks in memory at once.
GROUP = 16
# The stream of draws for the phases of the noise, apart from the converter's.
PHASES = 1

TRACKS = (
    "Every utterance between noise of its own spectrum and level, as long as itself, and silence; frames of 32 ms; "
    f"pauses {PAUSE_DB:.0f} dB below the utterance's loudest frame are not counted."
)
SETUP = {
    PUBLISHED: f"Threshold {PUBLISHED_THRESHOLD} as published. {TRACKS}",
    INFORMED: f"Threshold with the fewest errors on other speakers at the rate. {TRACKS}",
}
ALONE = "choosing a threshold on other speakers takes two speakers or more; name them in metadata.csv"

Flags = NDArray[np.bool_]


class PresenceSettings(Settings):
    """What the decisions depend on."""

    captures: CaptureSettings


@dataclass(frozen=True)
class Windows:
    """The windows of all tracks whose truth is known.

    Attributes:
        probability: Of speech, as the detector has it. Shape ``(n_windows,)``.
        is_speech: The truth.
        utterance: The place in the corpus of the utterance in the track.
    """

    probability: Samples
    is_speech: Flags
    utterance: NDArray[np.intp]


def weights_file() -> Path:
    """Return the file of Silero's weights, its content checked.

    Raises:
        MissingResourceError: The package silero-vad is not installed.
        DataError: Its weights are other ones.
    """
    sha256 = "e1122837f4154c511485fe0b9c64455f7b929c96fbb8d79fbdb336383ebd3720"
    return bundled_file("silero_vad", "data/silero_vad.jit", sha256)


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    """Return the steps that :func:`results` reads: at every rate, how likely speech is in every window.

    Raises:
        MissingResourceError: The detector's weights are not there.
        DataError: They are other ones.
    """
    weights_file()
    return tuple(_step(config, speech, rate_hz) for rate_hz in config.all_rates_hz())


def run(steps: Sequence[Step], speech: SpeechCorpus, store: Store) -> None:
    """Play every track to each step's microphone and write what the detector makes of it.

    Raises:
        DataError: An audio file, or the weights, cannot be read.
    """
    for step in steps:
        match step.settings:
            case PresenceSettings(captures=settings):
                store.write(step, {"window": WINDOW}, vars(_listen(settings, speech)))


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[AttackResult, ...]:
    """Return how often the detector errs at every rate, as published and with its threshold moved."""
    return tuple(
        result
        for rate_hz in config.all_rates_hz()
        for attacker in (PUBLISHED, INFORMED)
        for result in _results(config, speech, store, rate_hz, attacker)
    )


def track(utterance: Samples, rng: np.random.Generator) -> tuple[Samples, NDArray[np.int8]]:
    """Return silence, noise, an utterance, noise and silence in a row, and what is in each sample.

    The noise has the utterance's own spectrum and level and random phases, and is as long as the utterance in all.

    Args:
        utterance: At 16 kHz.
        rng: Draws the phases.

    Shape:
        ``(n,)`` to ``(n_track,)`` each, a whole number of windows; 1 in the utterance, 0 elsewhere.
    """
    whole = np.pad(utterance, (0, -len(utterance) % (2 * WINDOW)))
    spectrum = np.abs(np.fft.rfft(whole)) * np.exp(2j * np.pi * rng.random(len(whole) // 2 + 1))
    noise = np.fft.irfft(spectrum, len(whole)).astype(np.float32)
    silence = np.zeros(round(SILENCE_S * MODEL_RATE_HZ / WINDOW) * WINDOW, np.float32)
    before, after = np.split(noise, 2)
    parts = (silence, before, whole, after, silence)
    return np.concatenate(parts), np.concatenate([np.full(len(part), part is whole, np.int8) for part in parts])


def truth(sound: Samples, said: NDArray[np.int8]) -> tuple[Flags, Flags]:
    """Return which windows of a track are speech, and which are certainly one or the other.

    Args:
        sound: From :func:`track`.
        said: From the same.

    Shape:
        ``(n_windows,)`` each.
    """
    power = np.mean(np.square(sound.reshape(-1, WINDOW), dtype=np.float64), axis=1)
    is_inside = said.reshape(-1, WINDOW).any(axis=1)
    is_loud = power > np.max(power, where=is_inside, initial=0) * 10 ** (-PAUSE_DB / 10)
    return is_inside & is_loud, ~is_inside | is_loud


def choose_thresholds(windows: Windows, speakers: Sequence[str]) -> Floats:
    """Return for each utterance the threshold with the fewest errors in the tracks of other speakers.

    Args:
        windows: What the detector said.
        speakers: Who said each utterance; two people or more.

    Shape:
        ``(n_utterances,)``.
    """
    _, people = np.unique(np.asarray(speakers), return_inverse=True)
    errors = np.stack([_errors(windows, threshold) for threshold in THRESHOLDS], axis=1)
    of_people = sums_by(people[windows.utterance], errors)
    chosen: Floats = THRESHOLDS[np.argmin(of_people.sum(axis=0) - of_people, axis=1)]
    return chosen[people]


def _step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int) -> Step:
    settings = PresenceSettings(captures=captures_of(config, speech, rate_hz))
    return Step(
        STAGE, "privacy.attackers.presence.attack:run", settings, f"speech presence at {rate_hz} Hz", "speech"
    )


def _listen(settings: CaptureSettings, speech: SpeechCorpus) -> Windows:
    from lowsr_tradeoff.privacy.attackers.presence.silero import load_detector, speech_probability  # noqa: PLC0415 - imports torch

    detector, found = load_detector(weights_file()), []
    for first in range(0, len(speech.utterances), GROUP):
        group = speech.utterances[first : first + GROUP]
        tracks = [_track_of(utterance, settings.seed) for utterance in group]
        heard = [_heard(clip, sound, settings) for clip, (sound, _) in zip(group, tracks, strict=True)]
        likely = speech_probability(heard, detector)
        found += [_windows(first + i, *tracks[i], likely[i]) for i in range(len(group))]
    return Windows(**{name: np.concatenate([vars(row)[name] for row in found]) for name in vars(found[0])})


def _track_of(utterance: Utterance, seed: int) -> tuple[Samples, NDArray[np.int8]]:
    """The same at every rate."""
    drawn = noise_seed(seed, utterance.digest, MODEL_RATE_HZ)
    return track(original_at_16k(utterance), np.random.default_rng([drawn, PHASES]))


def _heard(utterance: Utterance, sound: Samples, settings: CaptureSettings) -> Samples:
    """What the microphone makes of a track, as loud as the detector likes it; a capture may end a little early."""
    captured = capture_of(sound, MODEL_RATE_HZ, utterance.digest, settings)
    restored = restore(captured, settings.rate_hz, MODEL_RATE_HZ)[: len(sound)]
    rms = float(np.sqrt(np.mean(np.square(restored, dtype=np.float64)))) or 1.0
    return np.pad(restored * np.float32(LEVEL / rms), (0, len(sound) - len(restored)))


def _windows(utterance: int, sound: Samples, said: NDArray[np.int8], likely: Samples) -> Windows:
    is_speech, is_certain = truth(sound, said)
    return Windows(likely[is_certain], is_speech[is_certain], np.full(int(is_certain.sum()), utterance))


def _results(
    config: StudyConfig, speech: SpeechCorpus, store: Store, rate_hz: int, attacker: str
) -> Iterator[AttackResult]:
    step = _step(config, speech, rate_hz)
    if why := store.failed.get(step):
        gone = missing(f"its step failed: {why}", "frames")
        yield _result(config, rate_hz, attacker, "frame error rate", gone, None)
        return
    windows = Windows(**store.arrays(step))
    for measure, value in _figures(config, speech, windows, attacker):
        is_overall = measure == "frame error rate" and value.value is not None
        chance = _always_the_same(windows) if is_overall else None
        yield _result(config, rate_hz, attacker, measure, value, chance)


def _result(
    config: StudyConfig, rate_hz: int, attacker: str, measure: str, value: Measurement, chance: Measurement | None
) -> AttackResult:
    return AttackResult(
        rate_hz=rate_hz,
        front_end=name_of(config.front_end),
        attacker=attacker,
        recovers="presence",
        measure=measure,
        value=value,
        chance=chance,
        is_leak=False,
        setup=SETUP[attacker],
    )


def _figures(
    config: StudyConfig, speech: SpeechCorpus, windows: Windows, attacker: str
) -> Iterator[tuple[str, Measurement]]:
    speakers = [utterance.speaker for utterance in speech.utterances]
    if attacker == INFORMED and len(set(speakers)) < 2:
        yield from ((name, missing(ALONE, "frames")) for name, _ in _kinds(windows))
        return
    thresholds = np.full(len(speakers), PUBLISHED_THRESHOLD)
    if attacker == INFORMED:
        thresholds = choose_thresholds(windows, speakers)
    wrong = _errors(windows, thresholds[windows.utterance])
    weights = resample_weights(speakers, config.n_resamples, config.seed)
    for name, counted in _kinds(windows):
        errors, frames = (_by_utterance(windows, values, len(speakers)) for values in (wrong & counted, counted))
        yield name, pooled_ratio(errors, frames, weights, "frames", is_share=True)


def _kinds(windows: Windows) -> tuple[tuple[str, Flags], ...]:
    """Every measure, and the windows that it counts."""
    return (
        ("frame error rate", np.ones_like(windows.is_speech)),
        ("miss rate", windows.is_speech),
        ("false-alarm rate", ~windows.is_speech),
    )


def _errors(windows: Windows, threshold: float | Floats) -> Flags:
    return np.asarray((windows.probability >= threshold) != windows.is_speech)


def _by_utterance(windows: Windows, counted: Flags, n_utterances: int) -> Floats:
    return np.bincount(windows.utterance, counted, n_utterances).astype(np.float64)


def _always_the_same(windows: Windows) -> Measurement:
    """The errors of whoever gives the likelier answer to everything."""
    share = float(windows.is_speech.mean())
    return Measurement(value=min(share, 1 - share), n=len(windows.is_speech), n_of="frames", basis="counted")
