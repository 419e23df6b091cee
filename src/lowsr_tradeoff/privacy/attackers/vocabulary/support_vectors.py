"""A support vector machine that learns words from their log spectra, those that :mod:`spotter` learns from.

It errs elsewhere than the network, so both together recover more than either. Reference: Cortes & Vapnik,
Support-Vector Networks, Machine Learning 20, 1995.
"""

from collections.abc import Sequence

import numpy as np

from lowsr_tradeoff.corpora.clips import EventCorpus, SpeechCorpus, class_numbers
from lowsr_tradeoff.privacy.attackers.vocabulary.spotter import Scores, planned_words, views_of
from lowsr_tradeoff.privacy.attackers.vocabulary.step_settings import MachineSettings
from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

# Of errors, with radial basis functions as wide as scikit-learn proposes; neither was searched for.
PENALTY = 10.0


def run(steps: Sequence[Step[MachineSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Train and test at each step's rate, and write ``scores``, shape ``(n_clips, n_classes)``."""
    for step in steps:
        corpus = planned_words(speech, step.settings.captures)
        store.write(step, {}, {"scores": answers(corpus, step.settings.captures)})


def answers(corpus: EventCorpus, settings: CaptureSettings) -> Scores:
    """Return the scores of every clip by the machine that had its fold held out. Shape ``(n_clips, n_classes)``."""
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - a second, for this step alone
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - likewise
    from sklearn.svm import SVC  # noqa: PLC0415 - likewise

    views = [view.reshape(len(view), -1) for view in views_of(corpus, settings)]
    labels = class_numbers(corpus, corpus.clips)
    folds = np.array([clip.fold for clip in corpus.clips])
    scores = np.zeros((len(labels), len(corpus.summary.classes)), np.float32)
    for fold in np.unique(folds):
        is_learnt = folds != fold
        machine = make_pipeline(StandardScaler(), SVC(C=PENALTY))
        machine.fit(np.concatenate([view[is_learnt] for view in views]), np.tile(labels[is_learnt], len(views)))
        found = machine.decision_function(views[0][~is_learnt])
        # Of two words it scores the second alone.
        scores[np.ix_(~is_learnt, machine.classes_)] = (
            found if found.ndim > 1 else np.stack([-found, found], axis=1)
        )
    return scores
