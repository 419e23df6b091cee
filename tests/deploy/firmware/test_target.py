"""What is handed over is a network of the run that a device can run; anything else is refused with the remedy."""

import pytest
from tests.replaced import replaced
from tests.reports.conftest import build_tradeoff

from lowsr_tradeoff.deploy.firmware.target import choose_target
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.model.network_costs import network_cost


@pytest.fixture(scope="module")
def tradeoff():
    return build_tradeoff(constraints={"min_accuracy": 0.6})


def changed(tradeoff, **settings):
    """The run with other settings of its classifier."""
    classify = tradeoff.settings["classify"] | settings
    return tradeoff.model_copy(update={"settings": tradeoff.settings | {"classify": classify}})


def test_the_arm_asked_for_is_taken_on_the_layout_that_hears_at_the_rate(tradeoff):
    target = choose_target(tradeoff, 1000, "basd", "nrf52840")
    assert target.name == "1000-native-basd-nrf52840"
    assert target.layout.model_rate_hz == target.condition.rate_hz == 1000
    assert target.power.device == target.profile.name == "nrf52840"
    assert target.power.power_mw.value > 0


def test_by_default_it_is_the_recommended_arm_and_the_deciding_device(tradeoff):
    named = next(point for point in tradeoff.points if point.point_id == tradeoff.decision.recommended)
    target = choose_target(tradeoff, named.rate_hz, None, None)
    assert target.name == f"{named.rate_hz}-native-{named.arm}-stm32u575"


def test_where_none_is_recommended_it_is_the_most_accurate(tradeoff):
    recommended = tradeoff.decision.recommended
    rate_hz = next(rate for rate in tradeoff.rates_hz if not recommended.startswith(f"{rate}-"))
    at_rate = [r for r in tradeoff.recognition.results if (r.rate_hz, r.grid) == (rate_hz, "native")]
    best = max(at_rate, key=lambda result: result.accuracy.value)
    assert choose_target(tradeoff, rate_hz, None, None).result == best


def test_the_reference_at_the_shared_grids_own_rate_needs_no_restoring(tradeoff):
    target = choose_target(tradeoff, 16000, None, None)
    assert (target.condition.grid, target.layout.model_rate_hz) == ("shared", 16000)


def test_what_the_run_does_not_have_is_told_with_what_it_has(tradeoff):
    with pytest.raises(ConfigError, match="--rate 700: the run has 500, 1000, 2000, 4000, 16000 Hz"):
        choose_target(tradeoff, 700, None, None)
    with pytest.raises(ConfigError, match=r"--arm dkd: the run has .*cssd.* at 1000 Hz"):
        choose_target(tradeoff, 1000, "dkd", None)
    with pytest.raises(ConfigError, match="--arm raw: the run has"):
        choose_target(tradeoff, 1000, "raw", None)
    with pytest.raises(ConfigError, match=r"--arm classical: is no network .*leave --arm out"):
        choose_target(tradeoff, 1000, "classical", None)


def test_a_run_on_the_shared_grid_alone_is_told_how_to_get_another(tradeoff):
    shared = tuple(result for result in tradeoff.recognition.results if result.grid == "shared")
    with pytest.raises(ConfigError, match=r"restored to 16 kHz, which costs .* run the study with grids = \[\"nat"):
        choose_target(replaced(tradeoff, {"recognition.results": shared}), 1000, None, None)


def test_networks_with_a_front_end_of_their_own_are_refused(tradeoff):
    told = r"cnn14: has a front end of its own.* --network cp_mobile or small_vgg or yamnet_256"
    with pytest.raises(ConfigError, match=told):
        choose_target(changed(tradeoff, network="cnn14", grids=["shared"]), 1000, None, None)


@pytest.mark.parametrize(
    ("network", "remedy"),
    [("mine:Net", "train --network mine:Net and export"), ("net.onnx", "a .* is ready for its own")],
)
def test_networks_of_ones_own_are_refused_and_none_of_their_code_is_run(tradeoff, network, remedy):
    with pytest.raises(ConfigError, match=f"{network}: is a network of your own, .* with C; {remedy}"):
        choose_target(changed(tradeoff, network=network, grids=["shared"], arms=["raw"]), 16000, None, None)


def test_yamnet_is_handed_over_where_its_features_are_those_of_the_rate(tradeoff):
    (first, *_) = tradeoff.recognition.results

    def at(rate_hz, grid):
        cost = network_cost("yamnet_256", rate_hz, grid, 2.0, 10)
        return first.model_copy(update={"rate_hz": rate_hz, "grid": grid, "arm": "finetuned", "cost": cost})

    results = (at(500, "shared"), at(1000, "native"), at(16000, "shared"))
    run = changed(
        replaced(tradeoff, {"recognition.results": results}), network="yamnet_256", grids=["shared", "native"]
    )
    for rate_hz in (1000, 16000):
        layout = choose_target(run, rate_hz, None, "stm32u575").layout
        assert (layout.is_yamnet, layout.image, layout.model_rate_hz) == (True, (64, 198), rate_hz)
    with pytest.raises(ConfigError, match=r"restored to 16 kHz, .* run the study with grids = \[\"native\"\]"):
        choose_target(run, 500, None, "stm32u575")


def test_a_device_without_room_says_how_much_there_is(tradeoff, tmp_path):
    result = next(r for r in tradeoff.recognition.results if (r.rate_hz, r.grid, r.arm) == (1000, "native", "cssd"))
    large = result.cost.model_copy(update={"weight_bytes": 5 << 20})
    heavy = replaced(tradeoff, {"recognition.results": (result.model_copy(update={"cost": large}),)})
    with pytest.raises(
        ConfigError, match="the weights take 5,120 KiB and there are 2,048 KiB of flash; take another"
    ):
        choose_target(heavy, 1000, "cssd", "stm32u575")


def test_settings_that_are_none_are_told(tradeoff):
    with pytest.raises(ConfigError, match=r'classify\.network: there is no "nought"'):
        choose_target(changed(tradeoff, network="nought"), 1000, None, None)
