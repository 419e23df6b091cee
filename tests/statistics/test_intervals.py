import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit
from scipy.stats import binomtest

from interval_coverage import misses, ours, percentiles
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.statistics.cluster_t import exact_interval, hidden_interval, student
from lowsr_tradeoff.statistics.intervals import (
    clustered_difference,
    independent_difference,
    mean_measurement,
    numbered,
    paired_difference,
    percentile_interval,
    pooled_ratio,
    resample,
    resample_weights,
    resampled_share,
    share_difference,
    sums_by,
)


def alone(n: int, n_resamples: int = 400, seed: int = 0) -> np.ndarray:
    """Weights where every row is a cluster of its own."""
    return resample_weights([str(i) for i in range(n)], n_resamples, seed)


class TestResampleWeights:
    @given(
        clusters=st.lists(st.sampled_from("abcde"), max_size=30).map(lambda more: [*"abcdefghijkl", *more]),
        seed=st.integers(0, 99),
    )
    def test_rows_of_a_cluster_are_drawn_together_and_as_many_clusters_as_there_are(self, clusters, seed):
        weights = resample_weights(clusters, 20, seed)
        assert weights.shape == (20, len(clusters))
        first = {name: clusters.index(name) for name in set(clusters)}
        for row, name in enumerate(clusters):
            np.testing.assert_array_equal(weights[:, row], weights[:, first[name]])
        np.testing.assert_array_equal(weights[:, list(first.values())].sum(axis=1), len(first))

    def test_each_cluster_is_drawn_once_on_average_with_the_variance_of_a_multinomial(self):
        weights = resample_weights([*"abcdefghij", "b", "b"], 40000, 0)
        assert weights.mean(axis=0) == pytest.approx([1] * 12, abs=0.02)
        assert weights.var(axis=0) == pytest.approx([1 - 1 / 10] * 12, abs=0.03)

    def test_rows_of_one_cluster_alone_are_drawn_each(self):
        weights = resample_weights(["a"] * 12, 4000, 0)
        assert weights.var(axis=0) == pytest.approx([1 - 1 / 12] * 12, abs=0.1)

    def test_three_speakers_who_score_alike_are_not_certainty(self):
        recovered = [1, 0, 1, 0] * 15
        weights = resample_weights(["a"] * 20 + ["b"] * 20 + ["c"] * 20, 2000, 0)
        figure = pooled_ratio(recovered, np.ones(60), weights, "words", is_share=True)
        assert (figure.low, figure.high) == pytest.approx(hidden_interval(0.5, 3, is_share=True))

    def test_equal_seeds_draw_equally(self):
        np.testing.assert_array_equal(resample_weights(list("abc"), 50, 7), resample_weights(list("abc"), 50, 7))
        assert not np.array_equal(resample_weights(list("abc"), 50, 7), resample_weights(list("abc"), 50, 8))


class TestResample:
    @pytest.mark.parametrize("n_clusters", [3, 12])
    def test_sums_by_unit_resample_as_the_rows_do(self, n_clusters):
        clusters = [str(i % n_clusters) for i in range(60)]
        rows = np.random.default_rng(0).normal(size=(60, 2))
        draws = resample(clusters, 50, 1)
        np.testing.assert_allclose(draws.counts @ draws.by_unit(rows), resample_weights(clusters, 50, 1) @ rows)

    def test_many_rows_of_clusters_need_no_more_room_than_the_clusters(self):
        draws = resample([str(i % 400) for i in range(13_000)], 10_000, 0)
        assert draws.counts.nbytes == 10_000 * 400 * 8

    @given(groups=st.lists(st.integers(0, 5), min_size=1).map(lambda g: np.unique(g, return_inverse=True)[1]))
    def test_sums_by_group_are_numpys_bincount(self, groups):
        rows = np.arange(len(groups)) ** 2.0
        np.testing.assert_array_equal(sums_by(groups, rows), np.bincount(groups, rows))


def coverage(draw, estimate, truth: float, weights: np.ndarray, n_trials: int = 400) -> float:
    """The share of simulated data sets whose interval holds the truth. The weights tell the clusters apart."""
    hits = 0
    for seed in range(n_trials):
        figure = estimate(*draw(np.random.default_rng(seed)), weights)
        hits += figure.low <= truth <= figure.high
    return hits / n_trials


class TestCoverage:
    """40 clusters of 5 rows that stand or fall together: 95 % intervals hold the truth about 95 times in 100."""

    N_CLUSTERS, ROWS = 40, 5

    def by_cluster(self) -> np.ndarray:
        return resample_weights([str(i // self.ROWS) for i in range(self.N_CLUSTERS * self.ROWS)], 400, 0)

    def clustered_shares(self, rng):
        return (np.repeat(rng.random(self.N_CLUSTERS) < 0.7, self.ROWS).astype(float),)

    @staticmethod
    def share(rows, weights) -> Measurement:
        return pooled_ratio(rows, np.ones(len(rows)), weights, "clips", is_share=True)

    def test_of_a_share_by_cluster(self):
        assert 0.90 <= coverage(self.clustered_shares, self.share, 0.7, self.by_cluster()) <= 0.99

    def test_of_the_same_share_row_by_row_is_far_too_low(self):
        """Why clusters: rows taken for independent claim to know more than twice too much."""
        assert coverage(self.clustered_shares, self.share, 0.7, alone(self.N_CLUSTERS * self.ROWS)) < 0.75

    def test_of_a_ratio_of_counts(self):
        """Errors per word, with sentences of different length: the truth is the pooled rate."""

        def draw(rng):
            words = rng.integers(3, 15, 60)
            return rng.binomial(words, 0.3), words

        def estimate(errors, words, weights):
            return pooled_ratio(errors, words, weights, "words", is_share=False)

        assert 0.90 <= coverage(draw, estimate, 0.3, alone(60)) <= 0.99

    def test_of_a_mean(self):
        def draw(rng):
            return (np.repeat(rng.normal(2, 1, self.N_CLUSTERS), self.ROWS),)

        def estimate(rows, weights):
            return mean_measurement(rows, weights, "clips", "1")

        assert 0.90 <= coverage(draw, estimate, 2.0, self.by_cluster()) <= 0.99

    def test_of_a_paired_difference(self):
        def draw(rng):
            hard = rng.random(self.N_CLUSTERS * self.ROWS) < 0.5
            gain = np.repeat(rng.random(self.N_CLUSTERS) < 0.2, self.ROWS)
            return (~hard | gain).astype(float), (~hard).astype(float)

        def estimate(first, second, weights):
            return paired_difference(first, second, weights, "clips")

        assert 0.90 <= coverage(draw, estimate, 0.1, self.by_cluster()) <= 0.99


class TestCoverageBySpeaker:
    """The fast part of ``benchmarks/interval_coverage.py``: 400 data sets a case, so a rate is known to 0.008."""

    @pytest.mark.parametrize("n_speakers", [3, 9, 10, 16, 40])
    @pytest.mark.parametrize("truths", [(0.3,), (0.5,), (0.9,), (0.35, 0.3), (0.9, 0.5)])
    def test_the_truth_is_outside_one_time_in_twenty(self, n_speakers, truths):
        below, above = misses(truths, n_speakers, 400, ours)
        assert below + above <= 0.085
        assert max(below, above) <= 0.065

    def test_percentiles_are_too_narrow_for_few_speakers(self):
        """Why Student's t: half of the intervals of three speakers would hold the truth."""
        assert sum(misses((0.3,), 3, 400, percentiles)) > 0.25
        assert sum(misses((0.3,), 10, 400, percentiles)) > 0.08


class TestPooledRatio:
    def test_counts_are_pooled_not_rates(self):
        """One short sentence all wrong and one long one all right: 3 of 23 words, not one half."""
        figure = pooled_ratio([3, 0], [3, 20], alone(2), "words", is_share=False)
        assert figure.value == pytest.approx(3 / 23)
        assert (figure.n, figure.n_of, figure.unit) == (23, "words", "1")

    @given(rows=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=20))
    def test_the_interval_holds_the_value(self, rows):
        top, bottom = zip(*rows, strict=True)
        figure = pooled_ratio(top, bottom, alone(len(rows)), "words", is_share=False)
        assert figure.low <= figure.high
        assert figure.value == pytest.approx(sum(top) / sum(bottom))

    def test_nothing_to_count_has_a_reason(self):
        figure = pooled_ratio([0, 0], [0, 0], alone(2), "words", is_share=True)
        assert (figure.value, figure.n) == (None, 0)
        assert figure.reason == "there are no words to count"

    def test_a_resample_without_a_denominator_is_left_out(self):
        figure = pooled_ratio([1, 0], [2, 0], alone(2), "words", is_share=False)
        _, hidden = exact_interval(0, 1)
        assert (figure.value, figure.low, figure.high) == pytest.approx((0.5, 0.5 - 0.5 * hidden, 0.5 + hidden))

    @pytest.mark.parametrize("value", [0, 1])
    def test_a_share_without_exception_takes_the_exact_interval(self, value):
        figure = pooled_ratio([value] * 64, [1] * 64, alone(64), "clips", is_share=True)
        assert (figure.low, figure.high) == pytest.approx(exact_interval(64 * value, 64))
        assert figure.high - figure.low > 0.05

    @pytest.mark.parametrize("value", [0, 1])
    def test_rows_that_stand_or_fall_together_are_one_trial(self, value):
        weights = resample_weights([str(i // 4) for i in range(64)], 400, 0)
        figure = pooled_ratio([value] * 64, [1] * 64, weights, "clips", is_share=True)
        assert (figure.low, figure.high) == pytest.approx(exact_interval(16 * value, 16))

    def test_a_trial_without_anything_to_count_is_none(self):
        figure = pooled_ratio([0] * 64, [1, 0] * 32, alone(64), "keywords", is_share=True)
        assert (figure.low, figure.high) == pytest.approx(exact_interval(0, 32))

    def test_no_error_at_all_is_not_certainty(self):
        """Of 20 speakers without an error, 16.8 % of all speakers could still be misheard in every word."""
        weights = resample_weights([str(i // 2) for i in range(40)], 400, 0)
        figure = pooled_ratio([0] * 40, [7] * 40, weights, "words", is_share=False)
        _, hidden = binomtest(0, 20).proportion_ci(method="exact")
        assert (figure.value, figure.low, figure.high) == pytest.approx((0, 0, hidden))

    def test_every_word_missed_in_silence_is_not_certainty_either(self):
        figure = pooled_ratio([7] * 40, [7] * 40, alone(40), "words", is_share=False)
        _, hidden = exact_interval(0, 40)
        assert (figure.value, figure.low, figure.high) == pytest.approx((1, 1 - hidden, 1 + hidden))

    @given(value=st.floats(-1, 3), n_trials=st.integers(1, 500), is_share=st.booleans())
    def test_more_trials_alike_hide_less(self, value, n_trials, is_share):
        value = min(1.0, max(0.0, value)) if is_share else value
        low, high = hidden_interval(value, n_trials, is_share=is_share)
        lower, higher = hidden_interval(value, n_trials + 1, is_share=is_share)
        assert low <= lower <= value <= higher <= high
        assert not is_share or 0 <= low <= high <= 1

    def test_an_error_rate_reaches_above_one_and_not_below_zero(self):
        figure = pooled_ratio([2, 0], [1, 1], alone(2, 2000), "words", is_share=False)
        assert (figure.value, figure.low) == (1.0, 0.0)
        assert figure.high == pytest.approx(1 + student(0.975, 1))

    def test_a_share_of_equal_speakers_is_the_t_interval_of_their_logit(self):
        """By hand: 8 speakers of 10 words; SE of the mean over p (1 - p), t of 7 degrees of freedom."""
        hits = np.array([2, 3, 4, 5, 5, 6, 7, 8])
        figure = pooled_ratio(hits, np.full(8, 10), alone(8), "words", is_share=True)
        reach = stats.t.ppf(0.975, 7) * stats.sem(hits / 10) / 0.25
        assert (figure.low, figure.high) == pytest.approx(tuple(expit([-reach, reach])))

    def test_one_speaker_of_many_who_makes_most_of_the_spread_widens_it(self):
        """Nine speakers say nothing understood and one most: the variance itself is hardly known."""
        even, odd = ([2] * 5 + [0] * 5, [7] + [0] * 4 + [1, 1, 1, 0, 0])
        widths = []
        for hits in (even, odd):
            figure = pooled_ratio(hits, np.full(10, 10), alone(10), "words", is_share=True)
            assert figure.value == 0.1
            widths.append((figure.high - figure.low) / np.std(hits))
        assert widths[1] > 1.2 * widths[0]


class TestMeanMeasurement:
    def test_its_interval_is_the_normal_one_for_many_rows(self):
        rows = np.random.default_rng(0).normal(5, 2, 2000)
        figure = mean_measurement(rows, alone(2000, 2000), "utterances", "W")
        half = 1.96 * rows.std() / np.sqrt(2000)
        assert figure.value == pytest.approx(rows.mean())
        assert (figure.low, figure.high) == pytest.approx((rows.mean() - half, rows.mean() + half), abs=0.01)
        assert (figure.n, figure.n_of, figure.unit) == (2000, "utterances", "W")

    def test_no_rows_have_a_reason_and_keep_the_unit(self):
        figure = mean_measurement([], np.empty((10, 0)), "utterances", "W")
        assert (figure.value, figure.reason, figure.unit) == (None, "there are no utterances", "W")


class TestPairedDifference:
    @given(first=st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=20), seed=st.integers(0, 9))
    def test_turning_the_pair_turns_the_sign(self, first, seed):
        second = np.random.default_rng(seed).permutation(first)
        there = paired_difference(first, second, alone(len(first)), "clips")
        back = paired_difference(second, first, alone(len(first)), "clips")
        assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))

    def test_no_difference_in_forty_is_not_certainty(self):
        figure = paired_difference([1.0] * 40, [1.0] * 40, alone(40), "clips")
        _, hidden = binomtest(0, 40).proportion_ci(method="exact")
        assert (figure.value, figure.low, figure.high) == pytest.approx((0, -hidden, hidden))

    def test_the_greatest_difference_stays_within_one(self):
        figure = paired_difference([1.0] * 40, [0.0] * 40, alone(40), "clips")
        assert (figure.value, figure.high) == (1.0, 1.0)
        assert 0.9 < figure.low < 1

    def test_sums_by_cluster_differ_as_their_rows_do(self):
        clusters = [str(i // 3) for i in range(60)]
        first, second = np.random.default_rng(0).random((2, 60))
        draws = resample(clusters, 300, 0)
        by_row = paired_difference(first, second, draws.counts[:, draws.units], "clips")
        by_cluster = clustered_difference(draws.by_unit(first - second), draws.by_unit(np.ones(60)), "clips")
        assert by_cluster.n == 60
        assert (by_cluster.value, by_cluster.low, by_cluster.high) == pytest.approx(
            (by_row.value, by_row.low, by_row.high)
        )

    def test_luck_widens_the_interval_by_its_variance(self):
        rows = np.random.default_rng(0).normal(0, 0.2, 400)
        plain, lucky = (clustered_difference(rows, np.ones(400), "clips", luck) for luck in (0.0, 0.01))
        expected = 1.96 * np.sqrt(rows.var() / 400 + 0.01**2)
        assert plain.high - plain.low < 0.8 * (lucky.high - lucky.low)
        assert (lucky.high - lucky.low) / 2 == pytest.approx(expected, rel=0.05)

    def test_no_rows_have_a_reason(self):
        assert clustered_difference(np.empty(0), np.empty(0), "clips").reason == "there are no clips"


class TestShareDifference:
    SIZES = np.full(12, 10)

    def difference(self, first, second) -> Measurement:
        return share_difference(first, second, self.SIZES, alone(12), "words")

    @given(seed=st.integers(0, 99))
    def test_turning_the_pair_turns_the_sign(self, seed):
        first, second = np.random.default_rng(seed).binomial(10, 0.3, (2, 12))
        there, back = self.difference(first, second), self.difference(second, first)
        assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))

    def test_near_zero_it_reaches_further_to_the_larger_share(self):
        found = self.difference([4, 0, 1, 2] * 3, [0, 1, 0, 1] * 3)
        assert found.high - found.value > 1.1 * (found.value - found.low)

    def test_in_the_middle_of_the_scale_it_is_the_paired_t_interval(self):
        rng = np.random.default_rng(3)
        first, second = rng.binomial(10, rng.beta(5, 5, 12), (2, 12))
        found = self.difference(first, second)
        t = stats.ttest_rel(first / 10, second / 10).confidence_interval()
        assert (found.low, found.high) == pytest.approx((t.low, t.high), abs=0.05)

    def test_no_difference_in_twelve_is_not_certainty(self):
        found = self.difference(self.SIZES // 2, self.SIZES // 2)
        _, hidden = exact_interval(0, 12)
        assert (found.value, found.low, found.high) == pytest.approx((0, -hidden, hidden))

    def test_no_words_have_a_reason(self):
        assert share_difference([], [], [], np.empty((10, 0)), "words").reason == "there are no words"


class TestResampledShare:
    def test_of_a_plain_share_it_is_the_interval_of_the_pooled_ratio(self):
        hits = np.random.default_rng(0).binomial(10, 0.4, 60)
        weights = alone(60, 4000)
        plain = pooled_ratio(hits, np.full(60, 10), weights, "words", is_share=True)
        drawn = weights @ hits / (weights @ np.full(60, 10))
        found = resampled_share(plain.value, drawn, 60, 600, "words")
        assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=0.004)

    def test_a_share_of_one_that_resamples_lower_keeps_the_wider_end(self):
        found = resampled_share(1.0, np.array([1.0, 0.2] * 50), 30, 60, "utterances")
        assert (found.low, found.high) == (0.2, 1.0)
        sure = resampled_share(1.0, np.ones(100), 30, 60, "utterances")
        assert (sure.low, sure.high) == pytest.approx(exact_interval(30, 30))


def test_a_cluster_alone_is_its_rows():
    assert numbered(["a"] * 3).tolist() == [0, 1, 2]
    assert numbered(["a", "b", "a"]).tolist() == [0, 1, 0]


@given(trials=st.integers(1, 300), share=st.floats(0, 1))
def test_the_exact_interval_is_scipys(trials, share):
    successes = round(share * trials)
    oracle = binomtest(successes, trials).proportion_ci(confidence_level=0.95, method="exact")
    assert exact_interval(successes, trials) == pytest.approx((oracle.low, oracle.high), abs=1e-9)


def test_the_percentile_interval_holds_the_central_95_percent_and_passes_over_undefined_draws():
    draws = np.random.default_rng(0).normal(size=100_000)
    assert percentile_interval(draws) == pytest.approx((-1.96, 1.96), abs=0.03)
    assert percentile_interval([np.nan, 1.0, 1.0, np.nan]) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 10), 0.6075, 1.0)],
)
def test_a_difference_of_independent_shares_is_newcombes(first, second, low, high):
    # Method 10 of Newcombe, Statistics in Medicine 17, 1998, table II: Wilson's intervals combined.
    measured = []
    for successes, trials in (first, second):
        wilson = binomtest(successes, trials).proportion_ci(method="wilson")
        ends = {"low": wilson.low, "high": wilson.high}
        measured.append(Measurement(value=successes / trials, n=trials, n_of="clips", **ends))
    found = independent_difference(*measured)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-4)
    turned = independent_difference(*reversed(measured))
    assert (-turned.high, -turned.low) == pytest.approx((found.low, found.high))


def test_a_difference_needs_both_figures_and_an_interval_needs_both_intervals():
    bare = Measurement(value=0.5, n=4, n_of="clips")
    whole = Measurement(value=0.25, low=0.2, high=0.3, n=9, n_of="clips")
    found = independent_difference(whole, bare)
    assert (found.value, found.low, found.high, found.n) == (-0.25, None, None, 4)
    assert independent_difference(whole, missing("gone", "clips")).reason == "gone"
