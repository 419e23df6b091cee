import pytest
from tests.power.trace_networks import STEPS, table

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.cost import model_cost
from lowsr_tradeoff.learning.mel import YAMNET_RATES_HZ, front_of, lay_out
from lowsr_tradeoff.learning.networks.build import without_weights
from lowsr_tradeoff.power.model.network_costs import TABLE, grids_at, network_cost
from lowsr_tradeoff.settings.classify import COMPACT, YAMNETS


def counted(name, rate_hz, grid, window_s, n_classes):
    layout = lay_out(rate_hz, grid, window_s, front_of(name))
    return model_cost(without_weights(name, n_classes), layout, rate_hz, grid)


def test_the_committed_table_is_that_of_the_networks():
    assert TABLE.read_text(encoding="utf-8") == table(), "run: python -m tests.power.trace_networks"


@pytest.mark.parametrize("name", COMPACT)
@pytest.mark.parametrize(
    ("rate_hz", "window_s", "n_classes"),
    [
        *((rate_hz, 1.37, 10) for rate_hz in (500, 1000, 2000, 3040, 4000, 8000, 11025, 16000)),
        *((rate_hz, *at_an_end) for rate_hz in (500, 16000) for at_an_end in ((0.5, 2), (5.0, 50))),
    ],
)
def test_every_count_is_the_classifiers_own(name, rate_hz, window_s, n_classes):
    for grid in ("shared", "native"):
        expected = counted(name, rate_hz, grid, window_s, n_classes)
        got = network_cost(name, rate_hz, grid, window_s, n_classes)
        # A bin on the edge of a triangle weighs nothing, or as little as single precision rounds it to.
        assert abs(got.mel_nonzeros - expected.mel_nonzeros) <= 1
        assert got.model_copy(update={"mel_nonzeros": expected.mel_nonzeros}) == expected


@pytest.mark.parametrize("name", [name for name in STEPS if name not in COMPACT])
@pytest.mark.parametrize("window_s", [1.0, 1.5, 5.0])
def test_every_count_is_the_classifiers_own_for_the_large_networks(name, window_s):
    assert network_cost(name, 1000, "shared", window_s, 50) == counted(name, 1000, "shared", window_s, 50)


@pytest.mark.parametrize("name", YAMNETS)
@pytest.mark.parametrize("rate_hz", YAMNET_RATES_HZ)
def test_every_count_is_the_classifiers_own_where_yamnets_features_are_those_of_the_rate(name, rate_hz):
    got = network_cost(name, rate_hz, "native", 2.0, 50)
    assert got == counted(name, rate_hz, "native", 2.0, 50)
    restored = network_cost(name, rate_hz, "shared", 2.0, 50)
    assert (got.macs, got.parameters) == (restored.macs, restored.parameters)
    assert got.fft_size * 16000 == restored.fft_size * rate_hz


def test_the_wearable_yamnet_is_that_of_the_published_latencies():
    """The multiply-accumulates of the rows on it in configs/validation/latency.csv."""
    cost = network_cost("yamnet_256", 16000, "shared", 0.975, 10)
    assert cost.macs == {"conv": 22_462_464, "depthwise": 1_437_696, "linear": 2560}


def test_a_network_with_its_own_front_end_has_the_shared_grid_alone():
    assert (grids_at("cnn14", 1000), grids_at("yamnet_256", 3000)) == (("shared",), ("shared",))
    assert grids_at("yamnet_256", 1000) == grids_at("cp_mobile", 3000) == ("shared", "native")
    with pytest.raises(ConfigError, match="cnn14 has a front end of its own"):
        network_cost("cnn14", 1000, "native", 5.0, 50)


@pytest.mark.parametrize(("name", "window_s"), [("cnn14", 0.2), ("small_vgg", 0.02)])
def test_a_window_too_short_for_a_network_is_refused(name, window_s):
    with pytest.raises(ConfigError, match="give a longer one"):
        network_cost(name, 1000, "shared", window_s, 10)
