import pytest
from tests.power.quantities import quantities

from lowsr_tradeoff.power.profiles.describe import describe, overview, sheet
from lowsr_tradeoff.power.profiles.devices import list_profiles, load_device


@pytest.mark.parametrize("name", list_profiles("devices"))
def test_description_shows_every_figure_with_its_source(name):
    text = describe(name)
    found = list(quantities(load_device(name).model_dump()))
    assert text.count(": ") > len(found)
    assert all(f": {figure['source']}" in text for figure in found)
    assert text.startswith(f"{name}: ")


def test_description_shows_value_interval_and_unit():
    text, unread = describe("stm32l4r5"), "(source not read): "
    assert f"  core.clocks.70MHz.idle_power: 9.3 (3.1…27.9) mW, derived {unread}Idle of" in text
    assert "  core.clocks.120MHz.idle_power: 15.8 (10.5…23.7) mW, derived (source read 2026-11-29): " in text
    assert "  memory.flash: 2048 KiB, assumed: " in text
    rates = "8000, 11025, 16000, 44100, 48000 Hz"
    assert f"  adc.native_rates: {rates}, datasheet {unread}" in describe("phone_cpu")


@pytest.mark.parametrize("name", ["t5818", "ble_nrf52840", "sd_card"])
def test_parts_are_described_by_their_names(name):
    assert describe(name).startswith(f"{name}: ")


def test_a_part_shows_its_modes():
    assert "  modes.low_power.current: 220 (200…242) uA, datasheet (source read 2026-11-29): TDK T5818" in describe(
        "t5818"
    )


def test_description_tells_which_sources_were_read_themselves():
    text = describe("ics41350")
    assert "  sleep: 12 (8…18) uA, datasheet (source read 2026-11-29): TDK ICS-41350" in text
    assert "V, assumed: ICS-41350" in text, "what is assumed has no page to read"


def test_overview_names_every_profile_and_every_part():
    text = overview()
    for name in (*list_profiles("devices"), *list_profiles("microphones"), *list_profiles("radios"), "sd_card"):
        assert name in text
    assert f"nrf54lm20b  {load_device('nrf54lm20b').description}" in text
    assert f"stm32u385   {load_device('stm32u385').description}" in text


def test_a_sheet_holds_every_figure_and_its_source():
    profile = load_device("stm32u385")
    found = {figure.parameter: figure for figure in sheet(profile).figures}
    assert len(found) == len(list(quantities(profile.model_dump())))
    idle = found["core.clocks.96MHz.idle_power"]
    assert (idle.text, idle.basis) == ("2 (1.33…3) mW", "derived")
    assert idle.source == profile.core.point.idle_power.source
