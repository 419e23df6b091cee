"""The step that tells the sex of who speaks by a softmax regression on the speaker encoder's points.

It is cross-validated so that no speaker is on both sides.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.corpora.folds import assign_folds
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import Settings

# Speakers of the rarest sex are spread over as many folds, and no more than these.
MOST_FOLDS = 8
# Weight of the squared coefficients beside the mean loss, of features with a mean square of 1.
PENALTY = 0.01

Floats = NDArray[np.float64]
Classes = NDArray[np.intp]


class SexSettings(Settings):
    """What the answers depend on besides the points: who is of which sex is part of the corpus."""

    corpus: str
    rate_hz: int
    trained_hz: int


def run(steps: Sequence[Step[SexSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Answer for every speaker with what was learnt from others, and write the answers by utterance."""
    kept, truth, people = labelled(speech)
    for step in steps:
        tested, trained = (store.arrays(need)["embeddings"][kept] for need in (step.needs[0], step.needs[-1]))
        answers = cross_validate(tested, trained, truth, people)
        store.write(step, {"answers": [sexes(speech)[answer] for answer in answers]})


def sexes(speech: SpeechCorpus) -> tuple[str, ...]:
    """Return the sexes of which two speakers or more are named, in alphabetical order.

    Raises:
        DataError: A speaker is named with two sexes.
    """
    pairs = {(utterance.speaker, utterance.sex.casefold()) for utterance in speech.utterances if utterance.sex}
    twice = sorted(speaker for speaker, count in Counter(speaker for speaker, _ in pairs).items() if count > 1)
    if twice:
        raise DataError(
            f"{speech.summary.name}: metadata.csv gives two sexes to {', '.join(twice)}; mend the column"
        )
    counts = Counter(sex for _, sex in pairs)
    return tuple(sorted(sex for sex, count in counts.items() if count > 1))


def labelled(speech: SpeechCorpus) -> tuple[NDArray[np.bool_], Classes, list[str]]:
    """Return which utterances can be judged; of those, the class and the speaker."""
    classes = sexes(speech)
    named = [(utterance.sex or "").casefold() for utterance in speech.utterances]
    kept = np.array([sex in classes for sex in named], bool)
    truth = np.array([classes.index(sex) for sex in compress(named, kept)], np.intp)
    return kept, truth, [utterance.speaker for utterance in compress(speech.utterances, kept)]


def cross_validate(
    tested: NDArray[np.float32], trained: NDArray[np.float32], truth: Classes, people: Sequence[str]
) -> Classes:
    """Return the class answered for each utterance by a regression that learnt from nobody of its speaker's fold.

    Args:
        tested: Points of the utterances as they are to be judged. Shape ``(n_utterances, n_dimensions)``.
        trained: Of the same utterances, as the attacker has them to learn from.
        truth: The class of each, from 0.
        people: Who said each; everyone is of one class.
    """
    _, first = np.unique(np.asarray(people), return_index=True)
    n_folds = min(MOST_FOLDS, *np.bincount(truth[first]))
    folds = np.array(assign_folds([str(label) for label in truth], people, n_folds, seed=0))
    answers = np.empty(len(truth), np.intp)
    for fold in np.unique(folds):
        inside = folds == fold
        coefficients = fit_softmax(_features(trained[~inside], trained[~inside]), truth[~inside])
        answers[inside] = np.argmax(_features(tested[inside], trained[~inside]) @ coefficients, axis=1)
    return answers


def fit_softmax(features: Floats, truth: Classes) -> Floats:
    """Return the coefficients with the least mean cross-entropy plus ``PENALTY / 2`` times their squared sum.

    The last feature is 1, and its coefficients are free.

    Shape:
        ``(n_rows, n_features)`` to ``(n_features, n_classes)``.
    """
    wanted = np.eye(truth.max() + 1)[truth]
    shape = features.shape[1], wanted.shape[1]
    shrunk = np.append(np.full(shape[0] - 1, PENALTY), 0.0)[:, None]

    def loss(flat: Floats) -> tuple[float, Floats]:
        coefficients = flat.reshape(shape)
        logits = features @ coefficients
        log_shares = logits - logsumexp(logits, axis=1, keepdims=True)
        slope = features.T @ (np.exp(log_shares) - wanted) / len(wanted) + shrunk * coefficients
        value = -np.sum(wanted * log_shares) / len(wanted) + np.sum(shrunk * coefficients**2) / 2
        return float(value), slope.ravel()

    found = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 1000})
    return np.asarray(found.x.reshape(shape))


def _features(rows: NDArray[np.float32], learnt: NDArray[np.float32]) -> Floats:
    """Centre and scale by what was learnt from, all features alike, and add a column of ones."""
    mean = learnt.mean(axis=0)
    spread = float(np.sqrt(np.mean((learnt - mean) ** 2))) or 1.0
    return np.column_stack([(rows - mean) / spread, np.ones(len(rows))]).astype(np.float64)
