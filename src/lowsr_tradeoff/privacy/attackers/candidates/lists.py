"""The lists of what may have been said: whole sentences, or phrases in one place of a sentence.

All that a corpus says is sorted by length and cut into lists of about equal size. So what is told apart within a
list is not told by length alone, and a list does not show which of its candidates is the true one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from lowsr_tradeoff.corpora.clips import SpeechCorpus

ListOf = Literal["sentences", "keywords"]

# The time of the attack grows with it. A longer list is harder for the attacker.
LEAST_CANDIDATES, MOST_CANDIDATES = 2, 4


@dataclass(frozen=True)
class Place:
    """Where one candidate of a list was said.

    Attributes:
        utterance: Number of the utterance, from 0 in the order of the corpus.
        truth: Number of the candidate that was said.
        texts: What the utterance says if it is candidate 0, 1, …
    """

    utterance: int
    truth: int
    texts: tuple[str, ...]


# All places of one list; they have the same candidates.
List = tuple[Place, ...]


def lists_of(speech: SpeechCorpus, of: ListOf) -> tuple[List, ...]:
    """Return the lists of a corpus with transcripts; none where fewer than two different things are said."""
    return tuple((_sentences if of == "sentences" else _keywords)(speech))


def written(text: str) -> str:
    """Return a text as recognisers write: a capital first, a mark at the end.

    >>> written("the spare key"), written("Who?")
    ('The spare key.', 'Who?')
    """
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def cut(candidates: Sequence[str], most: int = MOST_CANDIDATES) -> list[list[str]]:
    """Return different candidates in as few lists as hold at most ``most``, each of about equal length and size.

    >>> cut(["ccc", "a", "dddd", "bb", "bb"], most=2)
    [['a', 'bb'], ['ccc', 'dddd']]
    """
    distinct = sorted(set(candidates), key=lambda text: (len(text), text))
    if len(distinct) < LEAST_CANDIDATES:
        return []
    n_lists = -(-len(distinct) // most)
    ends = [round(k * len(distinct) / n_lists) for k in range(n_lists + 1)]
    return [distinct[start:end] for start, end in pairwise(ends)]


def _sentences(speech: SpeechCorpus) -> Iterator[List]:
    said = [_plain(utterance.text or "") for utterance in speech.utterances]
    text_of = {plain: written(u.text or "") for plain, u in zip(said, speech.utterances, strict=True)}
    for candidates in cut(said):
        texts = tuple(text_of[candidate] for candidate in candidates)
        yield tuple(
            Place(number, candidates.index(plain), texts)
            for number, plain in enumerate(said)
            if plain in candidates
        )


def _keywords(speech: SpeechCorpus) -> Iterator[List]:
    """Every candidate is spelt alike wherever it is put, so that spelling does not give the true one away."""
    found = [(number, phrase) for number, u in enumerate(speech.utterances) for phrase in u.keywords]
    spelling = {_plain(phrase): phrase for _, phrase in reversed(found)}
    for candidates in cut([_plain(phrase) for _, phrase in found]):
        phrases = [spelling[candidate] for candidate in candidates]
        yield tuple(
            Place(
                number,
                candidates.index(_plain(phrase)),
                _filled(speech.utterances[number].text or "", phrase, phrases),
            )
            for number, phrase in found
            if _plain(phrase) in candidates
        )


def _filled(text: str, phrase: str, phrases: Sequence[str]) -> tuple[str, ...]:
    """The text with each of the phrases where it has one of them."""
    words = r"[\W_]+".join(map(re.escape, _plain(phrase).split()))
    place = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
    return tuple(written(other.join(place.split(text))) for other in phrases)


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
