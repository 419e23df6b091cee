"""Commands on power alone: what they print, what they refuse, and that they load no torch."""

import json
import subprocess
import sys

import pytest

from lowsr_tradeoff.cli import main as cli
from lowsr_tradeoff.records.power import PowerResult


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        cli.main([str(a) for a in arguments])
    captured = capsys.readouterr()
    return left.value.code, captured.out, captured.err


def results(capsys, *arguments):
    code, out, _ = call(capsys, "power", *arguments, "--json")
    assert code == 0
    return [PowerResult.model_validate(result) for result in json.loads(out)]


def test_every_device_rate_and_grid_has_a_line(capsys):
    code, out, _ = call(capsys, "power", "--rates", "500,1000,16000", "--device", "stm32u575,gap9")
    assert code == 0
    rows = [line.split() for line in out.splitlines() if line.startswith(("stm32u575 ", "gap9 "))]
    assert len(rows) == 2 * 3 * 2
    assert out.splitlines()[0].split()[:3] == ["device", "rate", "Hz"]


def test_json_is_the_records(capsys):
    found = results(capsys, "--rates", "1000,16000", "--device", "stm32u385", "--model", "cp_mobile")
    assert [(result.rate_hz, result.grid) for result in found] == [
        (1000, "shared"),
        (16000, "shared"),
        (1000, "native"),
        (16000, "native"),
    ]
    assert all(result.power_mw.low < result.power_mw.value < result.power_mw.high for result in found)


def test_a_network_that_does_not_fit_has_reasons_and_no_number(capsys):
    code, out, _ = call(
        capsys, "power", "--rates", "1000", "--device", "stm32u385", "--model", "cnn14", "--window-s", 5
    )
    assert code == 0
    assert out.startswith("stm32u385, 1000 Hz, shared: infeasible: the weights take")
    assert "slower than real time" in out
    assert "mW" not in out


def test_a_bigger_battery_lasts_longer(capsys):
    small, big = (
        results(capsys, "--rates", "1000", "--device", "nrf52840", "--battery", battery)[0].battery_hours.value
        for battery in ("300mAh@3.7V", "1.2Ah@3.7V")
    )
    assert big == pytest.approx(4 * small, rel=0.02)


def test_sending_raw_sound_costs_more_the_higher_the_rate(capsys):
    found = results(capsys, "--rates", "1000,16000", "--device", "nrf52840", "--radio", "raw")
    sent = [part.power_mw.value for result in found[:2] for part in result.components if part.name == "radio"]
    assert sent == pytest.approx([0.4013, 6.161], rel=0.001)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--battery", "300"], "write charge and voltage with their units, for example 300mAh@3.7V"),
        (["--battery", "300mAh@3.7"], "with their units"),
        (["--battery=-300mAh@3.7V"], "with their units"),
        (["--battery", "0mAh@3.7V"], "must be above zero"),
        (["--hop-s", "-1"], "power.hop_s: Input should be greater than 0"),
        (["--rates", "1 kHz"], "whole numbers with commas"),
        (["--rates", "-500"], "below 100 Hz"),
        (["--window-s", "0.01"], "shorter than one column"),
        (["--window-s", "-2"], "give a longer one"),
        (["--device", "stm32"], "'stm32' is no known device; choose one of efr32xg24"),
        (["--microphone", "t5818", "--device", "stm32u385"], "output of t5818 is pdm, but AD7091 takes analogue"),
        (["--listen-s", "5"], "listen_s and every_s belong together"),
        (["--wake-share", "2"], "less than or equal to 1"),
        (["--temperature-c", "-40"], "greater than or equal to -16"),
        (["--classes", "0"], "--classes 0: give 2 or more"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_remedy(capsys, arguments, told):
    code, out, err = call(capsys, "power", *arguments)
    assert (code, out) == (2, "")
    assert told in err


def test_a_users_own_device_is_named_by_path_and_its_errors_by_field(capsys, tmp_path):
    from lowsr_tradeoff.power.profiles.devices import PROFILES

    text = (PROFILES / "devices" / "stm32u385.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace('name = "stm32u385"', 'name = "mine"'), encoding="utf-8")
    (result, *_) = results(capsys, "--rates", "1000", "--device", mine)
    assert result.device == "mine"
    mine.write_text(text.replace('unit = "MHz"', 'unit = "kHz"'), encoding="utf-8")
    code, _, err = call(capsys, "devices", mine)
    assert code == 2
    assert "core.clocks.96MHz.clock.unit" in err
    assert 'expects { value, unit = "MHz", spread, basis, source }' in err


def test_devices_lists_every_profile(capsys):
    code, out, _ = call(capsys, "devices")
    assert code == 0
    assert "nrf54l15" in out
    assert "microphones: ics40310" in out


def test_power_loads_no_torch():
    program = (
        "import sys, lowsr_tradeoff.cli.main as c\n"
        "try: c.main(['power', '--rates', '1000', '--device', 'stm32u385'])\nexcept SystemExit: pass\n"
        "print([m for m in ('torch', 'torchaudio', 'pandas', 'plotly') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
