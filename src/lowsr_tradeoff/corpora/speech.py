"""Speech corpora: embedded, or the user's own folder, with transcripts in ``metadata.csv`` or without."""

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.corpora.inspect import Audio, usable
from lowsr_tradeoff.corpora.rows import Listing, Problem, settle
from lowsr_tradeoff.corpora.speech_layouts import TABLE, SpeechRow, list_speech
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.records.run import CorpusSummary
from lowsr_tradeoff.settings.study import StudyConfig

# Speech peaks rarely: at this share of samples at full scale it was recorded too loud, and what a recogniser misses
# is the recording's fault.
CLIPPED_SHARE = 0.01


def speech_of(config: StudyConfig, cache: Path | None) -> SpeechCorpus:
    """Return the speech of a study, every utterance usable at every rate.

    Args:
        config: The settings.
        cache: File that remembers what was found in audio files.

    Raises:
        DataError: The corpus has problems; the message lists all of them.
    """
    return load_speech(
        config.speech.source,
        config.rates_hz,
        config.reference_rate_hz,
        skip_bad=config.skip_bad,
        cache=cache,
    )


def load_speech(
    source: str, rates_hz: Sequence[int], reference_rate_hz: int, *, skip_bad: bool, cache: Path | None
) -> SpeechCorpus:
    """Return the speech corpus, every utterance of it usable at every rate.

    An utterance whose speaker is not named counts as its own speaker, and the summary's note says so.

    Args:
        source: ``"demo"``, a folder, or ``"librispeech:"`` and a folder; see :func:`speech_layouts.list_speech`.
        rates_hz: Rates to capture at.
        reference_rate_hz: The rate that full-band figures are for.
        skip_bad: Leave out what cannot be used, and count it, instead of raising.
        cache: File that remembers what was found in audio files.

    Raises:
        DataError: The corpus has problems; the message lists all of them.
    """
    listing = list_speech(source)
    root = listing.root
    rows, audio, problems = usable(
        root, listing.rows, (_text_fault, _language_fault, _keyword_fault), (*rates_hz, reference_rate_hz), cache
    )
    problems += listing.problems
    problems += [Problem(row.where, fault) for row in rows if (fault := _clipped(audio[row.path]))]
    rows = [row for row in rows if _clipped(audio[row.path]) is None]
    if not rows:
        problems.append(Problem(root.name, "holds no usable utterance", n_clips=0, is_mendable=False))
    n_skipped = settle(listing.name, problems, skip_bad=skip_bad)
    utterances = _utterances(root, rows, audio)
    summary = _summary(listing, rows, utterances, [audio[row.path] for row in rows], n_skipped)
    return SpeechCorpus(summary, utterances, listing.is_own)


def _summary(
    listing: Listing[SpeechRow],
    rows: Sequence[SpeechRow],
    utterances: Sequence[Utterance],
    heard: Sequence[Audio],
    n_skipped: int,
) -> CorpusSummary:
    return CorpusSummary(
        name=listing.name,
        kind="speech",
        digest=_digest(utterances),
        n_clips=len(utterances),
        n_skipped=n_skipped,
        n_groups=len({utterance.speaker for utterance in utterances}),
        group_of="speakers" if any(row.speaker for row in rows) else "sources",
        classes=(),
        n_folds=0,
        duration_s=sum(sound.duration_s for sound in heard),
        lowest_source_rate_hz=min(sound.source_rate_hz for sound in heard),
        is_synthetic=not listing.is_own,
        note=" ".join(filter(None, (listing.note, _note(rows)))),
    )


def _utterances(root: Path, rows: Sequence[SpeechRow], audio: Mapping[Path, Audio]) -> tuple[Utterance, ...]:
    names = [row.path.resolve().relative_to(root.resolve()).as_posix() for row in rows]
    return tuple(
        Utterance(
            clip_id=name,
            text=row.says if row.is_transcribed else None,
            speaker=row.speaker or name,
            sex=row.sex or None,
            keywords=row.keywords,
            digest=audio[row.path].digest,
            audio=row.path,
        )
        for name, row in zip(names, rows, strict=True)
    )


def _digest(utterances: Sequence[Utterance]) -> str:
    said = [[u.clip_id, u.text, u.speaker, u.sex, u.keywords, u.digest] for u in utterances]
    return digest_of(said)


def _note(rows: Sequence[SpeechRow]) -> str:
    sentences = []
    if any(not row.is_transcribed for row in rows):
        sentences.append(
            "No transcripts: words are compared with what the recogniser writes at the full rate, "
            f"which is not what was said; name the files in {TABLE} to compare with that."
        )
    if alone := sum(not row.speaker for row in rows):
        sentences.append(
            f"{alone} of {len(rows)} utterances name no speaker and count as one each: "
            "intervals are too narrow where one person speaks several."
        )
    return " ".join(sentences)


def _text_fault(row: SpeechRow) -> str | None:
    is_told = not row.is_transcribed or any(c.isalnum() for c in row.says)
    return None if is_told else f"has no transcript; {row.remedy}"


def _language_fault(row: SpeechRow) -> str | None:
    """An English recogniser writes none of another script's words, which would look as if they did not leak."""
    letters = [c for c in row.says if c.isalpha()]
    n_foreign = sum(not unicodedata.name(c, "").startswith("LATIN") for c in letters)
    if n_foreign <= len(letters) / 2:
        return None
    return "is not transcribed in English, the one language whose words can be counted so far; leave it out"


def _clipped(sound: Audio) -> str | None:
    share = sound.n_at_full_scale / sound.n_samples
    if share <= CLIPPED_SHARE:
        return None
    return f"is clipped: {100 * share:.0f} % of its samples are at full scale; record it again with less gain"


def _keyword_fault(row: SpeechRow) -> str | None:
    """A keyword that was never said would count as protected."""
    text = f" {_words(row.says)} "
    absent = [phrase for phrase in row.keywords if f" {_words(phrase)} " not in text]
    return f"does not say its keywords {', '.join(absent)}; write them as the text does" if absent else None


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
