import re

import pytest

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.profiles.devices import PROFILES, load_device

U385 = (PROFILES / "devices" / "stm32u385.toml").read_text(encoding="utf-8")
PHONE = (PROFILES / "devices" / "phone_cpu.toml").read_text(encoding="utf-8")


def replaced(text, pattern, by):
    changed, n = re.subn(pattern, by, text, count=1, flags=re.MULTILINE)
    assert n == 1, pattern
    return changed


@pytest.mark.parametrize(
    ("pattern", "by", "field", "unit", "why"),
    [
        (r"^active_power = .*$", "active_power = 5.3", "core.clocks.96MHz.active_power", "mW", "not a table"),
        (r"^active_power = .*\n", "", "core.clocks.96MHz.active_power", "mW", "is missing"),
        (r'5\.4, unit = "mW"', '5400, unit = "uW"', "core.clocks.96MHz.active_power.unit", "mW", "given: 'uW'"),
        (r"value = 1\.07", "value = -1.07", "adc.sample_energy.value", "nJ", "greater than 0"),
        (r"^mac.conv = .*$", "mac.conv = 1.46", "core.stacks.x-cube-ai-10.2.mac.conv", "cycles", "not a table"),
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
    text = replaced(text, r"^\[memory\]$", '[memory]\ncolour = "red"')
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_device(str(file))
    assert sorted(line.split(": ")[1] for line in str(raised.value).splitlines()) == [
        "core.clocks.96MHz.active_power",
        "memory.colour",
    ]
