"""Attacker 5, a part of it: the sex of who speaks, from the voice alone.

A softmax regression on the speaker encoder's points, cross-validated so that no speaker is on both sides. Whoever
trains on full-band recordings is compared with whoever trains on captures of the same microphone.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.corpora.folds import assign_folds
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.attackers.speakers.attack import embedding_step, weights_file
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.groups import Settings
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics import Floats
from lowsr_tradeoff.statistics.intervals import NO_SPREAD, hidden_interval, percentile_interval, resample_weights

STAGE = "attack-sex"

MISMATCHED, INFORMED = "sex from voice, trained at full rate", "sex from voice, trained at the rate"
# Speakers of the rarest sex are spread over as many folds, and no more than these.
MOST_FOLDS = 8
# Weight of the squared coefficients beside the mean loss, of features with a mean square of 1.
PENALTY = 0.01
TOO_FEW = "takes two speakers or more of each of two sexes; name them in the column sex of metadata.csv"

Numbers = NDArray[np.intp]
Draws = tuple[int, int]


class SexSettings(Settings):
    """What the answers depend on besides the points: who is of which sex is part of the corpus.

    Attributes:
        corpus: Digest of the corpus.
        rate_hz: The microphone's rate.
        trained_hz: Rate of the microphone that the attacker trained with.
    """

    corpus: str
    rate_hz: int
    trained_hz: int


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    """Return the steps that :func:`results` reads: at every rate, for either attacker, the sexes answered.

    Raises:
        MissingResourceError: The speaker encoder's weights are not there.
        DataError: They are other ones, or a speaker is named with two sexes.
    """
    if len(sexes(speech)) < 2:
        return ()
    weights_file()
    pairs = {(rate_hz, trained_hz) for rate_hz, _, trained_hz in _attacks(config)}
    return tuple(_step(config, speech, *pair) for pair in sorted(pairs))


def run(steps: Sequence[Step], speech: SpeechCorpus, store: Store) -> None:
    """Answer for every speaker with what was learned from others, and write the answers by utterance.

    Raises:
        StageError: The points of a step that was needed are not there.
    """
    kept, truth, people = _labelled(speech)
    for step in steps:
        tested, trained = (store.arrays(need)["embeddings"][kept] for need in (step.needs[0], step.needs[-1]))
        answers = cross_validate(tested, trained, truth, people)
        store.write(step, {"answers": [sexes(speech)[answer] for answer in answers]})


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[AttackResult, ...]:
    """Return how often the sex is told right, at every rate and for either attacker, lowest rate first."""
    return tuple(
        _result(config, speech, store, rate_hz, attacker, trained_hz)
        for rate_hz, attacker, trained_hz in _attacks(config)
    )


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


def cross_validate(
    tested: NDArray[np.float32], trained: NDArray[np.float32], truth: Numbers, people: Sequence[str]
) -> Numbers:
    """Return the class answered for each utterance by a regression that knows nobody of its speaker's fold.

    Args:
        tested: Points of the utterances as they are to be judged.
        trained: Of the same utterances, as the attacker has them to learn from.
        truth: The class of each, from 0.
        people: Who said each; everyone is of one class.

    Shape:
        ``(n_utterances, n_dimensions)`` to ``(n_utterances,)``.
    """
    n_folds = min(MOST_FOLDS, *np.bincount(_class_of_each(truth, people)))
    folds = np.array(assign_folds([str(label) for label in truth], people, n_folds, seed=0))
    answers = np.empty(len(truth), np.intp)
    for fold in np.unique(folds):
        inside = folds == fold
        coefficients = fit_softmax(_with_one(trained[~inside], trained[~inside]), truth[~inside])
        answers[inside] = np.argmax(_with_one(tested[inside], trained[~inside]) @ coefficients, axis=1)
    return answers


def fit_softmax(features: Floats, truth: Numbers) -> Floats:
    """Return the coefficients with the least mean cross-entropy plus ``PENALTY / 2`` times their squared sum.

    Args:
        features: Rows to learn from; the last column is 1, and its coefficients are free.
        truth: The class of each row, from 0.

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


def balanced_accuracy(truth: Numbers, answers: Numbers, people: Sequence[str], draws: Draws) -> Measurement:
    """Return the mean over classes of the share of their utterances that is answered right, ∈ [0, 1].

    Args:
        truth: The class of each utterance, from 0.
        answers: The class answered.
        people: Who said each.
        draws: Resamples of speakers, and the seed of their draw.
    """
    weights = resample_weights(people, *draws)
    right, of_class = (truth == answers)[:, None], truth[:, None] == np.arange(truth.max() + 1)
    value = float(np.mean((right & of_class).sum(axis=0) / of_class.sum(axis=0)))
    drawn = weights @ of_class
    shares = np.divide(weights @ (right & of_class), drawn, out=np.full_like(drawn, np.nan), where=drawn > 0)
    low, high = percentile_interval(shares.mean(axis=1))
    if high - low < NO_SPREAD:
        low, high = hidden_interval(value, len(set(people)), is_share=True)
    return Measurement(value=value, low=low, high=high, n=len(truth), n_of="utterances")


def _attacks(config: StudyConfig) -> Iterator[tuple[int, str, int]]:
    """Every rate, who attacks, and the rate that one has trained with."""
    for rate_hz in config.all_rates_hz():
        yield rate_hz, MISMATCHED, config.reference_rate_hz
        yield rate_hz, INFORMED, rate_hz


def _step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int, trained_hz: int) -> Step:
    return Step(
        stage=STAGE,
        run="privacy.attackers.speakers.sex:run",
        corpus="speech",
        settings=SexSettings(corpus=speech.summary.digest, rate_hz=rate_hz, trained_hz=trained_hz),
        label=f"sex from voice at {rate_hz} Hz, trained at {trained_hz} Hz",
        needs=tuple(embedding_step(config, speech, hz) for hz in (rate_hz, trained_hz)),
    )


def _labelled(speech: SpeechCorpus) -> tuple[NDArray[np.bool_], Numbers, list[str]]:
    """Which utterances can be judged; of those, the class and the speaker."""
    classes = sexes(speech)
    named = [(utterance.sex or "").casefold() for utterance in speech.utterances]
    kept = np.array([sex in classes for sex in named], bool)
    truth = np.array([classes.index(sex) for sex in compress(named, kept)], np.intp)
    return kept, truth, [utterance.speaker for utterance in compress(speech.utterances, kept)]


def _result(
    config: StudyConfig, speech: SpeechCorpus, store: Store, rate_hz: int, attacker: str, trained_hz: int
) -> AttackResult:
    classes = sexes(speech)
    value = _accuracy(config, speech, store, rate_hz, trained_hz)
    return AttackResult(
        rate_hz=rate_hz,
        front_end=name_of(config.front_end),
        attacker=attacker,
        recovers="sex",
        measure="balanced accuracy",
        value=value,
        chance=Measurement(value=1 / len(classes), n=value.n, n_of=value.n_of, basis="counted")
        if value.n
        else None,
        is_leak=True,
        setup=(
            f"Softmax regression on Resemblyzer's points, trained at {trained_hz} Hz, cross-validated by speaker; "
            f"classes as metadata.csv names them: {', '.join(classes) or 'none'}."
        ),
    )


def _accuracy(
    config: StudyConfig, speech: SpeechCorpus, store: Store, rate_hz: int, trained_hz: int
) -> Measurement:
    classes = sexes(speech)
    if len(classes) < 2:
        return missing(f"sex from voice {TOO_FEW}", "utterances")
    step = _step(config, speech, rate_hz, trained_hz)
    if why := store.failed.get(step):
        return missing(f"its step failed: {why}", "utterances")
    said = store.meta(step)["answers"]
    _, truth, people = _labelled(speech)
    answers = np.array([classes.index(answer) for answer in said], np.intp)
    return balanced_accuracy(truth, answers, people, (config.n_resamples, config.seed))


def _class_of_each(truth: Numbers, people: Sequence[str]) -> Numbers:
    """The class of each person, once."""
    _, first = np.unique(np.asarray(people), return_index=True)
    return truth[first]


def _with_one(rows: NDArray[np.float32], learned: NDArray[np.float32]) -> Floats:
    """Centre and scale by what was learned from, all features alike, and add a column of ones."""
    mean = learned.mean(axis=0)
    spread = float(np.sqrt(np.mean((learned - mean) ** 2))) or 1.0
    return np.column_stack([(rows - mean) / spread, np.ones(len(rows))]).astype(np.float64)
