"""The step that predicts the speaker's sex by a softmax regression on the embeddings of the speaker encoder.

It is cross-validated by speaker.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.corpora.folds import assign_folds
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import Settings

# There are as many folds as speakers of the rarest sex, at most this many.
MOST_FOLDS = 8
# Weight of the squared coefficients beside the mean loss, of features with a mean square of 1.
PENALTY = 0.01

Floats = NDArray[np.float64]
Classes = NDArray[np.intp]


class SexSettings(Settings):
    """What the answers depend on besides the embeddings: the corpus, which holds the sex of each speaker."""

    corpus: str
    rate_hz: int
    trained_hz: int


def run(steps: Sequence[Step[SexSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Predict for every speaker by a regression on other speakers, and write the predictions by utterance."""
    kept, truth, people = labelled(speech)
    for step in steps:
        tested, trained = (store.arrays(need)["embeddings"][kept] for need in (step.needs[0], step.needs[-1]))
        answers = cross_validate(tested, trained, truth, people)
        store.write(step, {"answers": [sexes(speech)[answer] for answer in answers]})


def sexes(speech: SpeechCorpus) -> tuple[str, ...]:
    """Return the sexes that two or more speakers have, in alphabetical order.

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
    """Return the class predicted for each utterance by a regression trained without the speakers of its fold.

    Embeddings of the same utterances are tested and trained on. Shape ``(n_utterances, n_dimensions)``. Classes
    count from 0; all utterances of a speaker are of one class.
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
    # A third of a second, which planning does without.
    from scipy.optimize import minimize  # noqa: PLC0415
    from scipy.special import logsumexp  # noqa: PLC0415

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
    """Centre by the training data, scale all features by one factor of it, and add a column of ones."""
    mean = learnt.mean(axis=0)
    spread = float(np.sqrt(np.mean((learnt - mean) ** 2))) or 1.0
    return np.column_stack([(rows - mean) / spread, np.ones(len(rows))]).astype(np.float64)
