import numpy as np
import pytest

from lowsr_tradeoff.power.validation.prediction import Prediction, model_error, read_table
from lowsr_tradeoff.records.power import ErrorTarget


def predictions(factors, log_sd=None):
    return [Prediction(f"r{i}", f"d{i % 12}", 1.0, factor, log_sd) for i, factor in enumerate(factors)]


def error(factors, log_sd=None, target=None):
    return model_error(predictions(factors, log_sd), "c", "s", "m", "h", target)


def test_too_much_and_too_little_err_alike():
    assert Prediction("r", "d", 2.0, 3.0).factor == pytest.approx(1.5)
    assert Prediction("r", "d", 3.0, 2.0).factor == pytest.approx(1.5)


def test_quantiles_are_factors_that_occur():
    factors = np.exp(np.abs(np.random.default_rng(0).normal(0, 0.3, 57)))
    e = error(factors)
    assert e.median.value == pytest.approx(np.quantile(factors, 0.5, method="inverted_cdf"))
    assert e.p90.value == pytest.approx(np.quantile(factors, 0.9, method="inverted_cdf"))
    assert e.worst.value == pytest.approx(factors.max())
    assert e.median.low <= e.median.value <= e.median.high < e.worst.value


def test_rows_of_one_device_do_not_pass_for_many():
    rng = np.random.default_rng(0)
    by_device = np.repeat(np.exp(np.abs(rng.normal(0, 0.3, 12))), 20)
    apart = [Prediction(f"{i}", f"d{i}", 1.0, f) for i, f in enumerate(by_device)]
    together = [Prediction(f"{i}", f"d{i // 20}", 1.0, f) for i, f in enumerate(by_device)]
    wide, narrow = (model_error(p, "c", "s", "m", "h").median for p in (together, apart))
    assert wide.high - wide.low > narrow.high - narrow.low


def test_coverage_counts_rows_within_their_interval():
    e = error([1.0, 1.1, 0.9, 2.0], log_sd=0.1)
    assert (e.coverage.value, e.coverage.n) == (0.75, 4)
    assert error([1.0, 1.1]).coverage.reason == "this method gives no interval"


@pytest.mark.parametrize(
    ("target", "is_met"),
    [
        (ErrorTarget(median=1.1, p90=1.2, worst=1.2), True),
        (ErrorTarget(median=1.05), False),
        (ErrorTarget(worst=1.15), False),
        (ErrorTarget(coverage=(0.85, 0.95)), False),
        (None, None),
    ],
)
def test_a_target_is_met_by_every_figure_or_not_at_all(target, is_met):
    assert error([1.0, 1.1, 1.1, 1.2], target=target).is_met is is_met


def test_published_rows_agree_with_themselves():
    for row in read_table("mlperf_tiny_energy"):
        energy_uj, latency_ms = float(row["uJ"]), float(row["e_ms"])
        # Median run of energy and of power need not be the same one.
        assert energy_uj / latency_ms == pytest.approx(float(row["mW"]), rel=0.002)
        assert energy_uj * 1e6 / float(row["MAC"]) == pytest.approx(float(row["pJ_MAC"]), rel=1e-4)


@pytest.mark.parametrize("name", ["streaming_wake_word", "recorders"])
def test_every_row_names_its_source(name):
    rows = read_table(name)
    assert rows
    assert all(row["source"] for row in rows)
