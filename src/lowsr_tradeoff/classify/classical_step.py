"""Run the classical control: learn from the statistics of some folds' clips, and answer those of the test fold."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.step_settings import ClassicalSettings
from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of, folds_of
from lowsr_tradeoff.learning.classical import class_scores
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store


def run(steps: Sequence[Step[ClassicalSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write the control's ``test_logits`` of held-out clips, rows as :func:`clips_of`: log probabilities."""
    for step in steps:
        asked, folds = step.settings, folds_of(corpus)
        by_fold = {
            fold: store.arrays(need)["features"][:, 0, 0] for fold, need in zip(folds, step.needs, strict=True)
        }
        seen = [fold for fold in folds if fold != asked.held_out]
        seeds = np.random.SeedSequence((asked.seed, asked.repetition, asked.held_out))
        scores = class_scores(
            np.concatenate([by_fold[fold] for fold in seen]),
            _truth(corpus, seen),
            by_fold[asked.held_out],
            len(corpus.summary.classes),
            int(seeds.generate_state(1)[0]),
        )
        names = {"clips": [clip.clip_id for clip in clips_of(corpus, asked.held_out)]}
        store.write(step, names, {"test_logits": scores})


def _truth(corpus: EventCorpus, folds: Sequence[int]) -> NDArray[np.intp]:
    return class_numbers(corpus, clips_of(corpus, *folds))
