import pytest

from lowsr_tradeoff.power.validation.operator_costs import BENCHMARKS, OPERATORS, network_macs
from lowsr_tradeoff.power.validation.prediction import read_table


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_layers_sum_to_what_was_counted_in_the_published_model_files(benchmark):
    counted = {int(row["MAC"]) for row in read_table("mlperf_tiny_energy") if row["bm"] == benchmark}
    assert {sum(network_macs(benchmark).values())} == counted


def test_keyword_spotting_splits_as_published():
    assert network_macs("kws") == {"conv": 320_000, "pointwise": 2_048_000, "depthwise": 288_000, "linear": 768}


def test_every_network_names_every_operator():
    assert all(tuple(network_macs(benchmark)) == OPERATORS for benchmark in BENCHMARKS)
