"""An utterance and an event of each class as every rate captures them, to be heard and seen in the report.

A user's own clips stay out of the report unless ``include_audio`` is set: the embedded corpora then stand in,
through the same microphone. Their words stay out unless ``include_transcripts`` is set.
"""

import base64
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import soundfile

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.capture import capture, noise_seed, restore
from lowsr_tradeoff.audio.spectrogram import levels_db, png
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, SpeechCorpus, Utterance, read
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.records.run import ListenClip, ListenPack, TranscriptLine
from lowsr_tradeoff.settings.study import StudyConfig

PLAYBACK_RATE_HZ = 16000
MAX_S = 6.0
# Rates that are played; of more, the lowest, the highest and some between.
MOST_RATES = 6
# Letters of sound and pictures together; classes beyond are left out.
MOST_LETTERS = 1_000_000
# MP3 of varying bit rate, which every browser plays: 14 kbit/s where little is left, 35 at 16 kHz.
COMPRESSION = 0.3
# Utterances whose transcripts are shown.
READ = 6
STAND_IN = "Embedded clips, through the same microphone: your own recordings stay out of the report by default."
OWN = "Clips of the study's corpora."

Heard = Mapping[int, Mapping[str, str]]


def listen_pack(config: StudyConfig, events: EventCorpus, speech: SpeechCorpus, heard: Heard) -> ListenPack:
    """Return the first utterance and the first event of each class at every rate, restored to 16 kHz for playback.

    Args:
        config: The settings; rates, front end and seed are those of every other stage.
        events: The study's events.
        speech: The study's utterances.
        heard: What the recogniser made of each utterance, by rate and clip.
    """
    may_read = config.include_transcripts or not speech.is_own
    is_stand_in = not config.include_audio and (events.is_own or speech.is_own)
    firsts = _firsts(_shown_events(config, events))
    spoken = _speech(config, speech, heard, may_read=may_read)
    shown = _fitting(config, firsts, MOST_LETTERS - _letters(spoken))
    return ListenPack(
        clips=(*spoken, *itertools.chain.from_iterable(shown)),
        transcripts=tuple(_transcripts(speech, heard)) if may_read else (),
        note=(STAND_IN if is_stand_in else OWN) + _left_out(len(shown), len(firsts)),
    )


def _firsts(events: EventCorpus) -> list[EventClip]:
    """The first clip of each class, classes in the order of their clips."""
    firsts: dict[str, EventClip] = {}
    for clip in events.clips:
        firsts.setdefault(clip.label, clip)
    return list(firsts.values())


def _rates(config: StudyConfig) -> list[int]:
    rates_hz = sorted(config.all_rates_hz())
    n = min(MOST_RATES, len(rates_hz))
    return [rates_hz[round(index * (len(rates_hz) - 1) / max(1, n - 1))] for index in range(n)]


def _speech(config: StudyConfig, speech: SpeechCorpus, heard: Heard, *, may_read: bool) -> list[ListenClip]:
    shown = _shown_speech(config, speech)
    utterance = shown.utterances[0]
    said = utterance.text if may_read or shown is not speech else None
    words = {
        rate_hz: heard.get(rate_hz, {}).get(utterance.clip_id) if shown is speech and may_read else None
        for rate_hz in _rates(config)
    }
    return _captures(config, utterance, "speech", said or utterance.clip_id, words)


def _fitting(config: StudyConfig, firsts: Sequence[EventClip], room: int) -> list[list[ListenClip]]:
    """The captures of the first event, and of as many more as there is room for, in letters."""
    shown: list[list[ListenClip]] = []
    for event in firsts:
        captures = _captures(config, event, "event", event.label, dict.fromkeys(_rates(config)))
        room -= _letters(captures)
        if shown and room < 0:
            break
        shown.append(captures)
    return shown


def _letters(clips: Iterable[ListenClip]) -> int:
    return sum(len(clip.audio_base64) + len(clip.picture_base64 or "") for clip in clips)


def _left_out(n_shown: int, n_classes: int) -> str:
    if n_shown == n_classes:
        return ""
    return f" {n_shown} of {n_classes} classes: the others would make this file too large."


def _transcripts(speech: SpeechCorpus, heard: Heard) -> Iterator[TranscriptLine]:
    for utterance in speech.utterances[:READ]:
        for rate_hz, words in heard.items():
            yield TranscriptLine(
                rate_hz=rate_hz,
                clip_id=utterance.clip_id,
                reference=utterance.text,
                recognised=words[utterance.clip_id],
            )


def _shown_events(config: StudyConfig, events: EventCorpus) -> EventCorpus:
    if config.include_audio or not events.is_own:
        return events
    rates_hz, top_hz = (), PLAYBACK_RATE_HZ
    return load_events("demo", 5, None, config.seed, rates_hz, top_hz, skip_bad=False, cache=None)


def _shown_speech(config: StudyConfig, speech: SpeechCorpus) -> SpeechCorpus:
    if config.include_audio or not speech.is_own:
        return speech
    return load_speech("demo", (), PLAYBACK_RATE_HZ, skip_bad=False, cache=None)


def _captures(
    config: StudyConfig,
    clip: EventClip | Utterance,
    kind: Literal["event", "speech"],
    label: str,
    heard: Mapping[int, str | None],
) -> list[ListenClip]:
    """One clip at every rate; its pictures share the level that is drawn brightest."""
    sounds = {rate_hz: _captured(config, clip, rate_hz) for rate_hz in heard}
    levels = {rate_hz: levels_db(sound, PLAYBACK_RATE_HZ) for rate_hz, sound in sounds.items()}
    loudest_db = max(float(level.max()) for level in levels.values())
    return [
        ListenClip(
            kind=kind,
            rate_hz=rate_hz,
            clip_id=clip.clip_id,
            label=label,
            recognised=heard[rate_hz],
            media_type="audio/mpeg",
            audio_base64=_letters_of(_mp3(sound)),
            picture_base64=_letters_of(png(levels[rate_hz], loudest_db)),
        )
        for rate_hz, sound in sounds.items()
    ]


def _captured(config: StudyConfig, clip: EventClip | Utterance, rate_hz: int) -> Samples:
    x, source_rate_hz = read(clip)
    shown = x[: int(MAX_S * source_rate_hz)]
    seed = noise_seed(config.seed, clip.digest, rate_hz)
    captured = capture(shown, source_rate_hz, rate_hz, config.front_end, seed)
    return restore(captured, rate_hz, PLAYBACK_RATE_HZ)


def _mp3(x: Samples) -> bytes:
    file = io.BytesIO()
    soundfile.write(
        file,
        x,
        PLAYBACK_RATE_HZ,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=COMPRESSION,
        bitrate_mode="VARIABLE",
    )
    return file.getvalue()


def _letters_of(content: bytes) -> str:
    return base64.b64encode(content).decode()
