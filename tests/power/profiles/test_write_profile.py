import pytest

from lowsr_tradeoff.power.profiles.devices import list_devices, load_device, profile_toml


@pytest.mark.parametrize("name", list_devices())
def test_a_written_profile_is_read_back_equal(tmp_path, name):
    profile = load_device(name)
    file = tmp_path / "written.toml"
    file.write_text(profile_toml(profile), encoding="utf-8")
    assert load_device(str(file)) == profile


def test_text_that_needs_escapes_survives(tmp_path):
    profile = load_device("stm32u575").model_copy(update={"description": 'a "quoted"\ttab, \\ and \u00b5W \x7f'})
    file = tmp_path / "written.toml"
    file.write_text(profile_toml(profile), encoding="utf-8")
    assert load_device(str(file)).description == profile.description
