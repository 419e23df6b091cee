"""Choice of alpha and T by the answers to an inner fold, never by those to the reported fold.

For a test fold, every pair trains a network on all folds except that one and the next; the next one's clips choose
the pair. The same answers, over all test folds, are the sensitivity to alpha and T. Reference: Cawley & Talbot, On
Over-fitting in Model Selection, JMLR 11, 2010.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.train_settings import TrainSettings
from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of, folds_of
from lowsr_tradeoff.learning.recipe import Cell
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Arrays

Folds = tuple[int, ...]


def inner_folds(held_out: Folds, folds: list[int]) -> list[Folds]:
    """Return the folds held out by the networks that choose alpha and T: the test fold and the next one.

    >>> inner_folds((5,), [1, 2, 3, 4, 5]), inner_folds((), [1, 2])
    ([(1, 5)], [(1,), (2,)])
    """
    if not held_out:
        return [(fold,) for fold in folds]
    after = folds[(folds.index(held_out[0]) + 1) % len(folds)]
    return [tuple(sorted({*held_out, after}))]


def validation_fold(held_out: Folds, folds: list[int]) -> int:
    """Return which held-out fold of an inner network chooses: the one after the test fold; see :func:`inner_folds`.

    >>> folds = [1, 2, 3, 4, 5]
    >>> validation_fold((1, 5), folds), validation_fold((1, 2), folds), validation_fold((3,), folds)
    (1, 2, 3)
    """
    *before, last = held_out
    follows = bool(before) and folds.index(last) == (folds.index(before[0]) + 1) % len(folds)
    return last if follows or not before else before[0]


def chosen_cell(
    settings: TrainSettings, corpus: EventCorpus, networks: Mapping[Step[TrainSettings], Arrays]
) -> Cell | None:
    """Return the pair of alpha and T that a network is trained with; the first one given among equals."""
    cells = settings.transfer.cells if settings.transfer else ()
    if len(cells) < 2:
        return cells[0] if cells else None
    searched = [artefact["found"] for need, artefact in networks.items() if need.stage == "search"]
    if searched:
        alpha, temperature = np.mean(searched, axis=0)
        return Cell(alpha=float(alpha), temperature=float(temperature))
    scores = dict.fromkeys(cells, 0.0)
    for need, artefact in networks.items():
        tried = need.settings
        if tried.condition == settings.tuned_as and tried.transfer and len(tried.held_out) > len(settings.held_out):
            scores[tried.transfer.cells[0]] += validated(tried, corpus, artefact).mean()
    return max(scores, key=scores.__getitem__)


def validated(settings: TrainSettings, corpus: EventCorpus, artefact: Arrays) -> NDArray[np.bool_]:
    """Return which clips of its inner fold a network recognised, in the order of :func:`clips_of`."""
    fold = validation_fold(settings.held_out, folds_of(corpus))
    clips = clips_of(corpus, *settings.held_out)
    rows = [clip.fold == fold for clip in clips]
    truth = class_numbers(corpus, clips)[rows]
    right: NDArray[np.bool_] = artefact["test_logits"][rows].argmax(axis=1) == truth
    return right
