"""How often the interval of an extrapolated learning curve holds what the law says, where the law is known.

    OMP_NUM_THREADS=1 python benchmarks/learning_curve.py [CURVES]

For each of six laws, so many curves are drawn: 27 speakers of 20 words, easy or hard at every amount of data,
in five folds whose teachers differ. Prints, at 10 and 100 times the data, how many intervals hold the truth,
how many curves allow one, and the mean width.
"""

import sys

import numpy as np
from scipy.stats import beta

from lowsr_tradeoff.privacy.attackers.learning_curve import Curve, curve_of, extrapolate, law_of, recovery
from lowsr_tradeoff.records import LearningLaw, Measurement

AMOUNTS = np.array([1, 3, 5, 11, 22], float)
N_SPEAKERS, N_WORDS, N_FOLDS, CHANCE = 27, 20, 5, 0.1
# Ceiling, scale, exponent.
LAWS = ((0.9, 5, 1), (1, 10, 0.7), (0.3, 8, 1), (0.7, 3, 1.5), (0.9, 2, 0.25), (0.95, 3, 2))
TIMES = (10, 100)
# Standard deviation between folds of what one speaker teaches, and how alike speakers are (of a beta distribution).
TEACHERS, ALIKE = 0.1, 12
N_RESAMPLES = 200


def drawn(law: LearningLaw, rng: np.random.Generator) -> Curve:
    """Return one curve of a law."""
    folds = np.arange(N_SPEAKERS) % N_FOLDS
    expected = np.array([recovery(law, amount) for amount in AMOUNTS])
    luck = rng.normal(0, TEACHERS / np.sqrt(AMOUNTS), (N_FOLDS, len(AMOUNTS)))
    means = np.clip(expected + luck, 0.02, 0.99)[folds]
    shares = beta.ppf(rng.uniform(size=(N_SPEAKERS, 1)), ALIKE * means, ALIKE * (1 - means))
    hits = rng.uniform(size=(N_WORDS, *shares.shape)) < shares
    who = np.repeat(np.arange(N_SPEAKERS), N_WORDS)
    rows = hits.transpose(2, 1, 0).reshape(len(AMOUNTS), -1)
    return curve_of(AMOUNTS.tolist(), rows, [f"s{i}" for i in who], folds[who].tolist(), CHANCE, N_RESAMPLES, 0)


def holds(told: Measurement, truth: float) -> bool:
    """Return whether an interval holds the truth, its ends included."""
    return told.low is not None and told.high is not None and told.low - 1e-9 <= truth <= told.high + 1e-9


def main(n_curves: int) -> None:
    """Print coverage by law and over all laws."""
    rng = np.random.default_rng(7)
    covered: dict[int, list[bool]] = {times: [] for times in TIMES}
    for ceiling, scale, exponent in LAWS:
        law = LearningLaw(chance=CHANCE, ceiling=ceiling, scale=scale, exponent=exponent, misfit_p=1)
        curves = [drawn(law, rng) for _ in range(n_curves)]
        for times in TIMES:
            found = [extrapolate(curve, law_of(curve), times) for curve in curves]
            told = [figure for figure in found if figure.value is not None]
            held = [holds(figure, recovery(law, times * AMOUNTS[-1])) for figure in told]
            covered[times] += held
            width = np.mean([(figure.high or 0) - (figure.low or 0) for figure in told])
            print(
                f"c {ceiling}, n0 {scale}, b {exponent}, {times} times: {100 * np.mean(held):.1f} % hold the truth "
                f"of {100 * len(told) / n_curves:.0f} % told, mean width {width:.2f}",
                flush=True,
            )
    for times, held in covered.items():
        print(f"all laws, {times} times: {100 * np.mean(held):.1f} % of {len(held)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
