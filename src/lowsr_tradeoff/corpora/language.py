"""The language that transcripts are in, told from their text by py3langid.

Reference: Lui & Baldwin, langid.py: An Off-the-shelf Language Identification Tool, ACL 2012.
"""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# One to seven sentences in each of thirteen other languages had less than 0.0002; lists of names, brands or digits,
# which no detector can place, had more than 0.004.
LEAST_ENGLISH = 1e-3


def foreign_language(texts: Iterable[str]) -> str | None:
    """Return the code of the language that texts, taken together, are in; ``None`` where it may be English.

    A text that comes again counts once.
    """
    likely = _identifier().rank(" ".join(sorted(set(texts))))
    return None if dict(likely)["en"] >= LEAST_ENGLISH else str(likely[0][0])


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - half a second to load

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
