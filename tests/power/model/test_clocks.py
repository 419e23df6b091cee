import pytest
from tests.power.costs import cost

from lowsr_tradeoff.power.model.clocks import at_clocks, attempt, best
from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.profiles.devices import list_profiles, load_device
from lowsr_tradeoff.settings.groups import PowerSettings

U575, L4R5 = load_device("stm32u575"), load_device("stm32l4r5")


def tried(profile, model_cost):
    sample = sampler(profile.name, 0, 100)
    return [attempt(device, model_cost, 16, PowerSettings(), sample) for device in at_clocks(profile)]


def test_every_clock_is_tried():
    assert [device.core.point.clock.value for device in at_clocks(L4R5)] == [120, 70]
    assert at_clocks(load_device("phone_cpu")) == (load_device("phone_cpu"),)


def test_the_slower_clock_is_slower_by_the_ratio_of_the_clocks():
    fast, slow = tried(L4R5, cost())
    assert slow.busy_share == pytest.approx(fast.busy_share * 120 / 70)


def test_the_slower_clock_wins_where_waiting_costs_less_at_it():
    fast, slow = tried(L4R5, cost())
    assert best([fast, slow]) is slow
    assert slow.total_mw[0] < fast.total_mw[0]


@pytest.mark.parametrize(
    ("macs", "clock"), [(1_000_000, "range4-4MHz"), (15_000_000, "range4-24MHz"), (40_000_000, "range3-55MHz")]
)
def test_the_clock_follows_the_work(macs, clock):
    """Of the rows of one datasheet, the slowest that surely keeps up: waiting costs less at it."""
    trials = tried(U575, cost(macs={"conv": macs}, frames=1))
    chosen = best(trials)
    assert chosen.profile.core.runs_at == clock
    assert chosen.real_time_factor.high <= 1
    assert all(trial.total_mw[0] >= chosen.total_mw[0] for trial in trials if trial.busy_share[1:].max() < 1)


@pytest.mark.parametrize("device", list_profiles("devices"))
def test_waiting_never_passes_running_at_the_same_clock(device):
    core = load_device(device).core
    for point in getattr(core, "clocks", {}).values():
        assert point.idle_power is None or point.idle_power.value <= point.active_power.value


def test_the_faster_clock_wins_where_waiting_costs_the_same():
    """Race to sleep pays when waiting costs the same and the slow clock wastes energy per cycle."""
    clocks = dict(L4R5.core.clocks)
    slow_point = clocks["70MHz"]
    waste = slow_point.active_power.model_copy(update={"value": 40.0})
    clocks["70MHz"] = slow_point.model_copy(
        update={"active_power": waste, "idle_power": clocks["120MHz"].idle_power}
    )
    profile = L4R5.model_copy(update={"core": L4R5.core.model_copy(update={"clocks": clocks})})
    fast, slow = tried(profile, cost(macs={"conv": 40_000_000}))
    assert slow.parts
    assert best([fast, slow]) is fast


def test_if_none_keeps_up_the_fastest_says_why():
    trials = tried(U575, cost(macs={"conv": 10**10}))
    assert best(trials) is trials[0]
    assert all("slower than real time" in trial.infeasible[0] for trial in trials)
