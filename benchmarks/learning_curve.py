"""How often the interval of an extrapolated learning curve holds what the law says, where the law is known.

    OMP_NUM_THREADS=1 python benchmarks/learning_curve.py [CURVES]

For each of six laws, so many curves are drawn of words: 27 speakers of 20 words, easy or hard at every amount of
data, in five folds whose teachers differ; and of utterances: 16 speakers of four with 5 to 14 words each, which are
easy or hard as a whole, in four folds, with what is recovered without data measured on them too. Prints, at 10 and
100 times the data, how many intervals hold the truth, how many curves allow one, and the mean width.
"""

import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.privacy import LearningLaw
from lowsr_tradeoff.statistics.learning_law import Curve, curve_of, extrapolate, law_of, recovery

Floats = NDArray[np.float64]

# Ceiling, scale as a share of all data, exponent.
LAWS = (
    (0.9, 5 / 22, 1),
    (1, 10 / 22, 0.7),
    (0.3, 8 / 22, 1),
    (0.7, 3 / 22, 1.5),
    (0.9, 2 / 22, 0.25),
    (0.95, 3 / 22, 2),
)
TIMES, CHANCE = (10, 100), 0.1
# Standard deviation between folds of what one speaker teaches, and how alike speakers and utterances are (of a beta
# distribution).
TEACHERS, ALIKE, ALIKE_UTTERANCES = 0.1, 12, 8
OF_WORDS, OF_UTTERANCES = (1, 3, 5, 11, 22), (1, 2, 3, 6, 12)


def of_words(law: LearningLaw, rng: np.random.Generator) -> Curve:
    """Return one curve of a law for recordings of one word."""
    folds, n_words = np.arange(27) % 5, 20
    shares = by_speaker(law, OF_WORDS, folds, rng)
    hits = rng.uniform(size=(n_words, *shares.shape)) < shares
    who = np.repeat(np.arange(27), n_words)
    rows, each = hits.transpose(2, 1, 0).reshape(len(OF_WORDS), -1), np.ones(len(who), int)
    names = [f"s{i}" for i in who]
    return curve_of(OF_WORDS, rows, each, names, folds[who].tolist(), law.chance)


def of_utterances(law: LearningLaw, rng: np.random.Generator) -> Curve:
    """Return one curve of a law for utterances of several words; the first amount is none."""
    folds, who = np.arange(16) % 4, np.repeat(np.arange(16), 4)
    shares = by_speaker(law, (0, *OF_UTTERANCES), folds, rng).clip(0.005, 0.995)[who]
    easy = beta.ppf(rng.uniform(size=(64, 1)), ALIKE_UTTERANCES * shares, ALIKE_UTTERANCES * (1 - shares))
    words = rng.integers(5, 15, 64)
    without, *hits = rng.binomial(words[:, None], easy).T
    start, names = without.sum() / words.sum(), [f"s{i}" for i in who]
    return curve_of(OF_UTTERANCES, np.array(hits), words, names, folds[who].tolist(), start)


def by_speaker(
    law: LearningLaw, amounts: tuple[int, ...], folds: NDArray[np.intp], rng: np.random.Generator
) -> Floats:
    """Return the share of each speaker's words that is expected. Shape ``(n_speakers, n_amounts)``."""
    taught = np.array(amounts, float)
    expected = np.array([recovery(law, amount) for amount in taught])
    spread = np.where(taught > 0, TEACHERS / np.sqrt(np.maximum(taught, 1)), 0)
    luck = rng.normal(0, spread, (folds.max() + 1, len(amounts)))
    means = np.clip(expected + luck, 0.02, 0.99)[folds]
    shares: Floats = beta.ppf(rng.uniform(size=(len(folds), 1)), ALIKE * means, ALIKE * (1 - means))
    return shares


def holds(told: Measurement, truth: float) -> bool:
    """Return whether an interval holds the truth, its ends included."""
    return told.low is not None and told.high is not None and told.low - 1e-9 <= truth <= told.high + 1e-9


def covered(draw: Callable[[LearningLaw, np.random.Generator], Curve], most: int, n_curves: int) -> None:
    """Print coverage by law and over all laws of one kind of recordings."""
    rng, found = np.random.default_rng(7), {times: list[bool]() for times in TIMES}
    for ceiling, scale, exponent in LAWS:
        law = LearningLaw(chance=CHANCE, ceiling=ceiling, scale=scale * most, exponent=exponent, misfit_p=1)
        curves = [draw(law, rng) for _ in range(n_curves)]
        for times in TIMES:
            figures = [extrapolate(curve, law_of(curve), times) for curve in curves]
            told = [figure for figure in figures if figure.value is not None]
            held = [holds(figure, recovery(law, times * most)) for figure in told]
            found[times] += held
            width = np.mean([(figure.high or 0) - (figure.low or 0) for figure in told])
            print(
                f"c {ceiling}, n0 {law.scale:.3g}, b {exponent}, {times} times: {100 * np.mean(held):.1f} % hold "
                f"the truth of {100 * len(told) / n_curves:.0f} % told, mean width {width:.2f}",
                flush=True,
            )
    for times, held in found.items():
        print(f"all laws, {times} times: {100 * np.mean(held):.1f} % of {len(held)}")


def main(n_curves: int) -> None:
    """Print coverage for recordings of one word, then for utterances."""
    print("words")
    covered(of_words, OF_WORDS[-1], n_curves)
    print("utterances")
    covered(of_utterances, OF_UTTERANCES[-1], n_curves)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
