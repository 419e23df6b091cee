"""Words: what a transcript shares with what was said, counted per utterance.

Reference and hypothesis go through Whisper's English normaliser, then jiwer aligns them at the least edit distance.
:mod:`pooled_words` makes figures of the counts.
"""

import warnings
import zlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import jiwer

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.words.kinds import KINDS, kind_of
from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.records.privacy import WordCounts, WordKind

if TYPE_CHECKING:
    from whisper.normalizers import EnglishTextNormalizer

# openai/whisper, whisper/transcribe.py: above this the decoder is taken to repeat itself.
COMPRESSION_RATIO_THRESHOLD = 2.4
# Other utterances that each transcript is held against for chance.
N_STRANGERS = 4
CURRENCY = str.maketrans("", "", "$£€¢")


class Found(Record):
    """What outputs hold of one transcript.

    Attributes:
        hits_of: Words recovered, by kind.
        keywords_heard: Keywords whose every word is a hit.
        n_outputs: How many outputs these are the sums of.
    """

    hits_of: dict[WordKind, int]
    keywords_heard: int
    n_outputs: int


class HeardUtterance(Record):
    """One utterance as the recogniser wrote it down, with its counts; it holds no word of it.

    Attributes:
        clip_id: The utterance.
        speaker: Who said it.
        words: Word alignment counts.
        words_of: Words of the transcript, by kind.
        keywords: Phrases of the transcript that would hurt.
        found: What its output recovers.
        luck: What the outputs of other utterances recover.
        character_errors: Edits of characters.
        reference_characters: Characters of the normalised transcript.
        is_loop: Whether the recogniser repeats itself.
        is_empty: Whether no word was written down.
    """

    clip_id: str
    speaker: str
    words: WordCounts
    words_of: dict[WordKind, int]
    keywords: int
    found: Found
    luck: Found
    character_errors: int
    reference_characters: int
    is_loop: bool
    is_empty: bool


def count(
    clip_id: str, speaker: str, text: str, keywords: Sequence[str], hypothesis: str, others: Sequence[str] = ()
) -> HeardUtterance:
    """Return the counts of one utterance.

    Args:
        clip_id: The utterance.
        speaker: Who said it.
        text: What was said.
        keywords: Phrases of the text.
        hypothesis: What the recogniser wrote.
        others: What it wrote of utterances that say something else.

    Raises:
        DataError: A keyword is not in the text.
    """
    reference, heard = normalise(text), normalise(hypothesis)
    phrases = _phrases(clip_id, reference, keywords)
    characters = jiwer.process_characters(reference, heard)
    return HeardUtterance(
        clip_id=clip_id,
        speaker=speaker,
        words=align(reference, heard),
        words_of=_by_kind(reference.split()),
        keywords=len(keywords),
        found=_found(reference, phrases, [heard]),
        luck=_found(reference, phrases, [normalise(other) for other in others]),
        character_errors=characters.substitutions + characters.deletions + characters.insertions,
        reference_characters=characters.hits + characters.substitutions + characters.deletions,
        is_loop=compression_ratio(hypothesis) > COMPRESSION_RATIO_THRESHOLD,
        is_empty=not any(letter.isalnum() for letter in heard),
    )


def strangers(texts: Sequence[str]) -> list[list[int]]:
    """Return, for each utterance, the places of up to ``N_STRANGERS`` that say something else.

    They stand evenly in the list, so that speakers, who stand together, differ too.

    >>> strangers(["a", "b", "a"])
    [[1], [2, 0], [1]]
    """
    said = [normalise(text) for text in texts]
    steps = sorted({round(len(said) * k / (N_STRANGERS + 1)) or 1 for k in range(1, N_STRANGERS + 1)})
    turned = [[(i + step) % len(said) for step in steps] for i in range(len(said))]
    return [[j for j in others if said[j] != said[i]] for i, others in enumerate(turned)]


@cache
def normalise(text: str) -> str:
    """Return text in the spelling that Whisper is scored in: no case, no punctuation, numbers in digits."""
    return str(_normaliser()(text)).strip()


def align(reference: str, hypothesis: str) -> WordCounts:
    """Return the counts of the cheapest word alignment.

    >>> align("the spare key", "a spare key please")
    WordCounts(hits=2, substitutions=1, deletions=0, insertions=1, reference_words=3)
    """
    found = jiwer.process_words(reference, hypothesis)
    return WordCounts(
        hits=found.hits,
        substitutions=found.substitutions,
        deletions=found.deletions,
        insertions=found.insertions,
        reference_words=found.hits + found.substitutions + found.deletions,
    )


def keyword_problems(clip_id: str, text: str, keywords: Sequence[str]) -> list[str]:
    """Return a line for every keyword that the text does not hold."""
    words = _plain_words(normalise(text))
    return [
        f"{clip_id}: the keyword {keyword!r} is not in its transcript {text!r}"
        for keyword in keywords
        if not _places(_plain_words(normalise(keyword)), words)
    ]


def compression_ratio(text: str) -> float:
    """Return how many times smaller zlib makes a text; repetition makes it large.

    >>> compression_ratio("the key is under the pot") < 2.4 < compression_ratio("the key " * 20)
    True
    """
    return len(text.encode()) / len(zlib.compress(text.encode()))


@cache
def _normaliser() -> "EnglishTextNormalizer":
    from whisper.normalizers import EnglishTextNormalizer  # noqa: PLC0415 - its package imports torch

    # It leaves its table of spellings open, for Python to close.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        return EnglishTextNormalizer()


def _phrases(clip_id: str, reference: str, keywords: Sequence[str]) -> list[list[range]]:
    """The places of each keyword among the words of the transcript."""
    words = _plain_words(reference)
    found = [_places(_plain_words(normalise(keyword)), words) for keyword in keywords]
    for keyword, places in zip(keywords, found, strict=True):
        if not places:
            raise DataError(f"{clip_id}: the keyword {keyword!r} is not in its transcript; mend metadata.csv")
    return found


def _found(reference: str, phrases: Sequence[Sequence[range]], outputs: Sequence[str]) -> Found:
    """Keywords are aligned without currency signs: who hears "940" knows the rent, with or without the dollars."""
    words, plain = reference.split(), " ".join(_plain_words(reference))
    hits_of, keywords_heard = dict.fromkeys(KINDS, 0), 0
    for output in outputs:
        for place in _hit_places(reference, output):
            hits_of[kind_of(words[place])] += 1
        heard = _hit_places(plain, " ".join(_plain_words(output))) if phrases else set()
        keywords_heard += sum(any(heard.issuperset(place) for place in places) for places in phrases)
    return Found(hits_of=hits_of, keywords_heard=keywords_heard, n_outputs=len(outputs))


def _hit_places(reference: str, output: str) -> set[int]:
    found = jiwer.process_words(reference, output)
    chunks = [chunk for chunk in found.alignments[0] if chunk.type == "equal"]
    return {place for chunk in chunks for place in range(chunk.ref_start_idx, chunk.ref_end_idx)}


def _by_kind(words: Sequence[str]) -> dict[WordKind, int]:
    kinds = [kind_of(word) for word in words]
    return {kind: kinds.count(kind) for kind in KINDS}


def _plain_words(normalised: str) -> list[str]:
    """Return the words without currency signs.

    >>> _plain_words("the rent is $940")
    ['the', 'rent', 'is', '940']
    """
    return normalised.translate(CURRENCY).split()


def _places(phrase: Sequence[str], words: Sequence[str]) -> list[range]:
    """Return every place of a phrase.

    >>> _places(["spare", "key"], ["the", "spare", "key"])
    [range(1, 3)]
    """
    size = len(phrase)
    starts = range(len(words) - size + 1) if size else ()
    return [range(start, start + size) for start in starts if words[start : start + size] == list(phrase)]
