"""Speech corpora: embedded, or the user's own folder, with transcripts in ``metadata.csv`` or without."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from lowsr_tradeoff.corpora.check import clip_ids, summarise, usable
from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.corpora.inspect import AudioInfo
from lowsr_tradeoff.corpora.language import foreign_language
from lowsr_tradeoff.corpora.rows import Listing, Problem, count_skipped, without_faults
from lowsr_tradeoff.corpora.speech_layouts import TABLE, SpeechRow, list_speech
from lowsr_tradeoff.corpora.words import words_of
from lowsr_tradeoff.errors import DataError, tried
from lowsr_tradeoff.settings.study import StudyConfig

# Speech peaks rarely: with this share of samples at full scale it was recorded too loud, and words that a
# recogniser misses are the recording's fault.
CLIPPED_SHARE = 0.01
# Of this many utterances a quick look takes one.
QUICK_EVERY = 3


def speech_of(config: StudyConfig, cache: Path | None) -> SpeechCorpus:
    """Return the speech of a study, with the words that an attacker learns; see :func:`load_speech`.

    Raises:
        DataError: Speech or words have problems; the message lists all of them.
    """
    speech, no_speech = tried(partial(_speech_alone, config, cache))
    words, no_words = tried(partial(words_of, config, cache))
    if speech is None or no_words is not None:
        raise DataError("\n".join(filter(None, (no_speech, no_words))))
    return replace(speech, words=words)


def _speech_alone(config: StudyConfig, cache: Path | None) -> SpeechCorpus:
    return load_speech(
        config.speech.source,
        config.rates_hz,
        config.reference_rate_hz,
        skip_bad=config.skip_bad,
        cache=cache,
        every=QUICK_EVERY if config.quick else 1,
    )


def load_speech(
    source: str,
    rates_hz: Sequence[int],
    reference_rate_hz: int,
    *,
    skip_bad: bool,
    cache: Path | None,
    every: int = 1,
) -> SpeechCorpus:
    """Return the speech corpus, every utterance of it usable at every rate; of so many only the first one each.

    An utterance whose speaker is not named counts as its own speaker, and the summary's note says so. Arguments are
    those of :func:`~lowsr_tradeoff.corpora.events.load_events`, but ``source``: what :func:`list_speech` takes.

    Raises:
        DataError: The corpus has problems; the message lists all of them.
    """
    listing = list_speech(source)
    fault_functions = (_text_fault, _language_fault, _keyword_fault)
    rows, info_of, problems = usable(listing, fault_functions, (*rates_hz, reference_rate_hz), cache)
    rows, clipped = without_faults(rows, [lambda row: _clipping_fault(info_of[row.audio])])
    problems += [*listing.problems, *clipped, *_language_problems(listing, rows)]
    if not rows:
        problems.append(Problem(listing.root.name, "holds no usable utterance", n_clips=0, is_skippable=False))
    n_skipped = count_skipped(listing.name, problems, skip_bad=skip_bad)
    rows = rows[::every]
    audio = [info_of[row.audio] for row in rows]
    utterances = tuple(map(_utterance, clip_ids(listing, rows), rows, audio))
    group_of: Literal["speakers", "sources"] = "speakers" if any(row.speaker for row in rows) else "sources"
    summary = summarise(listing, utterances, audio, n_skipped, _note(rows), group_of)
    return SpeechCorpus(summary, utterances, listing.is_own)


def _utterance(clip_id: str, row: SpeechRow, info: AudioInfo) -> Utterance:
    return Utterance(
        clip_id=clip_id,
        text=row.annotation if row.is_transcribed else None,
        speaker=row.speaker or clip_id,
        sex=row.sex or None,
        keywords=row.keywords,
        digest=info.digest,
        audio=row.path,
    )


def _note(rows: Sequence[SpeechRow]) -> str:
    sentences = []
    if any(not row.is_transcribed for row in rows):
        sentences.append(
            "No transcripts: words are compared with what the recogniser writes at the full rate, "
            f"which is not what was said; name the files in {TABLE} to compare with that."
        )
    if n_alone := sum(not row.speaker for row in rows):
        sentences.append(
            f"{n_alone} of {len(rows)} utterances name no speaker and count as one each: "
            "intervals are too narrow where one person speaks several."
        )
    return " ".join(sentences)


def _language_problems(listing: Listing[SpeechRow], rows: Sequence[SpeechRow]) -> list[Problem]:
    """Return that the transcripts, all together, are not English: a short one alone does not tell its language."""
    texts = [row.annotation for row in rows if row.is_transcribed] if listing.is_own else []
    code = foreign_language(texts) if texts else None
    if code is None:
        return []
    reason = (
        f"its transcripts are not English but, as it seems, of the language {code!r}, and words can be counted in "
        "English alone so far; bring English speech"
    )
    return [Problem(listing.name, reason, n_clips=0, is_skippable=False)]


def _text_fault(row: SpeechRow) -> str | None:
    has_text = not row.is_transcribed or any(c.isalnum() for c in row.annotation)
    return None if has_text else f"has no transcript; {row.remedy}"


def _language_fault(row: SpeechRow) -> str | None:
    """Return that a transcript is in another script: no recogniser of English would recover a word of it."""
    letters = [c for c in row.annotation if c.isalpha()]
    n_foreign = sum(not unicodedata.name(c, "").startswith("LATIN") for c in letters)
    if n_foreign <= len(letters) / 2:
        return None
    return "is not transcribed in English, the one language whose words can be counted so far; leave it out"


def _keyword_fault(row: SpeechRow) -> str | None:
    """Return which keywords are not in the transcript: nobody could recover them, so they would seem protected."""
    text = f" {_words(row.annotation)} "
    absent = [phrase for phrase in row.keywords if f" {_words(phrase)} " not in text]
    return f"does not say its keywords {', '.join(absent)}; write them as the text does" if absent else None


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _clipping_fault(info: AudioInfo) -> str | None:
    share = info.n_at_full_scale / info.n_samples
    if share <= CLIPPED_SHARE:
        return None
    return f"is clipped: {100 * share:.0f} % of its samples are at full scale; record it again with less gain"
