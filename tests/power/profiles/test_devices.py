import re

import pytest
from tests.power.quantities import quantities

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.profiles.devices import (
    PARTS,
    PROFILES,
    list_devices,
    list_profiles,
    load_device,
    load_devices,
    load_microphone,
    load_radio,
    load_storage,
)

U385 = (PROFILES / "devices" / "stm32u385.toml").read_text(encoding="utf-8")
PHONE = (PROFILES / "devices" / "phone_cpu.toml").read_text(encoding="utf-8")


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
    ("text", "pattern", "by", "message"),
    [
        (U385, r"^idle_power = .*\n", "", "idle: give either its power in mW or included_in"),
        (
            U385,
            r"^\[sleep\]$",
            '[idle]\nincluded_in = "adc"\n\n[sleep]',
            "idle: give either its power in mW or included_in",
        ),
        (PHONE, r"^\[idle\]\npower = .*$", '[idle]\nincluded_in = "adc"', "microphone: included_in names idle"),
        (U385, r'^stack = ".*$', 'stack = "tflm"', "stack: 'tflm' is none of x-cube-ai-10.2"),
        (U385, r'^runs_at = ".*$', 'runs_at = "1MHz"', "runs_at: '1MHz' is none of 96MHz"),
        (U385, r"^microphone = .*$", 'microphone = "t5818"', "t5818 hands on pdm and AD7091 takes analogue"),
        (U385, r"^microphone = .*$", 'microphone = "t58"', "'t58' is no known microphone; choose one of"),
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


@pytest.mark.parametrize("name", list_profiles("microphones"))
def test_microphone_is_named_as_its_file(name):
    assert load_microphone(name).name == name


def test_radios_and_storage_are_named_as_their_files():
    assert [load_radio(name).name for name in list_profiles("radios")] == list(list_profiles("radios"))
    assert [load_storage(name).name for name in list_profiles("storage")] == list(list_profiles("storage"))


def test_there_are_ten_devices_and_six_microphones_or_more():
    assert len(list_devices()) >= 10
    assert len(list_profiles("microphones")) >= 6


def test_a_device_names_its_own_microphone_beside_it(tmp_path):
    text = (PROFILES / "microphones" / "ics40310.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text.replace('"ics40310"', '"my_microphone"'), encoding="utf-8")
    device = tmp_path / "device.toml"
    device.write_text(U385.replace('microphone = "ics40310"', 'microphone = "mine.toml"'), encoding="utf-8")
    assert load_device(str(device)).microphone.name == "my_microphone"
    assert set(PARTS) == {"microphone", "radio", "storage"}
