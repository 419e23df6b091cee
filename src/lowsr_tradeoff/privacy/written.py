"""What a recogniser writes of a clip, and how sure of it the recogniser is."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Written:
    """A transcript, the log-probability of its tokens and their number; the one that ends it counts."""

    text: str
    logprob: float
    n_tokens: int

    @property
    def mean_logprob(self) -> float:
        """Return the log-probability per token."""
        return self.logprob / self.n_tokens


def joined(parts: Iterable[Written]) -> Written:
    """Return what was written of the parts of a clip, one or more, as of one.

    >>> joined([Written("one", -1.0, 2), Written("", -0.5, 1), Written("two", -1.5, 2)])
    Written(text='one two', logprob=-3.0, n_tokens=5)
    """
    texts, logprobs, n_tokens = zip(*((part.text, part.logprob, part.n_tokens) for part in parts), strict=True)
    return Written(" ".join(filter(None, texts)), sum(logprobs), sum(n_tokens))


def rows_of(written: Iterable[Written]) -> dict[str, list[str] | list[float]]:
    """Return what a step keeps of them, one entry a clip."""
    found = list(written)
    return {
        "transcripts": [each.text for each in found],
        "mean_logprobs": [each.mean_logprob for each in found],
    }
