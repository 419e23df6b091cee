"""An utterance and an event of each class as every rate captures them, for the report to play and show.

A user's own clips are in the report only with ``include_audio``, else the embedded corpora replace them, through
the same microphone. Their words are in it only with ``include_transcripts``.
"""

import base64
import io
import itertools
from collections.abc import Iterable, Mapping
from typing import Literal

import soundfile

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.capture import capture, noise_seed, restore
from lowsr_tradeoff.audio.spectrogram import levels_db, png
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, SpeechCorpus, Utterance, read
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy.attackers.published import Transcripts
from lowsr_tradeoff.records.run import ListenClip, ListenPack, TranscriptLine
from lowsr_tradeoff.settings.study import StudyConfig

PLAYBACK_RATE_HZ = 16000
MAX_S = 6.0
# Rates played at most: the lowest, the highest and some between.
MOST_RATES = 6
# Most characters of sound and pictures in base64 together; further classes are left out.
MOST_CHARACTERS = 1_000_000
# MP3 of varying bit rate, which every browser plays: 14 kbit/s where little is left, 35 at 16 kHz.
COMPRESSION = 0.3
MOST_TRANSCRIPTS = 6
STAND_IN = "Embedded clips, through the same microphone: your own recordings stay out of the report by default."
OWN = "Clips of the study's corpora."


def listen_pack(
    config: StudyConfig,
    events: EventCorpus,
    speech: SpeechCorpus,
    recognised: Mapping[int, Transcripts],
) -> ListenPack:
    """Return the first utterance and the first event of each class at every rate, restored to 16 kHz for playback.

    ``recognised`` holds transcripts by rate.
    """
    may_read = config.include_transcripts or not speech.is_own
    is_stand_in = not config.include_audio and (events.is_own or speech.is_own)
    utterances = _speech(config, speech, recognised, may_read=may_read)
    shown, n_classes = _events(config, events, MOST_CHARACTERS - _n_characters(utterances))
    left_out = f" {len(shown)} of {n_classes} classes: the others would make this file too large."
    transcripts = (
        TranscriptLine(
            rate_hz=rate_hz,
            clip_id=utterance.clip_id,
            reference=utterance.text,
            attacker=heard.attacker,
            recognised=heard.texts[utterance.clip_id],
        )
        for utterance in speech.utterances[:MOST_TRANSCRIPTS]
        for rate_hz, heard in recognised.items()
    )
    return ListenPack(
        clips=(*utterances, *itertools.chain.from_iterable(shown)),
        transcripts=tuple(transcripts) if may_read else (),
        note=(STAND_IN if is_stand_in else OWN) + (left_out if len(shown) < n_classes else ""),
    )


def _speech(
    config: StudyConfig, speech: SpeechCorpus, recognised: Mapping[int, Transcripts], *, may_read: bool
) -> list[ListenClip]:
    """The first utterance at every rate, or one of the embedded ones in place of the user's own."""
    is_stand_in = speech.is_own and not config.include_audio
    if is_stand_in:
        speech = load_speech("demo", (), PLAYBACK_RATE_HZ, skip_bad=False, cache=None)
    utterance = speech.utterances[0]
    words = {
        rate_hz: recognised[rate_hz].texts[utterance.clip_id]
        if may_read and not is_stand_in and rate_hz in recognised
        else None
        for rate_hz in _rates(config)
    }
    text = utterance.text if may_read or is_stand_in else None
    return _captures(config, utterance, "speech", text or utterance.clip_id, words)


def _events(config: StudyConfig, events: EventCorpus, n_free: int) -> tuple[list[list[ListenClip]], int]:
    """Return the first event of each class at every rate, and the number of classes that there are.

    There are as many classes, at least one, as fit into ``n_free`` characters.
    """
    if events.is_own and not config.include_audio:
        events = load_events("demo", 5, None, config.seed, (), PLAYBACK_RATE_HZ, skip_bad=False, cache=None)
    firsts: dict[str, EventClip] = {}
    for clip in events.clips:
        firsts.setdefault(clip.label, clip)
    shown: list[list[ListenClip]] = []
    for label, event in firsts.items():
        captures = _captures(config, event, "event", label, dict.fromkeys(_rates(config)))
        n_free -= _n_characters(captures)
        if shown and n_free < 0:
            break
        shown.append(captures)
    return shown, len(firsts)


def _rates(config: StudyConfig) -> list[int]:
    rates_hz = sorted(config.all_rates_hz())
    n = min(MOST_RATES, len(rates_hz))
    return [rates_hz[round(index * (len(rates_hz) - 1) / max(1, n - 1))] for index in range(n)]


def _n_characters(clips: Iterable[ListenClip]) -> int:
    return sum(len(clip.audio_base64) + len(clip.picture_base64 or "") for clip in clips)


def _captures(
    config: StudyConfig,
    clip: EventClip | Utterance,
    kind: Literal["event", "speech"],
    label: str,
    recognised: Mapping[int, str | None],
) -> list[ListenClip]:
    """One clip at every rate; its spectrograms have the same brightest level."""
    sounds = {rate_hz: _captured(config, clip, rate_hz) for rate_hz in recognised}
    levels = {rate_hz: levels_db(sound, PLAYBACK_RATE_HZ) for rate_hz, sound in sounds.items()}
    loudest_db = max(float(level.max()) for level in levels.values())
    return [
        ListenClip(
            kind=kind,
            rate_hz=rate_hz,
            clip_id=clip.clip_id,
            label=label,
            recognised=recognised[rate_hz],
            media_type="audio/mpeg",
            audio_base64=_base64(_mp3(sound)),
            picture_base64=_base64(png(levels[rate_hz], loudest_db)),
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


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
