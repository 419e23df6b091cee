"""One event and one utterance as every rate captures them, to be heard in the report.

A user's own clips stay out of the report unless ``include_audio`` is set: the embedded corpora then stand in,
through the same microphone. Their words stay out unless ``include_transcripts`` is set.
"""

import base64
import io
from collections.abc import Iterator, Mapping
from typing import Literal

import soundfile

from lowsr_tradeoff.audio.capture import Samples, capture, noise_seed, restore
from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, SpeechCorpus, Utterance, read
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.records import ListenClip, ListenPack, TranscriptLine

PLAYBACK_RATE_HZ = 16000
MAX_S = 6.0
# Utterances whose transcripts are shown.
READ = 6
STAND_IN = "Embedded clips, through the same microphone: your own recordings stay out of the report by default."
OWN = "Clips of the study's corpora."

Heard = Mapping[int, Mapping[str, str]]


def listen_pack(config: StudyConfig, events: EventCorpus, speech: SpeechCorpus, heard: Heard) -> ListenPack:
    """Return the first event and the first utterance at every rate, restored to 16 kHz for playback.

    Args:
        config: The settings; rates, front end and seed are those of every other stage.
        events: The study's events.
        speech: The study's utterances.
        heard: What the recogniser made of each utterance, by rate and clip.
    """
    may_read = config.include_transcripts or not speech.is_own
    is_stand_in = not config.include_audio and (events.is_own or speech.is_own)
    event = _shown_events(config, events).clips[0]
    shown = _shown_speech(config, speech)
    utterance = shown.utterances[0]
    clips: list[ListenClip] = []
    for rate_hz in config.all_rates_hz():
        words = heard.get(rate_hz, {}).get(utterance.clip_id) if shown is speech and may_read else None
        said = utterance.text if may_read or shown is not speech else None
        clips.append(_clip(config, event, rate_hz, "event", event.label, None))
        clips.append(_clip(config, utterance, rate_hz, "speech", said or utterance.clip_id, words))
    transcripts = tuple(_transcripts(speech, heard)) if may_read else ()
    return ListenPack(clips=tuple(clips), transcripts=transcripts, note=STAND_IN if is_stand_in else OWN)


def _transcripts(speech: SpeechCorpus, heard: Heard) -> Iterator[TranscriptLine]:
    for utterance in speech.utterances[:READ]:
        for rate_hz, words in heard.items():
            yield TranscriptLine(
                rate_hz=rate_hz,
                clip_id=utterance.clip_id,
                said=utterance.text,
                heard=words[utterance.clip_id],
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


def _clip(
    config: StudyConfig,
    clip: EventClip | Utterance,
    rate_hz: int,
    kind: Literal["event", "speech"],
    label: str,
    heard: str | None,
) -> ListenClip:
    x, source_rate_hz = read(clip)
    shown = x[: int(MAX_S * source_rate_hz)]
    seed = noise_seed(config.seed, clip.digest, rate_hz)
    captured = capture(shown, source_rate_hz, rate_hz, config.front_end, seed)
    return ListenClip(
        kind=kind,
        rate_hz=rate_hz,
        clip_id=clip.clip_id,
        label=label,
        heard=heard,
        flac_base64=_flac(restore(captured, rate_hz, PLAYBACK_RATE_HZ)),
    )


def _flac(x: Samples) -> str:
    file = io.BytesIO()
    soundfile.write(file, x, PLAYBACK_RATE_HZ, format="FLAC", subtype="PCM_16")
    return base64.b64encode(file.getvalue()).decode()
