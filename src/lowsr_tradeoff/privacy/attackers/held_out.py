"""Who is held out when, and what is learnt from meanwhile: all of the others, or a growing share of them."""

from functools import cache
from typing import Literal

import numpy as np

from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.corpora.folds import assign_folds
from lowsr_tradeoff.privacy.attackers.learning_curves import part_of, shares_of
from lowsr_tradeoff.statistics.learning_law import MIN_POINTS

N_FOLDS = 4

Parts = tuple[list[Utterance], list[Utterance]]


def folds_of(speech: SpeechCorpus, seed: int) -> tuple[int, ...]:
    """Return the fold of each utterance, from 1; a speaker is in one fold, unless there is one speaker alone.

    Args:
        speech: The corpus.
        seed: Decides between speakers with equally many utterances.
    """
    groups = groups_of(speech)
    return assign_folds(["speech"] * len(groups), groups, min(N_FOLDS, len(set(groups))), seed)


def groups_of(speech: SpeechCorpus) -> list[str]:
    """Return what is held out together with each utterance: its speaker's, or itself where one speaks alone."""
    speakers = [utterance.speaker for utterance in speech.utterances]
    return speakers if len(set(speakers)) > 1 else [utterance.clip_id for utterance in speech.utterances]


def split(speech: SpeechCorpus, seed: int, fold: int) -> Parts:
    """Return the utterances to learn from when a fold is tested, and those of the fold.

    A sentence that is tested is not learnt from another speaker either, whatever its case and marks.
    """
    pairs = list(zip(speech.utterances, folds_of(speech, seed), strict=True))
    tested = [utterance for utterance, its in pairs if its == fold]
    said = {_sentence(utterance.text or "") for utterance in tested} - {""}
    learnt = [u for u, its in pairs if its != fold and _sentence(u.text or "") not in said]
    return learnt, tested


def part(speech: SpeechCorpus, seed: int, fold: int, share: float) -> list[Utterance]:
    """Return a share of the utterances to learn from when a fold is tested, within every larger share.

    Args:
        speech: The corpus.
        seed: Of folds and shares.
        fold: Who is tested.
        share: Of what :func:`counted_in` says; 1 is all that :func:`split` gives.
    """
    learnt, _ = split(speech, seed, fold)
    if share == 1:
        return learnt
    names = _names(learnt, counted_in(speech, seed))
    kept = set(part_of(sorted(set(names)), share, (seed, fold)))
    return [utterance for utterance, name in zip(learnt, names, strict=True) if name in kept]


def counted_in(speech: SpeechCorpus, seed: int) -> Literal["speakers", "utterances"]:
    """Return what shares are shares of: speakers, or utterances where speakers are too few for a curve."""
    return "speakers" if len(shares_of(_fewest(speech, seed, "speakers"))) + 1 >= MIN_POINTS else "utterances"


def growing_shares(speech: SpeechCorpus, seed: int) -> tuple[float, ...]:
    """Return the shares of what is learnt from that differ in every fold, ascending, without all of it."""
    return shares_of(_fewest(speech, seed, counted_in(speech, seed)))


def amount(speech: SpeechCorpus, seed: int, share: float) -> float:
    """Return how many speakers or utterances a share is, on average over the folds."""
    unit = counted_in(speech, seed)
    folds = sorted(set(folds_of(speech, seed)))
    return float(np.mean([len(set(_names(part(speech, seed, fold, share), unit))) for fold in folds]))


def held_out_words(speech: SpeechCorpus, seed: int) -> str:
    """Return in words how the corpus was split."""
    n_folds = len(np.unique(folds_of(speech, seed)))
    n_speakers = len({utterance.speaker for utterance in speech.utterances})
    who = (
        f"of {n_speakers} speakers in {n_folds} folds, no tested speaker or sentence heard in training"
        if n_speakers > 1
        else f"of one speaker in {n_folds} folds, so that the voice was heard in training and the sentence was not"
    )
    return f"{len(speech.utterances)} utterances {who} ({speech.summary.name})"


def _fewest(speech: SpeechCorpus, seed: int, unit: str) -> int:
    """Of the folds, the least that any learns from."""
    folds = sorted(set(folds_of(speech, seed)))
    return min(len(set(_names(split(speech, seed, fold)[0], unit))) for fold in folds)


def _names(utterances: list[Utterance], unit: str) -> list[str]:
    return [u.speaker if unit == "speakers" else u.clip_id for u in utterances]


@cache
def _sentence(text: str) -> str:
    """Its words alone. Whisper's normaliser would bring torch into planning."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
