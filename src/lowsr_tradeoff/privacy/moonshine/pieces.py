"""The pieces of words that Moonshine writes in: from text to tokens and back.

The vocabulary is of SentencePiece's kind (Kudo & Richardson, EMNLP 2018): byte pairs, of which those merged first
have the lowest numbers. A token is its place in the file. The first three are control tokens, then come the 256
bytes, then pieces of words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lowsr_tradeoff.errors import DataError

START, END = 1, 2
FIRST_BYTE, FIRST_PIECE = 3, 259
SPACE = "\N{LOWER ONE EIGHTH BLOCK}"


@dataclass(frozen=True)
class Pieces:
    """The bytes of every token, and the token of every piece."""

    by_token: tuple[bytes, ...]
    tokens: dict[bytes, int]


def read(file: Path) -> Pieces:
    """Return the vocabulary of a ``tokenizer.bin``. Raises DataError where it ends within a piece."""
    by_token = tuple(_pieces(file))
    return Pieces(by_token, {piece: FIRST_PIECE + i for i, piece in enumerate(by_token[FIRST_PIECE:])})


def text_of(pieces: Pieces, tokens: Sequence[int]) -> str:
    """Return the text of tokens; control tokens write nothing."""
    written = b"".join(pieces.by_token[token] for token in tokens if token >= FIRST_BYTE)
    return written.decode(errors="replace").replace(SPACE, " ").strip()


def tokens_of(pieces: Pieces, text: str) -> list[int]:
    """Return the tokens of a text: of neighbours, those that make the lowest token are merged first."""
    parts = [character.encode() for character in SPACE + SPACE.join(text.split())]
    while (first := _first_merge(pieces, parts)) is not None:
        parts[first : first + 2] = [parts[first] + parts[first + 1]]
    return [token for part in parts for token in _tokens_of_part(pieces, part)]


def _first_merge(pieces: Pieces, parts: Sequence[bytes]) -> int | None:
    merged = [(pieces.tokens.get(left + right), i) for i, (left, right) in enumerate(pairwise(parts))]
    return min(((token, i) for token, i in merged if token is not None), default=(0, None))[1]


def _tokens_of_part(pieces: Pieces, part: bytes) -> list[int]:
    """A character without a token of its own is written as bytes."""
    token = pieces.tokens.get(part)
    return [FIRST_BYTE + byte for byte in part] if token is None else [token]


def _pieces(file: Path) -> Iterator[bytes]:
    """Each is its length, in one byte or, from 128, in two, and its bytes."""
    content, at = file.read_bytes(), 0
    while at < len(content):
        n = content[at]
        if n >= 128:
            n += 128 * (content[at + 1] - 1)
            at += 1
        piece = content[at + 1 : at + 1 + n]
        if len(piece) < n:
            raise DataError(f"{file}: ends within a piece; reinstall moonshine-voice")
        yield piece
        at += 1 + n
