"""Labels that people take for one, though they are written in different ways."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from lowsr_tradeoff.corpora.rows import Problem, grouped


def labels_alike(labels: Sequence[str]) -> list[Problem]:
    """Return a problem for each label that differs from a more frequent one only in how it is written."""
    counts = Counter(labels)
    # Equal counts in the order of the labels, so that the message does not depend on that of the files.
    by_count = sorted(counts, key=lambda label: (-counts[label], label))
    return [
        Problem(f"class {_codes(other)}", _reason(first, counts[first]), n_clips=0, is_skippable=False)
        for first, *others in grouped(by_count, _seen).values()
        for other in others
    ]


def _seen(label: str) -> str:
    """What a reader sees of a label, capitals, width and spaces apart."""
    shown = "".join(c for c in unicodedata.normalize("NFKC", label) if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", " ".join(shown.casefold().split()))


def _reason(first: str, n_clips: int) -> str:
    return (
        f"differs from {_codes(first)} ({n_clips} clips) only in capitals or in what is not seen; "
        "write both alike, or rename one"
    )


def _codes(label: str) -> str:
    """The label with codes in place of what is not seen: format characters, odd spaces, marks of their own."""
    return "".join(c if _is_plain(c) else c.encode("ascii", "backslashreplace").decode() for c in label)


def _is_plain(character: str) -> bool:
    return character.isprintable() and not unicodedata.combining(character)
