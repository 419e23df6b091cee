"""The words that a transcript shares with the reference, counted per utterance; :mod:`pooled` sums them.

Reference and hypothesis go through Whisper's English normaliser, then jiwer aligns them at the least edit distance.
"""

import sys
import warnings
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING

import jiwer

from lowsr_tradeoff.corpora.clips import Utterance
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.words.kinds import KINDS, kind_of
from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.records.privacy import WordCounts, WordKind

if TYPE_CHECKING:
    from whisper.normalizers import EnglishTextNormalizer

# openai/whisper, whisper/transcribe.py: above this the decoder counts as repeating itself.
COMPRESSION_RATIO_THRESHOLD = 2.4
# Other utterances that each transcript is compared with for the level of chance.
N_UNRELATED = 4
CURRENCY = str.maketrans("", "", "$£€¢")


class RecoveredCounts(Record):
    """What ``n_hypotheses`` hypotheses recover of one reference; a recovered keyword has every word as a hit."""

    hits_of: dict[WordKind, int]
    keywords: int
    n_hypotheses: int


class UtteranceCounts(Record):
    """The counts of one utterance; they hold no word of it.

    Attributes:
        clip_id: The utterance.
        speaker: Who said it.
        words: Word alignment counts.
        words_of: Words of the reference, by kind.
        keywords: Phrases of the reference that would hurt.
        recovered: What its hypothesis recovers.
        by_chance: What the hypotheses of other utterances recover.
        character_errors: Edits of characters.
        reference_characters: Characters of the normalised reference.
        is_loop: Whether the recogniser repeats itself.
        is_empty: Whether the hypothesis has no word.
    """

    clip_id: str
    speaker: str
    words: WordCounts
    words_of: dict[WordKind, int]
    keywords: int
    recovered: RecoveredCounts
    by_chance: RecoveredCounts
    character_errors: int
    reference_characters: int
    is_loop: bool
    is_empty: bool


def count_all(
    utterances: Sequence[Utterance], references: Sequence[str], hypotheses: Sequence[str]
) -> list[UtteranceCounts]:
    """Return the counts of every utterance, chance by the hypotheses of others."""
    return [
        count(u.clip_id, u.speaker, reference, u.keywords, hypothesis, [hypotheses[i] for i in others])
        for u, reference, hypothesis, others in zip(
            utterances, references, hypotheses, unrelated(references), strict=True
        )
    ]


def count(
    clip_id: str, speaker: str, text: str, keywords: Sequence[str], hypothesis: str, others: Sequence[str] = ()
) -> UtteranceCounts:
    """Return the counts of one utterance: keywords are phrases of the text, others say something else.

    Raises:
        DataError: A keyword is not in the text.
    """
    reference, normalised = normalise(text), normalise(hypothesis)
    phrases = _phrases(clip_id, reference, keywords)
    characters = jiwer.process_characters(reference, normalised)
    kinds = [kind_of(word) for word in reference.split()]
    return UtteranceCounts(
        clip_id=clip_id,
        speaker=speaker,
        words=align(reference, normalised),
        words_of={kind: kinds.count(kind) for kind in KINDS},
        keywords=len(keywords),
        recovered=_recovered(reference, phrases, [normalised]),
        by_chance=_recovered(reference, phrases, [normalise(other) for other in others]),
        character_errors=characters.substitutions + characters.deletions + characters.insertions,
        reference_characters=characters.hits + characters.substitutions + characters.deletions,
        is_loop=compression_ratio(hypothesis) > COMPRESSION_RATIO_THRESHOLD,
        is_empty=not any(letter.isalnum() for letter in normalised),
    )


def unrelated(texts: Sequence[str]) -> list[list[int]]:
    """Return up to ``N_UNRELATED`` utterances with another text for each, evenly spaced so that speakers differ.

    >>> unrelated(["a", "b", "a"])
    [[1], [2, 0], [1]]
    """
    normalised = [normalise(text) for text in texts]
    n = len(normalised)
    steps = sorted({round(n * k / (N_UNRELATED + 1)) or 1 for k in range(1, N_UNRELATED + 1)})
    others = [[(i + step) % n for step in steps] for i in range(n)]
    return [[j for j in places if normalised[j] != normalised[i]] for i, places in enumerate(others)]


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


def check_keywords(utterances: Iterable[Utterance]) -> None:
    """Raise a DataError that names every keyword that is not in its transcript."""
    problems = [line for u in utterances for line in keyword_problems(u.clip_id, u.text or "", u.keywords)]
    if problems:
        raise DataError("\n".join(["mend the keywords in metadata.csv:", *problems]))


def keyword_problems(clip_id: str, text: str, keywords: Sequence[str]) -> list[str]:
    """Return a line for every keyword that is not in the text."""
    words = _plain_words(normalise(text))
    return [
        f"{clip_id}: the keyword {keyword!r} is not in its transcript {text!r}"
        for keyword in keywords
        if not _places(_plain_words(normalise(keyword)), words)
    ]


def compression_ratio(text: str) -> float:
    """Return the length of a text over its length after zlib; repetition makes it large.

    >>> compression_ratio("the key is under the pot") < 2.4 < compression_ratio("the key " * 20)
    True
    """
    return len(text.encode()) / len(zlib.compress(text.encode()))


@cache
def _normaliser() -> "EnglishTextNormalizer":
    with _bare("whisper"):
        from whisper.normalizers import EnglishTextNormalizer  # noqa: PLC0415 - see _bare
    # It leaves its table of spellings open, for Python to close.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        return EnglishTextNormalizer()


@contextmanager
def _bare(package: str) -> Iterator[None]:
    """Parts of a package can be imported without its own module, and are forgotten afterwards.

    That of Whisper imports torch and numba, which take seconds and half a gigabyte.
    """
    if package in sys.modules:
        yield
        return
    spec = find_spec(package)
    bare = ModuleType(package)
    bare.__path__ = list((spec and spec.submodule_search_locations) or ())
    sys.modules[package] = bare
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]


def _phrases(clip_id: str, reference: str, keywords: Sequence[str]) -> list[list[range]]:
    """The places of each keyword among the words of the reference."""
    words = _plain_words(reference)
    found = [_places(_plain_words(normalise(keyword)), words) for keyword in keywords]
    for keyword, places in zip(keywords, found, strict=True):
        if not places:
            raise DataError(f"{clip_id}: the keyword {keyword!r} is not in its transcript; mend metadata.csv")
    return found


def _recovered(reference: str, phrases: Sequence[Sequence[range]], hypotheses: Sequence[str]) -> RecoveredCounts:
    """Keywords are compared without currency signs: "940" gives the rent away with or without the dollar sign."""
    words, plain = reference.split(), " ".join(_plain_words(reference))
    hits_of, n_keywords = dict.fromkeys(KINDS, 0), 0
    for hypothesis in hypotheses:
        for place in _hit_places(reference, hypothesis):
            hits_of[kind_of(words[place])] += 1
        hits = _hit_places(plain, " ".join(_plain_words(hypothesis))) if phrases else set()
        n_keywords += sum(any(hits.issuperset(place) for place in places) for places in phrases)
    return RecoveredCounts(hits_of=hits_of, keywords=n_keywords, n_hypotheses=len(hypotheses))


def _hit_places(reference: str, hypothesis: str) -> set[int]:
    found = jiwer.process_words(reference, hypothesis)
    chunks = [chunk for chunk in found.alignments[0] if chunk.type == "equal"]
    return {place for chunk in chunks for place in range(chunk.ref_start_idx, chunk.ref_end_idx)}


def _plain_words(normalised: str) -> list[str]:
    """The words without currency signs.

    >>> _plain_words("the rent is $940")
    ['the', 'rent', 'is', '940']
    """
    return normalised.translate(CURRENCY).split()


def _places(phrase: Sequence[str], words: Sequence[str]) -> list[range]:
    """Every place of a phrase.

    >>> _places(["spare", "key"], ["the", "spare", "key"])
    [range(1, 3)]
    """
    size = len(phrase)
    starts = range(len(words) - size + 1) if size else ()
    return [range(start, start + size) for start in starts if words[start : start + size] == list(phrase)]
