import pytest
from pydantic import ValidationError

from lowsr_tradeoff.power.profiles.devices import list_profiles, load_device
from lowsr_tradeoff.power.profiles.parts import Microphone
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile, IncludedMicrophone
from lowsr_tradeoff.power.validation.summary import summary

DEVICES = [load_device(name) for name in list_profiles("devices")]


@pytest.mark.parametrize("profile", DEVICES, ids=list_profiles("devices"))
def test_a_profile_survives_a_round_trip(profile):
    assert DeviceProfile.model_validate(profile.model_dump(exclude_none=True)) == profile


@pytest.mark.parametrize("profile", DEVICES, ids=list_profiles("devices"))
def test_the_stack_and_clock_that_run_are_those_named(profile):
    assert profile.core.mac is profile.core.stacks[profile.core.stack].mac
    if isinstance(profile.core, ClockedCore):
        assert profile.core.point is profile.core.clocks[profile.core.runs_at]


@pytest.mark.parametrize("profile", DEVICES, ids=list_profiles("devices"))
def test_a_microphone_is_its_own_or_held_and_every_network_here_has_a_price(profile):
    assert isinstance(profile.microphone, (Microphone, IncludedMicrophone))
    assert {"conv", "depthwise", "linear"} <= set(profile.core.mac)


def test_an_accelerator_is_cheaper_and_a_slower_clock_draws_less():
    gap9 = load_device("gap9").core
    assert all(
        gap9.mac["conv"].value < p.core.mac["conv"].value for p in DEVICES if p.name in {"ra6m4", "nrf52840"}
    )
    for profile in DEVICES:
        if isinstance(profile.core, ClockedCore):
            points = sorted(profile.core.clocks.values(), key=lambda point: point.clock.value)
            powers = [point.active_power.value for point in points]
            assert powers == sorted(powers)


def test_a_ratio_belongs_to_a_pdm_port_alone():
    adc = load_device("nrf54l15").adc
    fields = adc.model_dump(exclude_none=True)
    for changed in ({**fields, "input": "i2s"}, {k: v for k, v in fields.items() if k != "ratio_low"}):
        with pytest.raises(ValidationError, match="ratio_low and ratio_high"):
            type(adc).model_validate(changed)


ACCELERATORS = {"gap9", "ndp120"}
# The prices of the others rest on four networks of MLPerf Tiny; those of the NPU on a statement of its maker.
FROM_ONE_NETWORK = {"esp32s3", "apollo510", "nrf54lm20b"}


@pytest.mark.parametrize("profile", [p for p in DEVICES if p.core.part != "phone CPU"], ids=lambda p: p.name)
def test_prices_of_a_known_stack_spread_as_far_as_held_out_rows_do(profile):
    scope = "accelerators" if profile.name in ACCELERATORS else "microcontrollers"
    error = next(e for e in summary() if (e.check, e.scope) == ("inference energy", scope))
    for stack in profile.core.stacks.values():
        spread = stack.mac["conv"].spread
        assert spread >= error.p90.value
        if profile.core.stack != "unknown" and profile.name not in FROM_ONE_NETWORK:
            assert spread <= 1.01 * error.worst.value
