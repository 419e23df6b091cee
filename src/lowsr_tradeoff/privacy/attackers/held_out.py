"""Test folds by speaker, and their training data: all other speakers, or a growing share of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import Field

from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.corpora.folds import assign_folds
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers.shares import part_of
from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.settings.groups import DeviceType, PrivacySettings, Settings

N_FOLDS = 4

# What the shares of the data count.
Unit = Literal["speakers", "utterances"]


@dataclass(frozen=True)
class Fold:
    """One test fold and its training data. Speakers are in one of the two only, unless there is one speaker alone.

    No tested sentence is in the training data, whoever says it and whatever its case and punctuation.
    """

    number: int
    learnt: tuple[Utterance, ...]
    tested: tuple[Utterance, ...]


class FoldSettings(Settings):
    """What the transcripts of one fold by an attacker that learnt from the others depend on.

    The corpus of the captures holds the training data and the tested sounds, so the share and its unit are not in
    the key of the step. The key holds the content of the weights, not their path.
    """

    captures: CaptureSettings
    fold: int
    privacy: PrivacySettings = Field(exclude=True)
    weights_sha256: dict[str, str]
    policy: str
    batch_size: int
    pad_s: float
    recipe: Recipe
    device_type: DeviceType
    share: float = Field(default=1.0, exclude=True)
    unit: Unit = Field(default="speakers", exclude=True)


def folds_of(speech: SpeechCorpus, seed: int) -> tuple[Fold, ...]:
    """Return the folds, ascending; the seed decides between speakers with equally many utterances."""
    groups = groups_of(speech)
    numbers = assign_folds(["speech"] * len(groups), groups, min(N_FOLDS, len(set(groups))), seed)
    return tuple(_fold(speech.utterances, numbers, number) for number in sorted(set(numbers)))


def fold_of(speech: SpeechCorpus, seed: int, number: int) -> Fold:
    """Return one of the folds."""
    return next(fold for fold in folds_of(speech, seed) if fold.number == number)


def groups_of(speech: SpeechCorpus) -> list[str]:
    """Return what is held out together with each utterance: its speaker, or itself if there is one speaker."""
    speakers = [utterance.speaker for utterance in speech.utterances]
    return speakers if len(set(speakers)) > 1 else [utterance.clip_id for utterance in speech.utterances]


def part(fold: Fold, share: float, unit: Unit, seed: int) -> tuple[Utterance, ...]:
    """Return a share of the utterances to learn from, within every larger share of the same seed; 1 is all."""
    if share == 1:
        return fold.learnt
    names = names_of(fold.learnt, unit)
    kept = set(part_of(sorted(set(names)), share, (seed, fold.number)))
    return tuple(utterance for utterance, name in zip(fold.learnt, names, strict=True) if name in kept)


def names_of(utterances: Sequence[Utterance], unit: Unit) -> list[str]:
    """Return of each utterance the name of its speaker, or its own."""
    return [u.speaker if unit == "speakers" else u.clip_id for u in utterances]


def _fold(utterances: Sequence[Utterance], numbers: Sequence[int], number: int) -> Fold:
    pairs = list(zip(utterances, numbers, strict=True))
    tested = tuple(utterance for utterance, its in pairs if its == number)
    sentences = {_sentence(utterance.text or "") for utterance in tested} - {""}
    learnt = (u for u, its in pairs if its != number and _sentence(u.text or "") not in sentences)
    return Fold(number, tuple(learnt), tested)


@cache
def _sentence(text: str) -> str:
    """The words of a text, without Whisper's normaliser, which would load torch while planning."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
