import re

import pytest
from tests.power.quantities import quantities

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.profiles.devices import (
    PARTS,
    PROFILES,
    list_profiles,
    load_device,
    load_devices,
    load_part,
    profile_toml,
)

DEVICES = list_profiles("devices")
U385 = (PROFILES / "devices" / "stm32u385.toml").read_text(encoding="utf-8")
PHONE = (PROFILES / "devices" / "phone_cpu.toml").read_text(encoding="utf-8")


@pytest.fixture
def write(tmp_path):
    """Write a profile, parts of its text replaced, and return its path."""

    def write_text(text, *changes):
        for pattern, by in changes:
            text, n = re.subn(pattern, by, text, count=1, flags=re.MULTILINE)
            assert n == 1, pattern
        file = tmp_path / "mine.toml"
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write_text


@pytest.mark.parametrize("name", DEVICES)
def test_packaged_profile_is_named_as_its_file_and_sources_every_figure(name):
    profile = load_device(name)
    assert profile.name == name
    found = list(quantities(profile.model_dump()))
    assert len(found) >= 6
    assert all(len(figure["source"]) > 10 for figure in found)


@pytest.mark.parametrize("kind", PARTS.values())
def test_parts_are_named_as_their_files(kind):
    assert [load_part(kind, name).name for name in list_profiles(kind)] == list(list_profiles(kind))


def test_there_are_ten_devices_and_six_microphones_or_more():
    assert len(DEVICES) >= 10
    assert len(list_profiles("microphones")) >= 6


def test_profile_from_a_file_equals_the_packaged_one(write):
    assert load_device(write(U385)) == load_device("stm32u385")


def test_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match=r"^stm32u38: is no known device; did you mean stm32u385\?$"):
        load_device("stm32u38")
    with pytest.raises(
        ConfigError, match="toaster: is no known device; lowsr-tradeoff devices lists what there is"
    ):
        load_device("toaster")


def test_absent_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"gone\.toml: cannot be read"):
        load_device(str(tmp_path / "gone.toml"))


def test_text_that_is_not_toml_is_refused(write):
    with pytest.raises(ConfigError, match=r"mine\.toml: is not TOML"):
        load_device(write("name = "))


IDLE_IN_ADC = '[idle]\nincluded_in = "adc"'


@pytest.mark.parametrize(
    ("text", "pattern", "by", "message"),
    [
        (U385, r"^idle_power = .*\n", "", "idle: give either its power in mW or included_in"),
        (U385, r"^\[sleep\]$", f"{IDLE_IN_ADC}\n\n[sleep]", "idle: give either its power in mW or included_in"),
        (PHONE, r"^\[idle\]\npower = .*$", IDLE_IN_ADC, "microphone: included_in names idle"),
        (U385, r'^stack = ".*$', 'stack = "tflm"', "stack: 'tflm' is none of x-cube-ai-10.2"),
        (U385, r'^runs_at = ".*$', 'runs_at = "1MHz"', "runs_at: '1MHz' is none of 96MHz"),
        (
            U385,
            r"^microphone = .*$",
            'microphone = "t5818"',
            "the output of t5818 is pdm, but AD7091 takes analogue",
        ),
        (U385, r"^microphone = .*$", 'microphone = "t58"', "t58: is no known microphone; did you mean t5838"),
    ],
)
def test_every_part_is_counted_once(write, text, pattern, by, message):
    with pytest.raises(ConfigError, match=message):
        load_device(write(text, (pattern, by)))


@pytest.mark.parametrize(
    ("pattern", "by", "field", "unit", "why"),
    [
        (r"^active_power = .*$", "active_power = 5.3", "core.clocks.96MHz.active_power", "mW", "not a table"),
        (r"^active_power = .*\n", "", "core.clocks.96MHz.active_power", "mW", "is missing"),
        (r'5\.4, unit = "mW"', '5400, unit = "uW"', "core.clocks.96MHz.active_power.unit", "mW", "given: 'uW'"),
        (r"value = 1\.07", "value = -1.07", "adc.sample_energy.value", "nJ", "greater than 0"),
        (r"^mac.conv = .*$", "mac.conv = 1.46", "core.stacks.x-cube-ai-10.2.mac.conv", "cycles", "not a table"),
        (r"value = 0\.825", "value = 1.1", "supply.usable_share", "1", "at most 1"),
        (r"spread = 1\.55", "spread = 0.5", "core.fft.spread", "cycles", "greater than or equal to 1"),
        (r"value = 1024", "value = nan", "memory.flash.value", "KiB", "finite"),
    ],
)
def test_schema_error_names_file_field_and_unit(write, pattern, by, field, unit, why):
    file = write(U385, (pattern, by))
    with pytest.raises(ConfigError) as raised:
        load_device(file)
    (line,) = str(raised.value).splitlines()
    assert f"{file}: {field}: " in line
    assert f'expects {{ value, unit = "{unit}", spread, basis, source, read }}' in line
    assert why in line


def test_native_rates_have_no_spread_to_give(write):
    with pytest.raises(
        ConfigError, match=r'adc\.native_rates: .*expects { value, unit = "Hz", basis, source, read }'
    ):
        load_device(write(PHONE, (r"^native_rates = .*$", "native_rates = [8000]")))


def test_all_problems_come_in_one_message(write):
    changes = ((r"^active_power = .*\n", ""), (r"^\[memory\]$", '[memory]\ncolour = "red"'))
    with pytest.raises(ConfigError) as raised:
        load_device(write(U385, *changes))
    fields = sorted(line.split(": ")[1] for line in str(raised.value).splitlines())
    assert fields == ["core.clocks.96MHz.active_power", "memory.colour"]


def test_two_profiles_of_one_name_are_refused(write):
    with pytest.raises(ConfigError, match="two profiles are named stm32u385"):
        load_devices(["stm32u385", write(U385)])


def test_a_device_names_its_own_microphone_beside_it(write, tmp_path):
    text = (PROFILES / "microphones" / "ics40310.toml").read_text(encoding="utf-8")
    (tmp_path / "part.toml").write_text(text.replace('"ics40310"', '"my_microphone"'), encoding="utf-8")
    device = write(U385, ('microphone = "ics40310"', 'microphone = "part.toml"'))
    assert load_device(device).microphone.name == "my_microphone"
    assert set(PARTS) == {"microphone", "radio", "storage"}


@pytest.mark.parametrize("name", DEVICES)
def test_a_written_profile_is_read_back_equal_with_a_line_for_each_quantity(write, name):
    profile = load_device(name)
    text = profile_toml(profile)
    assert load_device(write(text)) == profile
    assert text.count("source = ") == sum("source = " in line for line in text.splitlines())


def test_text_that_needs_escapes_survives(write):
    description = 'a "quoted"\ttab, \\ and \u00b5W \x7f \U0001f3a4'
    profile = load_device("stm32u575").model_copy(update={"description": description})
    assert load_device(write(profile_toml(profile))).description == description
