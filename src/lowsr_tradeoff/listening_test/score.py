"""Score the answers of a listening test by the same word counts as recognisers.

A clip that was played and left empty was not understood; one that was never played is not counted. The clips of a
listener are one cluster (:mod:`intervals`).
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

from pydantic import ValidationError

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.reading import read_file
from lowsr_tradeoff.listening_test.key import Answer, AnswerSheet, Key, PackedClip
from lowsr_tradeoff.privacy.words import count, pooled
from lowsr_tradeoff.privacy.words.count import UtteranceCounts
from lowsr_tradeoff.privacy.words.pooled import Weights
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.statistics.intervals import resample_weights

ATTACKER = "people listening"
WORDS, NOTHING = "word recovery", "clips with nothing understood"

# A listener, a clip that the listener played, and the answer.
Played = tuple[str, PackedClip, Answer]


def score(key: Key, sheets: Sequence[AnswerSheet], n_resamples: int, seed: int) -> tuple[AttackResult, ...]:
    """Return what the listeners understood at every rate, lowest first; ``sheets`` are one a listener and form.

    Raises:
        DataError: A sheet belongs to another pack, comes without consent or twice, or nothing was played.
    """
    _check(key, sheets)
    clips = {clip.clip: clip for clip in key.clips}
    answers = [(sheet.listener, answer) for sheet in sheets for answer in sheet.answers if answer.plays]
    played = [(listener, clips[answer.clip], answer) for listener, answer in answers]
    if not played:
        raise DataError("no clip was played in any of the answers; hand the form out again")
    return tuple(
        result
        for rate_hz in sorted({clip.rate_hz for _, clip, _ in played})
        for result in _results(key, [row for row in played if row[1].rate_hz == rate_hz], n_resamples, seed)
    )


def read_answers(file: Path) -> AnswerSheet:
    """Return one listener's answers, as JSON or CSV.

    Raises:
        DataError: The file cannot be read, or the form did not write it.
    """
    try:
        text = read_file(file).decode("utf-8-sig")
        is_csv = file.suffix.lower() == ".csv"
        return _from_csv(text) if is_csv else AnswerSheet.model_validate_json(text)
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error.strerror}); check the path") from error
    except (ValidationError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{file}: is not what the form hands over; ask the listener to download it again"
        ) from error


def _from_csv(text: str) -> AnswerSheet:
    rows = list(csv.DictReader(StringIO(text, newline=""), strict=True)) or [{}]
    answers = [{name: row[name] for name in Answer.model_fields} for row in rows]
    sheet = {name: rows[0][name] for name in ("pack", "form", "listener", "consent")}
    return AnswerSheet.model_validate({**sheet, "answers": answers})


def _check(key: Key, sheets: Sequence[AnswerSheet]) -> None:
    places = {(clip.form, clip.clip) for clip in key.clips}
    for sheet in sheets:
        whose = f"the answers of {sheet.listener!r} to form {sheet.form}"
        clips = {(sheet.form, answer.clip) for answer in sheet.answers}
        if sheet.pack != key.pack or not clips <= places:
            raise DataError(f"{whose} belong to another listening pack ({sheet.pack}); give the folder of that one")
        if not sheet.consent:
            raise DataError(f"{whose} come without consent; leave them out and delete them")
        if len(clips) < len(sheet.answers):
            raise DataError(f"{whose} hold a clip twice; ask the listener to download them again")
    counts = Counter((sheet.listener, sheet.form) for sheet in sheets)
    for (listener, form), n in counts.items():
        if n > 1:
            raise DataError(f"there are {n} answers of {listener!r} to form {form}; give the last one alone")


def _results(key: Key, played: Sequence[Played], n_resamples: int, seed: int) -> Iterator[AttackResult]:
    listeners = [listener for listener, _, _ in played]
    n_people, weights = len(set(listeners)), resample_weights(listeners, n_resamples, seed)
    for measure, value, chance in _measures(_counts(played), weights):
        yield AttackResult(
            rate_hz=played[0][1].rate_hz,
            front_end=name_of(key.front_end),
            attacker=ATTACKER,
            recovers="words",
            measure=measure,
            value=value,
            chance=chance,
            is_leak=measure != NOTHING,
            competes=measure == WORDS,
            setup=(
                f"{n_people} people, {len(played)} clips of {key.corpus}, played as often as they liked; "
                "in a form no sentence is at two rates."
            ),
        )


def _measures(
    rows: Sequence[UtteranceCounts], weights: Weights
) -> Iterator[tuple[str, Measurement, Measurement | None]]:
    """Yield every measure with its value and chance: what the answers to other clips recover."""
    (content,) = (found for found in pooled.kind_recoveries(rows, weights) if found.kind == "content words")
    yield WORDS, pooled.word_recovery(rows, weights), pooled.word_chance(rows, weights)
    yield "content-word recovery", content.recovery, content.chance
    yield "keyword recovery", pooled.keyword_recovery(rows, weights), pooled.keyword_chance(rows, weights)
    yield NOTHING, pooled.share([row.is_empty for row in rows], weights), None


def _counts(played: Sequence[Played]) -> list[UtteranceCounts]:
    unrelated = count.unrelated([clip.text for _, clip, _ in played])
    texts = [answer.text for _, _, answer in played]
    return [
        count.count(clip.utterance, clip.speaker, clip.text, clip.keywords, text, [texts[i] for i in others])
        for (_, clip, _), text, others in zip(played, texts, unrelated, strict=True)
    ]
