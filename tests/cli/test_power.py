"""Commands on power: what they print, what they refuse, and that they load no torch."""

import json
import subprocess
import sys

import numpy as np
import pytest

from lowsr_tradeoff.power.measured import inference, rapl
from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.records.power import PowerResult


def results(call, *arguments):
    code, out, _ = call("power", *arguments, "--json")
    assert code == 0
    return [PowerResult.model_validate(result) for result in json.loads(out)]


def test_every_device_rate_and_grid_has_a_line(call):
    code, out, _ = call("power", "--rates", "500,1000,16000", "--device", "stm32u575,gap9")
    assert code == 0
    rows = [line.split() for line in out.splitlines() if line.startswith(("stm32u575 ", "gap9 "))]
    assert len(rows) == 2 * 3 * 2
    assert out.splitlines()[0].split()[:3] == ["device", "rate", "Hz"]


def test_json_is_the_records(call):
    found = results(call, "--rates", "1000,16000", "--device", "stm32u385", "--model", "cp_mobile")
    assert [(result.rate_hz, result.grid) for result in found] == [
        (1000, "shared"),
        (16000, "shared"),
        (1000, "native"),
        (16000, "native"),
    ]
    assert all(result.power_mw.low < result.power_mw.value < result.power_mw.high for result in found)


def test_a_network_that_does_not_fit_has_reasons_and_no_number(call):
    code, out, _ = call("power", "--rates", "1000", "--device", "stm32u385", "--model", "cnn14", "--window-s", 5)
    assert code == 0
    assert out.startswith("stm32u385, 1000 Hz, shared: infeasible: the weights take")
    assert "slower than real time" in out
    assert "mW" not in out


def test_a_bigger_battery_lasts_longer(call):
    small, big = (
        results(call, "--rates", "1000", "--device", "nrf52840", "--battery", battery)[0].battery_hours.value
        for battery in ("300mAh@3.7V", "1.2Ah@3.7V")
    )
    assert big == pytest.approx(4 * small, rel=0.02)


def test_sending_raw_sound_costs_more_the_higher_the_rate(call):
    found = results(call, "--rates", "1000,16000", "--device", "nrf52840", "--radio", "raw")
    sent = [part.power_mw.value for result in found[:2] for part in result.components if part.name == "radio"]
    assert sent == pytest.approx([0.4006, 6.1606], rel=0.001)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--battery", "300"], "write charge and voltage with their units, for example 300mAh@3.7V"),
        (["--battery", "300mAh@3.7"], "with their units"),
        (["--battery=-300mAh@3.7V"], "with their units"),
        (["--battery", "0mAh@3.7V"], "must be above zero"),
        (["--hop-s", "-1"], "--hop-s: give a number above 0 (given: -1.0)"),
        (["--rates", "1;2"], "500,1k,2k or 500:8000:octave"),
        (["--rates", "50"], "below 100 Hz"),
        (["--window-s", "0.01"], "shorter than one column"),
        (["--window-s", "-2"], "give a longer one"),
        (["--device", "stm32"], "stm32: is no known device; did you mean stm32"),
        (["--microphone", "t5818", "--device", "stm32u385"], "output of t5818 is pdm, but AD7091 takes analogue"),
        (["--listen-s", "5"], "listen_s and every_s belong together"),
        (["--wake-share", "2"], "did you mean 0.02 (2 %)?"),
        (["--temperature-c", "-40"], "give a number of at least -16"),
        (["--classes", "0"], "--classes 0: give 2 or more"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_remedy(call, arguments, told):
    code, out, err = call("power", *arguments)
    assert (code, out) == (2, "")
    assert told in err


def test_a_users_own_device_is_named_by_path_and_its_errors_by_field(call, tmp_path):
    from lowsr_tradeoff.power.profiles.devices import PROFILES

    text = (PROFILES / "devices" / "stm32u385.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace('name = "stm32u385"', 'name = "mine"'), encoding="utf-8")
    (result, *_) = results(call, "--rates", "1000", "--device", mine)
    assert result.device == "mine"
    mine.write_text(text.replace('unit = "MHz"', 'unit = "kHz"'), encoding="utf-8")
    code, _, err = call("devices", mine)
    assert code == 2
    assert "core.clocks.96MHz.clock.unit" in err
    assert 'expects { value, unit = "MHz", spread, basis, source, read }' in err


def test_devices_lists_every_profile_or_shows_one_with_its_values(call):
    code, out, _ = call("devices")
    assert code == 0
    names = [line.split()[0] for line in out.splitlines() if line]
    assert {"stm32u385", "stm32u575", "nrf52840", "nrf54l15", "phone_cpu"} <= set(names)
    assert "microphones: ics40310" in out
    code, out, _ = call("devices", "stm32u575")
    assert code == 0
    assert "mW" in out


def test_power_loads_no_torch():
    program = (
        "import sys, lowsr_tradeoff.cli.main as c\n"
        "try: c.main(['power', '--rates', '1000', '--device', 'stm32u385'])\nexcept SystemExit: pass\n"
        "print([m for m in ('torch', 'torchaudio', 'pandas', 'plotly') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


@pytest.fixture
def trace(tmp_path):
    file = tmp_path / "ppk.csv"
    time_ms = np.arange(1000.0)
    rows = "".join(f"{t},{1000 + 500 * (t % 10 < 5)}\n" for t in time_ms)
    file.write_text(f"Timestamp(ms),Current(uA)\n{rows}")
    return file


def test_every_check_is_printed_with_its_target(call):
    code, out, _ = call("validate-power")
    assert code == 0
    assert "inference energy, microcontrollers: cost per operator type (conv, depthwise, linear)" in out
    assert ": met" in out
    assert ": NOT MET" in out
    assert "not predicted: NDP120" in out


def test_records_are_printed_as_json(call):
    code, out, _ = call("validate-power", "--json")
    (first, *_) = json.loads(out)
    assert (code, first["check"], first["median"]["n"]) == (0, "inference energy", 107)


def test_a_trace_gives_power_and_a_device(call, trace, tmp_path):
    out = tmp_path / "mine.toml"
    code, text, _ = call(
        "measure-power", "--trace", trace, "--voltage-v", 2, "--device", "stm32u575", "--out", out, "--json"
    )
    record, written = text.splitlines()
    assert (code, written) == (0, str(out))
    assert json.loads(record)["mean_mw"]["value"] == pytest.approx(2.5, rel=0.01)
    assert load_device(str(out)).idle.power.basis == "measured"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 2, "give a model to run here"),
        (["small_vgg", "--device", "stm32u575"], 2, "give --device (the profile to change)"),
        (["no_such_network"], 2, "small_vgg"),
        (["small_vgg", "--seconds", "1"], 2, "5 s or more"),
        (["--trace", "absent.csv", "--voltage-v", "3"], 3, "absent.csv"),
    ],
)
def test_what_cannot_be_measured_is_told(call, arguments, code, told):
    given, out, err = call("measure-power", *arguments)
    assert (given, out) == (code, "")
    assert told in err


def test_a_trace_needs_a_voltage(call, trace):
    code, _, err = call("measure-power", "--trace", trace)
    assert (code, "--voltage-v" in err) == (2, True)


def test_why_there_is_no_energy_is_said_once(call, monkeypatch, tmp_path):
    monkeypatch.setattr(inference, "package_zones", lambda _: rapl.package_zones(tmp_path))
    monkeypatch.setattr(inference, "MIN_TOTAL_S", 0.05)
    code, out, _ = call("measure-power", "cp_mobile", "--seconds", 0.05)
    assert code == 0
    assert "energy_uj: none\n" in out
    assert out.count("no counter") == 1
    assert "cpu_s: none" not in out


def test_without_energy_there_is_no_device(call, monkeypatch, tmp_path):
    monkeypatch.setattr(inference, "package_zones", lambda _: rapl.package_zones(tmp_path))
    monkeypatch.setattr(inference, "MIN_TOTAL_S", 0.05)
    into = ["--device", "stm32u575", "--out", tmp_path / "host.toml"]
    code, out, err = call("measure-power", "cp_mobile", "--seconds", 0.05, *into)
    assert (code, out) == (3, "")
    assert "no device can be made of it: no counter" in err
    assert not (tmp_path / "host.toml").exists()
