import numpy as np
import pytest
from pydantic import ValidationError

from lowsr_tradeoff.power.model.compute import active_mw
from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.model.waiting import (
    asleep_mw,
    autonomous_mw,
    idle_mw,
    idle_power,
    listening_share,
    sleeps,
    why_no_sleep,
)
from lowsr_tradeoff.power.profiles.devices import load_device, load_part
from lowsr_tradeoff.settings.groups import PowerSettings

U385, PHONE = load_device("stm32u385"), load_device("phone_cpu")
WAKING = U385.model_copy(update={"microphone": load_part("microphones", "vm1010")})
N_DRAWS = 2000


@pytest.fixture
def sample():
    return sampler("d", 0, N_DRAWS)


def busy(share):
    return np.full(1 + N_DRAWS, share)


def test_waiting_takes_the_time_that_computing_leaves(sample):
    whole, rest = idle_mw(U385, busy(0), sample), idle_mw(U385, busy(0.75), sample)
    assert whole[0] == pytest.approx(U385.core.point.idle_power.value)
    assert rest == pytest.approx(0.25 * whole)


def test_waiting_never_draws_more_than_computing(sample):
    # Nobody published what it draws while waiting, so its spread passes the bound.
    guessed = load_device("ra6m4")
    active = active_mw(guessed.core, sample)
    assert (sample(*idle_power(guessed)) > active).any()
    assert (idle_mw(guessed, busy(0), sample) <= active).all()


def test_what_stays_on_counts_whatever_the_core_does(sample):
    port = U385.core.point.idle_power.model_copy(update={"value": 0.5, "spread": 1.0})
    profile = U385.model_copy(update={"idle": U385.idle.model_copy(update={"stays_on": {"port": port}})})
    for share in (0.0, 0.4, 1.0):
        assert idle_mw(profile, busy(share), sample) == pytest.approx(idle_mw(U385, busy(share), sample) + 0.5)
    stopped = autonomous_mw(U385, busy(1), sample)
    assert stopped[0] == pytest.approx(sum(power.value for power in U385.autonomous.stays_on.values()))


def test_waiting_in_the_converters_figure_is_not_added(sample):
    assert idle_mw(load_device("nrf52840"), busy(0), sample) is None


@pytest.mark.parametrize("busy_share", [None, busy(0.5)], ids=["unknown", "half"])
def test_recording_that_includes_the_microphone_never_stops(sample, busy_share):
    assert np.array_equal(idle_mw(PHONE, busy_share, sample), sample("idle.power", PHONE.idle.power))


@pytest.mark.parametrize(
    ("power", "share"), [({}, 1), ({"listen_s": 5, "every_s": 20}, 0.25), ({"wake_share": 0.0}, 0)]
)
def test_share_of_the_time_that_listens(power, share):
    assert listening_share(PowerSettings(**power)) == share
    assert sleeps(PowerSettings(**power)) == bool(power)


@pytest.mark.parametrize(
    ("power", "told"),
    [
        ({"listen_s": 5}, "belong together"),
        ({"listen_s": 5, "every_s": 4}, "does not fit into every 4"),
        ({"listen_s": 1, "every_s": 4, "wake_share": 0.5}, "either listen_s and every_s, or wake_share"),
        ({"wake_share": 1.5}, "less than or equal to 1"),
    ],
)
def test_a_cycle_that_makes_no_sense_is_refused(power, told):
    with pytest.raises(ValidationError, match=told):
        PowerSettings(**power)


def test_only_a_microphone_that_can_wakes_the_device():
    woken = PowerSettings(wake_share=0.1)
    assert "cannot wake it" in why_no_sleep(U385, woken)
    assert why_no_sleep(WAKING, woken) is None
    assert why_no_sleep(U385, PowerSettings()) is None


def test_asleep_it_draws_its_stop_current_and_the_microphone_that_listens(sample):
    assert asleep_mw(U385, PowerSettings(listen_s=1, every_s=2), sample)[0] == pytest.approx(0.0036)
    assert asleep_mw(WAKING, PowerSettings(wake_share=0.1), sample)[0] == pytest.approx(0.0036 + 4.2 * 1.8e-3)
    assert asleep_mw(U385, PowerSettings(), sample) is None
