import pytest
from pydantic import ValidationError

from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.model.waiting import asleep_mw, listening_share, sleeps, why_awake
from lowsr_tradeoff.power.profiles.devices import load_device, load_microphone
from lowsr_tradeoff.settings.groups import PowerSettings

U385 = load_device("stm32u385")
WAKING = U385.model_copy(update={"microphone": load_microphone("vm1010")})


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
    assert "cannot wake it" in why_awake(U385, woken)
    assert why_awake(WAKING, woken) is None
    assert why_awake(U385, PowerSettings()) is None


def test_asleep_it_draws_its_stop_current_and_the_microphone_that_listens():
    sample = sampler("d", 0, 10)
    assert asleep_mw(U385, PowerSettings(listen_s=1, every_s=2), sample)[0] == pytest.approx(0.0036)
    assert asleep_mw(WAKING, PowerSettings(wake_share=0.1), sample)[0] == pytest.approx(0.0036 + 4.2 * 1.8e-3)
    assert asleep_mw(U385, PowerSettings(), sample) is None
