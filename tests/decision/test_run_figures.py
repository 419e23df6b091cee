"""What a run is compared by: draws with where they are from, and the luck of training that they do not hold."""

import numpy as np
import pytest
from tests.reports.conftest import PLAIN

from lowsr_tradeoff.decision.run_figures import FigureName, corpus_of, figures, luck_sds
from lowsr_tradeoff.errors import NotComparableError
from lowsr_tradeoff.records.base import Measurement, missing


def result(accuracy, half_width, fold_sd=None, seed_sd=None, n_seeds=1):
    return PLAIN.recognition.results[0].model_copy(
        update={
            "accuracy": Measurement(
                value=accuracy, low=accuracy - half_width, high=accuracy + half_width, n=400, n_of="clips"
            ),
            "fold_sd": missing("one fold", "folds")
            if fold_sd is None
            else Measurement(value=fold_sd, n=5, n_of="folds"),
            "seed_sd": missing("one seed", "seeds")
            if seed_sd is None
            else Measurement(value=seed_sd, n=n_seeds, n_of="seeds"),
            "n_folds": 5,
            "n_seeds": n_seeds,
        }
    )


@pytest.mark.parametrize(
    ("found", "luck"),
    [
        (result(0.7, 0.04, seed_sd=0.03, n_seeds=3), 0.03 / 3**0.5),
        (result(0.7, 0.0392, fold_sd=0.06), (0.06**2 / 5 - 0.02**2) ** 0.5),
        (result(0.7, 0.04, fold_sd=0.01), 0.0),
        (result(0.7, 0.04), 0.0),
    ],
)
def test_luck_is_what_repetitions_or_folds_differ_beyond_their_clips(found, luck):
    assert luck_sds([found]) == pytest.approx([luck], abs=1e-4)


def test_few_networks_take_the_mean_of_the_run_where_that_is_more():
    low, high = luck_sds([result(0.7, 0.0, fold_sd=0.0), result(0.7, 0.0, fold_sd=0.1)])
    assert low == pytest.approx((0.1**2 / 5 / 2) ** 0.5)
    assert high == pytest.approx(0.1 / 5**0.5)


def test_luck_that_is_there_is_found_on_average():
    """Five folds of 80 clips by networks that are 4 points better or worse by luck."""
    rng, luck_sd, results = np.random.default_rng(5), 0.04, []
    for _ in range(400):
        right = rng.binomial(80, np.clip(0.7 + luck_sd * rng.standard_normal(5), 0, 1)) / 80
        accuracy = right.mean()
        by_clips = 1.96 * np.sqrt(accuracy * (1 - accuracy) / 400)
        results.append(result(accuracy, by_clips, fold_sd=right.std(ddof=1)))
    assert min(luck_sds(results)) == pytest.approx(luck_sd / 5**0.5, rel=0.1)


def test_every_figure_keeps_its_draws_and_what_they_are_from():
    found = figures(PLAIN)
    heard = PLAIN.recognition.results[0]
    figure = found[FigureName("accuracy", heard.rate_hz, grid=heard.grid, arm=heard.arm)]
    assert figure.value == heard.accuracy
    assert figure.draws == heard.accuracy_draws
    drawn = PLAIN.power.results[0]
    named = FigureName("battery life", drawn.rate_hz, grid=drawn.grid, device=drawn.device)
    assert found[named].draws == drawn.battery_hours_draws
    assert figure.drawn_from != found[named].drawn_from


def test_a_run_without_a_corpus_says_so():
    with pytest.raises(NotComparableError, match="on which speech it was measured"):
        corpus_of(PLAIN.model_copy(update={"corpora": ()}), "speech")
