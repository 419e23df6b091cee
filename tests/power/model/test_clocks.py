import pytest
from tests.power.costs import cost

from lowsr_tradeoff.power.model.clocks import at_clocks, attempt, best
from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.settings.groups import PowerSettings

U575 = load_device("stm32u575")


def tried(profile, model_cost):
    sample = sampler(profile.name, 0, 100)
    return [attempt(device, model_cost, PowerSettings(), sample) for device in at_clocks(profile)]


def test_every_clock_is_tried():
    assert [device.core.point.clock.value for device in at_clocks(U575)] == [160, 60]
    assert at_clocks(load_device("phone_cpu")) == (load_device("phone_cpu"),)


def test_the_slower_clock_is_slower_by_the_ratio_of_the_clocks():
    fast, slow = tried(U575, cost())
    assert slow.busy_share == pytest.approx(fast.busy_share * 160 / 60)


def test_the_slower_clock_wins_where_waiting_costs_less_at_it():
    fast, slow = tried(U575, cost())
    assert best([fast, slow]) is slow
    assert slow.total_mw[0] < fast.total_mw[0]


def test_the_faster_clock_wins_where_waiting_costs_the_same():
    """Race to sleep pays when waiting costs the same and the slow clock wastes energy per cycle."""
    clocks = dict(U575.core.clocks)
    slow_point = clocks["60MHz"]
    waste = slow_point.active_power.model_copy(update={"value": 20.0})
    clocks["60MHz"] = slow_point.model_copy(
        update={"active_power": waste, "idle_power": clocks["160MHz"].idle_power}
    )
    profile = U575.model_copy(update={"core": U575.core.model_copy(update={"clocks": clocks})})
    fast, slow = tried(profile, cost(macs={"conv": 60_000_000}))
    assert slow.parts
    assert best([fast, slow]) is fast


def test_if_none_keeps_up_the_fastest_says_why():
    trials = tried(U575, cost(macs={"conv": 10**10}))
    assert best(trials) is trials[0]
    assert all("slower than real time" in trial.infeasible[0] for trial in trials)
