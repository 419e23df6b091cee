from itertools import combinations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.statistics import paired_tests
from lowsr_tradeoff.statistics.intervals import clustered_difference
from lowsr_tradeoff.statistics.paired_tests import (
    Pairs,
    equivalence,
    fold_means,
    holm,
    luck_sds,
    nadeau_bengio_p,
    pair_up,
    sampling_variances,
    sign_flip_p,
    sign_flips,
    smallest_detectable,
    training_variances,
)

# CSSD minus fine-tuning of five folds, from a pilot on ESC-10 at 1 kHz.
BY_FOLD = np.array([0.05, 0.0125, 0.025, 0.0625, -0.0125])


def pairs_of(differences, sizes=None, folds=None) -> Pairs:
    """One repetition of one pair, by cluster."""
    sums = np.asarray(differences, float)[None, None]
    n_clusters = sums.shape[-1]
    return Pairs(
        sums, np.ones(n_clusters) if sizes is None else sizes, np.zeros(n_clusters, int) if folds is None else folds
    )


class TestPairUp:
    def test_rows_are_summed_by_cluster_and_folds_numbered(self):
        differences = np.array([[[1.0, 0, -1, 1], [0, 0, -1, 1]]])
        pairs = pair_up(differences, ["b", "a", "b", "c"], [7, 3, 7, 7])
        np.testing.assert_array_equal(pairs.sums, [[[0, 0, 1], [0, -1, 1]]])
        np.testing.assert_array_equal(pairs.sizes, [1, 2, 1])
        np.testing.assert_array_equal(pairs.folds, [0, 1, 1])
        np.testing.assert_allclose(fold_means(pairs), [[0, 0.5 / 3]])


class TestSignFlips:
    @given(st.lists(st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0]), min_size=2, max_size=8))
    def test_of_few_clusters_it_is_scipys_exact_test(self, sums):
        oracle = scipy.stats.permutation_test(
            (np.array(sums),), np.sum, permutation_type="samples", n_resamples=np.inf
        )
        (p,) = sign_flip_p(pairs_of(sums), np.zeros(1), 0)
        assert p == pytest.approx(min(1.0, oracle.pvalue))

    def test_of_many_it_is_the_normal_test_and_never_zero(self):
        rng = np.random.default_rng(0)
        for shift in (0.0, 0.1, 0.2, 2.0):
            sums = rng.normal(shift, 1, 300)
            z = abs(sums.sum()) / np.sqrt((sums**2).sum())
            (p,) = sign_flip_p(pairs_of(sums), np.zeros(1), 0)
            assert p == pytest.approx(2 * scipy.stats.norm.sf(z), abs=0.015)
            assert p >= 1 / paired_tests.N_FLIPS

    def test_signs_are_balanced_and_the_observed_ones_come_first(self):
        flips = sign_flips(200, 10_000, np.random.default_rng(0))
        assert flips.shape == (10_000, 200)
        assert set(np.unique(flips)) == {-1, 1}
        assert flips[0].min() == 1
        assert abs(flips[1:].mean()) < 0.005

    def test_luck_raises_p_as_its_variance_does(self):
        sums = np.random.default_rng(1).normal(0.25, 1, 200)
        plain, lucky = (sign_flip_p(pairs_of(sums), np.array([sd]), 0)[0] for sd in (0.0, 0.1))
        z = sums.mean() / np.sqrt((sums**2).mean() / 200 + 0.1**2)
        assert lucky == pytest.approx(2 * scipy.stats.norm.sf(z), abs=0.01)
        assert plain < lucky

    def test_luck_cannot_do_better_than_the_clusters_allow(self):
        """Three clusters alike: one arrangement in four is as far, however the luck falls."""
        assert sign_flip_p(pairs_of([1.0, 1.0, 1.0]), np.array([0.2]), 0) >= 0.25


class TestVariances:
    def test_clusters_of_one_row_have_the_standard_error_of_the_mean(self):
        rows = np.random.default_rng(0).normal(size=50)
        assert sampling_variances(pairs_of(rows)) == pytest.approx(scipy.stats.sem(rows) ** 2)

    def test_rows_that_repeat_within_clusters_add_nothing(self):
        rows = np.random.default_rng(0).normal(size=50)
        assert sampling_variances(pairs_of(4 * rows, np.full(50, 4.0))) == pytest.approx(scipy.stats.sem(rows) ** 2)

    @pytest.mark.parametrize("n_repetitions", [1, 3])
    @pytest.mark.parametrize("luck", [0.0, 0.05])
    def test_the_variance_by_training_is_found_on_average(self, n_repetitions, luck):
        """Rows differ by clip, by chance, and by their network; only the last is luck. It is known here."""
        rng = np.random.default_rng(0)
        folds = np.repeat(np.arange(5), 20)
        clips = rng.normal(0, 0.3, (3000, 1, 100))
        chance = rng.normal(0, 0.3, (3000, n_repetitions, 100))
        networks = rng.normal(0, luck, (3000, n_repetitions, 5))[..., folds]
        found = training_variances(Pairs(clips + chance + networks, np.ones(100), folds))
        truth = luck**2 / (5 * n_repetitions)
        assert found.mean() == pytest.approx(truth, abs=4 * found.std() / np.sqrt(3000))
        assert not luck or found.mean() > 8 * found.std() / np.sqrt(3000)

    def test_a_pair_takes_the_familys_luck_unless_its_own_is_worse(self):
        rng = np.random.default_rng(0)
        folds = np.repeat(np.arange(5), 20)
        luck = np.array([0.0, 0.1, 0.1, 0.5])[:, None, None]
        sums = rng.normal(0, 0.3, (4, 3, 100)) + rng.normal(0, 1, (4, 3, 5))[..., folds] * luck
        pairs = Pairs(sums, np.ones(100), folds)
        own, family = training_variances(pairs), np.array([True, True, True, False])
        found = luck_sds(pairs, family)
        assert found**2 == pytest.approx(np.maximum(own, own[:3].mean()))
        assert luck_sds(pairs, ~family | family)[0] > found[0]
        assert luck_sds(pairs, np.zeros(4, bool)) == pytest.approx(np.sqrt(np.maximum(own, 0)))


class TestFolds:
    def test_the_corrected_test_is_the_plain_one_with_a_larger_variance(self):
        plain = scipy.stats.ttest_1samp(BY_FOLD, 0)
        t = plain.statistic * np.sqrt((1 / 5) / (1 / 5 + 1 / 4))
        assert nadeau_bengio_p(BY_FOLD) == pytest.approx(2 * scipy.stats.t.sf(abs(t), 4))
        assert plain.pvalue == pytest.approx(0.11, abs=0.005)
        assert nadeau_bengio_p(BY_FOLD) == pytest.approx(0.24, abs=0.005)
        assert nadeau_bengio_p(-BY_FOLD) == pytest.approx(nadeau_bengio_p(BY_FOLD))

    def test_probabilities_are_those_of_a_posterior_drawn_by_hand(self):
        """Under the flat prior the variance is scaled inverse chi-square, and the mean normal around it."""
        rng = np.random.default_rng(0)
        variance = 4 * BY_FOLD.var(ddof=1) / rng.chisquare(4, 400_000)
        correlation = 1 / 5
        spread = np.sqrt(variance * (1 / 5 + correlation / (1 - correlation)))
        mean = rng.normal(BY_FOLD.mean(), spread)
        found = equivalence(BY_FOLD)
        assert found.better == pytest.approx((mean > 0.01).mean(), abs=0.004)
        assert found.worse == pytest.approx((mean < -0.01).mean(), abs=0.004)
        assert found.better + found.equivalent + found.worse == pytest.approx(1)

    def test_without_a_region_better_and_worse_are_the_two_sides_of_the_test(self):
        found = equivalence(BY_FOLD, region=0.0)
        assert found.equivalent == pytest.approx(0, abs=1e-12)
        assert 2 * found.worse == pytest.approx(nadeau_bengio_p(BY_FOLD))

    def test_two_that_are_alike_are_equivalent_and_turning_them_turns_the_sides(self):
        alike = equivalence(np.array([0.001, -0.001, 0.0005, -0.0005, 0.0]))
        assert alike.equivalent > 0.99
        there, back = equivalence(BY_FOLD), equivalence(-BY_FOLD)
        assert (there.better, there.worse) == pytest.approx((back.worse, back.better))

    @pytest.mark.parametrize("by_fold", [[0.1] * 5, [0.0, 0.0], [0.1]])
    def test_folds_that_do_not_differ_are_no_certainty(self, by_fold):
        assert nadeau_bengio_p(np.array(by_fold)) is None
        assert equivalence(np.array(by_fold)) is None


class TestHolm:
    @given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
    def test_it_is_the_closed_test_of_bonferroni(self, p_values):
        """Adjusted p is the largest Bonferroni p among all the sets of hypotheses that hold this one."""
        numbers = range(len(p_values))
        sets = [chosen for size in numbers for chosen in combinations(numbers, size + 1)]
        oracle = [
            max(min(1.0, len(chosen) * min(p_values[i] for i in chosen)) for chosen in sets if number in chosen)
            for number in numbers
        ]
        assert holm(p_values) == pytest.approx(tuple(oracle))
        assert holm([]) == ()


# ESC-10's size: 5 folds of 80 clips, sources of 2 to 4 clips, 3 repetitions, 5 rates of 3 arms that are compared.
N_FOLDS, N_CLIPS, N_RATES, N_ARMS = 5, 80, 5, 3
LUCK = 0.1  # of one network, on the latent scale: 2.5 points of accuracy
ALL = np.ones(15, bool)


def simulated_sources() -> tuple[np.ndarray, np.ndarray]:
    """The source and the fold of each clip."""
    rng, sources = np.random.default_rng(0), []
    for fold in range(N_FOLDS):
        sizes = rng.integers(2, 5, N_CLIPS)
        in_fold = np.repeat(np.arange(N_CLIPS), sizes)[:N_CLIPS]
        sources.append(1000 * fold + in_fold)
    return np.concatenate(sources), np.repeat(np.arange(N_FOLDS), N_CLIPS)


SOURCES, FOLDS = simulated_sources()


def simulate(rng, n_runs, *, effect=0.0, luck=LUCK, n_repetitions=3) -> list[Pairs]:
    """The 15 differences of each study: one arm against each other of its rate, at every rate.
    A clip is right when its latent score is above zero. Scores add what is easy about the source, the clip, the
    source to one arm, how a network's training ended, and chance; ``effect`` is on the last arm.
    """
    _, source = np.unique(SOURCES, return_inverse=True)
    n_sources, shape = source.max() + 1, (n_runs, N_RATES, N_ARMS)
    normal = lambda sd, *size: sd * rng.standard_normal(size, dtype=np.float32)  # noqa: E731
    ease = normal(0.8, n_runs, 1, 1, n_sources)[..., source] + normal(0.8, n_runs, 1, 1, len(source)) + 0.5
    ease = ease + normal(0.5, *shape, n_sources)[..., source]
    ease[:, :, -1] += effect
    trained = lambda: normal(1, *shape, N_FOLDS)[..., FOLDS] * luck + normal(0.7, *shape, len(source))  # noqa: E731
    right = np.stack([ease + trained() > 0 for _ in range(n_repetitions)], axis=3).astype(np.int8)
    basd, cssd, ours = (right[:, :, i] - right[:, :, j] for i, j in ((1, 0), (2, 0), (2, 1)))
    differences = np.stack([basd, cssd, ours], axis=2).reshape(n_runs, -1, n_repetitions, len(source))
    return [pair_up(run, SOURCES, FOLDS) for run in differences]


def p_values(runs: list[Pairs], *, with_luck: bool = True) -> np.ndarray:
    """The primary test of every run, which share their sources and so their flips. Shape ``(n_runs, 15)``.
    Of 1000 flips the least p is 1/1000, well below 5 % over 15.
    """
    luck = np.concatenate([luck_sds(run, ALL) for run in runs]) * with_luck
    every = Pairs(np.concatenate([run.sums for run in runs]), runs[0].sizes, runs[0].folds)
    return sign_flip_p(every, luck, 0, n_flips=1000).reshape(-1, len(ALL))


def errs(p: np.ndarray) -> float:
    """The share of studies that show anything at all."""
    return float(np.mean([min(holm(run.tolist())) < 0.05 for run in p]))


def holds(runs: list[Pairs], pair: int, truth: float) -> float:
    """The share of studies whose 95 % interval of one pair holds the truth."""
    figures = [
        clustered_difference(run.averaged()[pair], run.sizes, "clips", luck_sds(run, ALL)[pair]) for run in runs
    ]
    return float(np.mean([figure.low <= truth <= figure.high for figure in figures]))


def mean_difference(runs: list[Pairs], pair: int) -> float:
    return float(np.mean([run.averaged()[pair].sum() / run.sizes.sum() for run in runs]))


@pytest.fixture(scope="module")
def null():
    """2000 studies without an effect: p-values of all, and the first 1000 whole."""
    rng, p, kept = np.random.default_rng(1), [], []
    for batch in range(40):
        runs = simulate(rng, 50)
        p.append(p_values(runs))
        kept += runs if batch < 20 else []
    return np.concatenate(p), kept


@pytest.fixture(scope="module")
def effect():
    """400 studies in which CSSD is better by about 5 points, 2000 differences with one truth."""
    rng = np.random.default_rng(2)
    return [run for _ in range(8) for run in simulate(rng, 50, effect=0.2)]


class TestStudiesOfEsc10sSize:
    """Measured with these seeds: 2.8 % of studies without an effect show any; of 5 points at five rates 15 % are
    shown at each and 54 % of studies show one at least; intervals hold 95.0 and 96.3 %.
    """

    CSSD_AGAINST_FINETUNED = range(1, 15, 3)

    def test_without_an_effect_few_show_any(self, null):
        p, _ = null
        assert 0.01 <= errs(p) <= 0.06
        assert 0.03 <= (p < 0.05).mean() <= 0.06

    def test_flips_of_sources_alone_would_mistake_luck_for_an_effect(self):
        """Why luck is counted: where trainings of one arm differ by 5 points, one family in five shows any."""
        runs = simulate(np.random.default_rng(3), 200, luck=2 * LUCK)
        assert errs(p_values(runs, with_luck=False)) > 0.12
        assert errs(p_values(runs)) <= 0.06

    def test_one_rate_of_luckier_trainings_does_not_spoil_the_family(self):
        luck = np.array([0.3, 0.05, 0.05, 0.05, 0.05])[:, None, None]
        p = p_values(simulate(np.random.default_rng(4), 300, luck=luck))
        assert errs(p) <= 0.06

    def test_five_points_are_often_missed_and_the_power_is_known(self, effect):
        shown = np.array([holm(run.tolist()) for run in p_values(effect)])[:, self.CSSD_AGAINST_FINETUNED] < 0.05
        truth = mean_difference(effect, 1)
        assert truth == pytest.approx(0.05, abs=0.003)
        assert shown.mean() >= 0.12
        assert shown.any(axis=1).mean() >= 0.48

    def test_the_smallest_detectable_difference_is_detected_four_times_in_five(self):
        runs = simulate(np.random.default_rng(5), 300, effect=0.38)
        errors = [np.sqrt(sampling_variances(run) + luck_sds(run, ALL) ** 2) for run in runs]
        said = smallest_detectable(float(np.mean(errors)), 0.05 / 15)
        truth = np.mean([mean_difference(runs, pair) for pair in self.CSSD_AGAINST_FINETUNED])
        shown = p_values(runs)[:, self.CSSD_AGAINST_FINETUNED] < 0.05 / 15
        assert truth == pytest.approx(said, rel=0.03)
        assert 0.72 <= shown.mean() <= 0.86

    def test_intervals_hold_no_difference_and_a_true_one(self, null, effect):
        assert 0.93 <= holds(null[1], 1, 0.0) <= 0.97
        assert 0.93 <= holds(effect, 1, mean_difference(effect, 1)) <= 0.97
