import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights
from lowsr_tradeoff.statistics.joint_draws import N_JOINT, kept, share_draws

SPEAKERS = [str(i // 4) for i in range(80)]
WEIGHTS = resample_weights(SPEAKERS, 2000, 0)
WORDS = np.full(80, 10)


def hits(share: float, seed: int) -> np.ndarray:
    """Utterances of a speaker are understood about as well as each other."""
    rng = np.random.default_rng(seed)
    return rng.binomial(10, np.repeat(np.clip(rng.normal(share, 0.15, 20), 0, 1), 4))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.7])
def test_the_quantiles_of_the_draws_are_the_printed_interval(share):
    counts = hits(share, 1)
    figure = pooled_ratio(counts, WORDS, WEIGHTS, "words", is_share=True)
    draws = np.array(share_draws(counts, WORDS, WEIGHTS))
    assert len(draws) == N_JOINT
    ends = np.quantile(draws, [0.025, 0.5, 0.975])
    assert ends == pytest.approx([figure.low, figure.value, figure.high], abs=0.01 * (figure.high - figure.low))


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("n_clusters", [1, 3, 20])
def test_a_share_that_all_resamples_agree_on_is_drawn_through_its_interval(share, n_clusters):
    rows = 5 * n_clusters
    weights = resample_weights([str(i % n_clusters) for i in range(rows)], 2000, 0)
    counts, words = np.full(rows, 10 * share), np.full(rows, 10)
    figure = pooled_ratio(counts, words, weights, "words", is_share=True)
    draws = np.array(share_draws(counts, words, weights))
    assert np.quantile(draws, [0.025, 0.5, 0.975]) == pytest.approx(
        [figure.low, figure.value, figure.high], abs=0.01
    )
    assert draws.min() >= 0
    assert draws.max() <= 1


def test_zero_of_twenty_speakers_exceeds_a_bound_as_often_as_a_hidden_speaker_could():
    """By the normal above the value: P(draw > b) = 1 - Phi(b / h * 1.96)."""
    high = 1 - 0.025 ** (1 / 20)
    draws = np.array(share_draws(np.zeros(80), WORDS, WEIGHTS))
    for bound in (0.02, 0.05, 0.1, 0.168):
        assert np.mean(draws > bound) == pytest.approx(norm.sf(bound / high * 1.959964), abs=0.004)


def test_shares_of_one_data_set_rise_and_fall_together():
    first = hits(0.4, 1)
    second = np.clip(first + 2, 0, 10)
    together = np.corrcoef(share_draws(first, WORDS, WEIGHTS), share_draws(second, WORDS, WEIGHTS))[0, 1]
    assert together > 0.9
    # What a bootstrap of the pairs says of the difference; t of 19 degrees of freedom is 8 % wider.
    second = np.clip(first + np.random.default_rng(2).integers(-1, 4, 80), 0, 10)
    difference = np.subtract(share_draws(second, WORDS, WEIGHTS), share_draws(first, WORDS, WEIGHTS))
    paired = WEIGHTS @ (second - first) / (WEIGHTS @ WORDS)
    assert difference.std() == pytest.approx(1.08 * paired.std(), rel=0.1)
    assert share_draws(np.zeros(80), WORDS, WEIGHTS) == share_draws(np.zeros(80), 2 * WORDS, WEIGHTS)


def test_data_sets_of_one_size_and_seed_are_drawn_apart():
    """Else accuracy on twenty sources would seem to move with the words of twenty speakers."""
    others = resample_weights([f"source {name}" for name in SPEAKERS], 2000, 0)
    drawn = [share_draws(hits(0.4, 1), WORDS, weights) for weights in (WEIGHTS, others)]
    assert abs(np.corrcoef(*drawn)[0, 1]) < 4 / np.sqrt(N_JOINT)
    hidden = [share_draws(np.full(80, 4), WORDS, weights) for weights in (WEIGHTS, others)]
    assert abs(np.corrcoef(*hidden)[0, 1]) < 4 / np.sqrt(N_JOINT)


def test_nothing_to_count_gives_no_draws():
    assert share_draws([0, 0], [0, 0], np.ones((100, 2))) == ()


def test_the_probability_of_a_limit_is_that_of_the_interval():
    """A limit at the upper end is exceeded one time in forty, with three speakers as with twenty."""
    for n in (3, 9, 10, 20):
        weights = resample_weights([str(i) for i in range(n)], 2000, 0)
        counts = np.random.default_rng(n).binomial(50, 0.3, n)
        figure = pooled_ratio(counts, np.full(n, 50), weights, "words", is_share=True)
        draws = np.array(share_draws(counts, np.full(n, 50), weights))
        assert np.mean(draws > figure.high) == pytest.approx(0.025, abs=0.002)
        assert np.mean(draws < figure.low) == pytest.approx(0.025, abs=0.002)


@given(st.floats(1e-6, 1e9))
def test_draws_are_kept_to_five_digits(x):
    assert kept([x] * 600) == (pytest.approx(x, rel=5e-5),) * N_JOINT
    assert len(f"{kept([x])[0]:.15g}".replace(".", "").lstrip("0").split("e")[0].rstrip("0")) <= 5
