import json

import numpy as np
import pytest

from lowsr_tradeoff.cli import main as cli
from lowsr_tradeoff.power.measured import inference, rapl
from lowsr_tradeoff.power.profiles.devices import load_device


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        cli.main([str(a) for a in arguments])
    captured = capsys.readouterr()
    return left.value.code, captured.out, captured.err


@pytest.fixture
def trace(tmp_path):
    file = tmp_path / "ppk.csv"
    time_ms = np.arange(1000.0)
    rows = "".join(f"{t},{1000 + 500 * (t % 10 < 5)}\n" for t in time_ms)
    file.write_text(f"Timestamp(ms),Current(uA)\n{rows}")
    return file


def test_every_check_is_printed_with_its_target(capsys):
    code, out, _ = call(capsys, "validate-power")
    assert code == 0
    assert "inference energy, microcontrollers: cost per operator type (conv, depthwise, linear)" in out
    assert ": met" in out
    assert ": NOT MET" in out
    assert "not predicted: NDP120" in out


def test_records_are_printed_as_json(capsys):
    code, out, _ = call(capsys, "validate-power", "--json")
    (first, *_) = json.loads(out)
    assert (code, first["check"], first["median"]["n"]) == (0, "inference energy", 107)


def test_a_trace_gives_power_and_a_device(capsys, trace, tmp_path):
    out = tmp_path / "mine.toml"
    code, text, _ = call(
        capsys, "measure-power", "--trace", trace, "--voltage-v", 2, "--device", "stm32u575", "--out", out, "--json"
    )
    record, written = text.splitlines()
    assert (code, written) == (0, str(out))
    assert json.loads(record)["mean_mw"]["value"] == pytest.approx(2.5, rel=0.01)
    assert load_device(str(out)).idle.power.basis == "measured"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 2, "either a model"),
        (["small_vgg", "--device", "stm32u575"], 2, "give both --device"),
        (["no_such_network"], 2, "small_vgg"),
        (["small_vgg", "--seconds", "1"], 2, "5 s or more"),
        (["--trace", "absent.csv", "--voltage-v", "3"], 3, "absent.csv"),
    ],
)
def test_what_cannot_be_measured_is_told(capsys, arguments, code, told):
    given, out, err = call(capsys, "measure-power", *arguments)
    assert (given, out) == (code, "")
    assert told in err


def test_a_trace_needs_a_voltage(capsys, trace):
    code, _, err = call(capsys, "measure-power", "--trace", trace)
    assert (code, "--voltage-v" in err) == (2, True)


def test_why_there_is_no_energy_is_said_once(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(inference, "package_zones", lambda _: rapl.package_zones(tmp_path))
    monkeypatch.setattr(inference, "MIN_TOTAL_S", 0.05)
    code, out, _ = call(capsys, "measure-power", "cp_mobile", "--seconds", 0.05)
    assert code == 0
    assert "energy_uj: none\n" in out
    assert out.count("no counter") == 1
    assert "cpu_s: none" not in out


def test_without_energy_there_is_no_device(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(inference, "package_zones", lambda _: rapl.package_zones(tmp_path))
    monkeypatch.setattr(inference, "MIN_TOTAL_S", 0.05)
    into = ["--device", "stm32u575", "--out", tmp_path / "host.toml"]
    code, out, err = call(capsys, "measure-power", "cp_mobile", "--seconds", 0.05, *into)
    assert (code, out) == (3, "")
    assert "no device can be made of it: no counter" in err
    assert not (tmp_path / "host.toml").exists()
