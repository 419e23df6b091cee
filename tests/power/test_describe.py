import pytest

from lowsr_tradeoff.power.describe import describe
from lowsr_tradeoff.power.devices import list_devices, load_device


def quantities(value):
    """Every table with a unit, however deep."""
    if isinstance(value, dict):
        if "unit" in value:
            yield value
        for inner in value.values():
            yield from quantities(inner)


@pytest.mark.parametrize("name", list_devices())
def test_description_shows_every_figure_with_its_source(name):
    text = describe(name)
    found = list(quantities(load_device(name).model_dump()))
    assert text.count(": ") > len(found)
    assert all(f"{figure['basis']}: {figure['source']}" in text for figure in found)
    assert text.startswith(f"{name}: ")


def test_description_shows_value_interval_and_unit():
    assert "  core.clocks.96MHz.idle_power: 2.1 (0.7…6.3) mW, derived: MLPerf Tiny" in describe("stm32u385")
    assert "  memory.flash: 1024 KiB, datasheet: " in describe("stm32u385")
    assert "  adc.native_rates: 8000, 11025, 16000, 44100, 48000 Hz, datasheet: " in describe("phone_cpu")
