"""Write a listening test: clips whose names tell nothing, forms to answer in, and the key that stays behind.

No listener gets a sentence twice: who understood it at one rate knows it at the next. In a form every sentence is
at one rate. From form to form the rates move on by one (a Latin square), until every sentence was at every rate.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.files.writing import digest_of, write_atomic
from lowsr_tradeoff.listening_test.form import render_form
from lowsr_tradeoff.listening_test.key import KEY, Key, PackedClip, read_key
from lowsr_tradeoff.power.profiles.front_ends import with_front_ends
from lowsr_tradeoff.privacy.captures import captured_at_16k, captures_of
from lowsr_tradeoff.privacy.words import count
from lowsr_tradeoff.settings.study import StudyConfig

HAND_OUT, CLIPS, README, FORM = "hand-out", "clips", "README.txt", "form.html"
MOST_CLIPS = 40
# Clips are equally loud, at -26 dBFS where their peaks allow it.
LEVEL, PEAK = 0.05, 0.99


@dataclass(frozen=True)
class Size:
    """How large a test is: clips in a form (``None``: all there are, at most 40), and forms."""

    n_clips: int | None = None
    n_forms: int = 1


def write_pack(config: StudyConfig, speech: SpeechCorpus, size: Size, contact: str, out: Path) -> Key:
    """Write a pack into a folder, whose ``hand-out`` alone is for listeners, and return its key.

    ``contact`` is whom listeners may ask; forms show it.

    Raises:
        ConfigError: More clips or forms are asked for than there are sentences or rates, or another pack is there.
        DataError: An audio file cannot be read.
    """
    config = with_front_ends(config)
    key = _draw_key(config, speech, size)
    if (out / KEY).exists() and read_key(out).pack != key.pack:
        raise ConfigError(f"{out}: holds another listening pack, whose key would be lost; choose another --out")
    utterances = {utterance.clip_id: utterance for utterance in speech.utterances}
    for clip in key.clips:
        sound = captured_at_16k(utterances[clip.utterance], captures_of(config, speech, clip.rate_hz))
        write_atomic(out / HAND_OUT / f"form-{clip.form}" / CLIPS / f"{clip.clip}.wav", _wav(sound))
    for form in range(1, size.n_forms + 1):
        names = [clip.clip for clip in key.clips if clip.form == form]
        page = render_form(key.pack, form, names, contact)
        write_atomic(out / HAND_OUT / f"form-{form}" / FORM, page.encode())
    write_atomic(out / README, describe(key, speech).encode())
    write_atomic(out / KEY, key.model_dump_json(indent=1).encode())
    return key


def describe(key: Key, speech: SpeechCorpus) -> str:
    """Return a text on the folder's contents, and whose voices these are."""
    whose = "your own recordings" if speech.is_own else "embedded, synthetic voices"
    return (
        f"A listening test with {len(key.clips)} clips of the corpus {key.corpus} ({whose}).\n"
        f"{HAND_OUT}/ is for listeners: one folder each, with {FORM} to answer in and recordings of those voices.\n"
        f"{KEY} holds the transcripts and the rate of every clip: keep it to yourself.\n"
        "Nothing was sent anywhere. Delete the folder when the answers are scored.\n"
    )


def distinct(speech: SpeechCorpus, rng: np.random.Generator) -> list[Utterance]:
    """Return the transcribed sentences in random order, none of them with the words of another."""
    shuffled = [speech.utterances[i] for i in rng.permutation(len(speech.utterances))]
    return list({count.normalise(utterance.text): utterance for utterance in shuffled if utterance.text}.values())


def _draw_key(config: StudyConfig, speech: SpeechCorpus, size: Size) -> Key:
    clips = _draw_clips(config, speech, size)
    content = [speech.summary.digest, config.front_end.model_dump(mode="json"), config.seed]
    content += [clip.model_dump(mode="json") for clip in clips]
    pack = digest_of(content)[:16]
    return Key(
        pack=pack, corpus=speech.summary.name, front_end=config.front_end, seed=config.seed, clips=tuple(clips)
    )


def _draw_clips(config: StudyConfig, speech: SpeechCorpus, size: Size) -> list[PackedClip]:
    """Draw sentences, their order, and clip numbers, so that these tell neither rate nor sentence."""
    rates_hz = config.all_rates_hz()
    rng = np.random.default_rng([config.seed, int(speech.summary.digest[:16], 16)])
    sentences = distinct(speech, rng)
    n_clips = size.n_clips or min(MOST_CLIPS, len(sentences))
    _check(speech, n_clips, size.n_forms, len(sentences), len(rates_hz))
    places = [(form, i) for form in range(size.n_forms) for i in rng.permutation(n_clips)]
    numbers = rng.permutation(len(places)) + 1
    return [
        PackedClip(
            clip=f"clip-{number:03d}",
            form=form + 1,
            utterance=sentences[i].clip_id,
            speaker=sentences[i].speaker,
            rate_hz=rates_hz[(i + form) % len(rates_hz)],
            text=sentences[i].text or "",
            keywords=sentences[i].keywords,
        )
        for (form, i), number in zip(places, numbers.tolist(), strict=True)
    ]


def _check(speech: SpeechCorpus, n_clips: int, n_forms: int, n_sentences: int, n_rates: int) -> None:
    if n_clips > n_sentences:
        raise ConfigError(
            f"--n-clips {n_clips}: {speech.summary.name} has {n_sentences} different sentences with transcripts, "
            "and nobody should hear one twice"
        )
    if n_clips < n_rates:
        raise ConfigError(
            f"{n_clips} clips from {speech.summary.name} are too few for {n_rates} rates: give --n-clips {n_rates} "
            "or more, a corpus with as many transcripts, or fewer --rates"
        )
    if not 1 <= n_forms <= n_rates:
        raise ConfigError(f"--n-forms {n_forms}: give 1 to {n_rates}; then every sentence was at every rate")


def _wav(sound: Samples) -> bytes:
    """Return a WAV file at the common level; the size of a compressed file would reveal the rate."""
    rms, peak = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))), float(np.abs(sound).max())
    gain = min(LEVEL / rms, PEAK / peak) if peak else 1.0
    file = io.BytesIO()
    soundfile.write(file, sound * np.float32(gain), MODEL_RATE_HZ, format="WAV", subtype="PCM_16")
    return file.getvalue()
