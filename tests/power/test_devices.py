import re

import pytest

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.devices import PROFILES, describe, list_devices, load_device, load_devices

U385 = (PROFILES / "stm32u385.toml").read_text(encoding="utf-8")
PHONE = (PROFILES / "phone_cpu.toml").read_text(encoding="utf-8")


def quantities(value):
    """Every table with a unit, however deep."""
    if isinstance(value, dict):
        if "unit" in value:
            yield value
        for inner in value.values():
            yield from quantities(inner)


@pytest.mark.parametrize("name", list_devices())
def test_packaged_profile_is_named_as_its_file_and_sources_every_figure(name):
    profile = load_device(name)
    assert profile.name == name
    found = list(quantities(profile.model_dump()))
    assert len(found) >= 6
    assert all(len(figure["source"]) > 10 for figure in found)


def test_profile_from_a_file_equals_the_packaged_one(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(U385, encoding="utf-8")
    assert load_device(str(file)) == load_device("stm32u385")


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ConfigError, match="'stm32u38' is no known device") as raised:
        load_device("stm32u38")
    assert all(name in str(raised.value) for name in list_devices())


def test_absent_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"gone\.toml: cannot be read"):
        load_device(str(tmp_path / "gone.toml"))


def test_text_that_is_not_toml_is_refused(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("name = ", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.toml: is not TOML"):
        load_device(str(file))


def replaced(text, pattern, by):
    changed, n = re.subn(pattern, by, text, count=1, flags=re.MULTILINE)
    assert n == 1, pattern
    return changed


@pytest.mark.parametrize(
    ("pattern", "by", "field", "unit", "why"),
    [
        (r"^active_power = .*$", "active_power = 5.3", "core.active_power", "mW", "not a table"),
        (r"^active_power = .*\n", "", "core.active_power", "mW", "is missing"),
        (r'5\.3, unit = "mW"', '5300, unit = "uW"', "core.active_power.unit", "mW", "given: 'uW'"),
        (r"value = 1\.07", "value = -1.07", "adc.sample_energy.value", "nJ", "greater than 0"),
        (r"^mac.conv = .*$", "mac.conv = 1.46", "core.mac.conv", "cycles", "not a table"),
        (r"value = 0\.825", "value = 1.1", "supply.usable_share", "1", "at most 1"),
        (r"spread = 2\.1", "spread = 0.5", "core.fft.spread", "cycles", "greater than or equal to 1"),
        (r"value = 1024", "value = nan", "memory.flash.value", "KiB", "finite"),
    ],
)
def test_schema_error_names_file_field_and_unit(tmp_path, pattern, by, field, unit, why):
    file = tmp_path / "mine.toml"
    file.write_text(replaced(U385, pattern, by), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_device(str(file))
    (line,) = str(raised.value).splitlines()
    assert f"{file}: {field}: " in line
    assert f'expects {{ value, unit = "{unit}", spread, basis, source }}' in line
    assert why in line


def test_native_rates_have_no_spread_to_give(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(replaced(PHONE, r"^native_rates = .*$", "native_rates = [8000]"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r'adc\.native_rates: .*expects { value, unit = "Hz", basis, source }'):
        load_device(str(file))


def test_all_problems_come_in_one_message(tmp_path):
    file = tmp_path / "mine.toml"
    text = replaced(U385, r"^active_power = .*\n", "")
    text = replaced(text, r"^\[idle\]$", '[idle]\ncolour = "red"')
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_device(str(file))
    assert sorted(line.split(": ")[1] for line in str(raised.value).splitlines()) == [
        "core.active_power",
        "idle.colour",
    ]


@pytest.mark.parametrize(
    ("text", "pattern", "by", "message"),
    [
        (U385, r"^\[idle\]\n.*$", "[idle]", "idle: give either its power in mW or included_in"),
        (U385, r"^\[idle\]$", '[idle]\nincluded_in = "adc"', "idle: give either its power in mW or included_in"),
        (PHONE, r"^\[idle\]\npower = .*$", '[idle]\nincluded_in = "adc"', "microphone: included_in names idle"),
    ],
)
def test_every_part_is_counted_once(tmp_path, text, pattern, by, message):
    file = tmp_path / "mine.toml"
    file.write_text(replaced(text, pattern, by), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_device(str(file))


def test_two_profiles_of_one_name_are_refused(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(U385, encoding="utf-8")
    with pytest.raises(ConfigError, match="two profiles are named stm32u385"):
        load_devices(["stm32u385", str(file)])


@pytest.mark.parametrize("name", list_devices())
def test_description_shows_every_figure_with_its_source(name):
    text = describe(name)
    found = list(quantities(load_device(name).model_dump()))
    assert text.count(": ") > len(found)
    assert all(f"{figure['basis']}: {figure['source']}" in text for figure in found)
    assert text.startswith(f"{name}: ")


def test_description_shows_value_interval_and_unit():
    assert "  idle.power: 2.1 (0.7…6.3) mW, derived: MLPerf Tiny" in describe("stm32u385")
    assert "  memory.flash: 1024 KiB, datasheet: " in describe("stm32u385")
    assert "  adc.native_rates: 8000, 11025, 16000, 44100, 48000 Hz, datasheet: " in describe("phone_cpu")
