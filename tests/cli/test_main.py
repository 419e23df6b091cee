"""The command line: exit codes, streams, and what a user is told."""

import json
import subprocess
import sys

import pytest

from lowsr_tradeoff.cli import main as cli
from lowsr_tradeoff.records.run import Failure


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        cli.main([str(a) for a in arguments])
    captured = capsys.readouterr()
    return left.value.code, captured.out, captured.err


@pytest.mark.parametrize("command", [[], ["run"], ["report"], ["devices"], ["doctor"], ["init"]])
def test_every_command_has_help(capsys, command):
    code, out, _ = call(capsys, *command, "--help")
    assert code == 0
    assert "Usage: lowsr-tradeoff" in out


def test_help_and_a_finished_run_load_no_heavy_library():
    program = (
        "import sys, lowsr_tradeoff.cli.main as c\n"
        "try: c.main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('torch', 'numpy', 'pydantic', 'plotly') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--rates", "500;1000"], 2, "whole numbers with commas"),
        (["--rates", "50"], 2, "below 100 Hz"),
        (["--rtes", "500"], 2, "Did you mean --rates?"),
        (["--min-accuracy", "7"], 2, "min_accuracy"),
        (["--jobs", "0"], 2, "give 1 or more"),
        (["--device-type", "tpu"], 2, "tpu"),
        (["--gpu-share", "0.5"], 2, "add --device-type cuda"),
        (["--gpu-share", "0", "--device-type", "cuda"], 2, "above 0 and at most 1"),
        (["--device", "stm32u5755"], 2, "stm32u575"),
        (["--config", "absent.toml"], 2, "absent.toml"),
        (["--events", "no-such-folder"], 3, "no-such-folder"),
        (["--speech", "no-such-folder"], 3, "no-such-folder"),
        (["devices", "nothing"], 2, "nothing"),
        (["report", "no-such-run"], 3, "no-such-run"),
    ],
)
def test_what_cannot_work_is_told_before_any_work(capsys, tmp_path, monkeypatch, arguments, code, told):
    monkeypatch.chdir(tmp_path)
    given, out, err = call(capsys, *arguments)
    assert given == code
    assert told in err
    assert out == ""
    assert not list(tmp_path.rglob("steps"))


def test_a_place_that_cannot_be_written_is_a_failed_stage(capsys, small_study, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = call(capsys, "--config", small_study, "--out", tmp_path / "file" / "run")
    assert code == 4
    assert "choose another --out" in err


def test_an_unforeseen_error_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.settings.toml.load_config", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.main([])


def test_an_interrupt_tells_the_command_that_goes_on(capsys, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_call", interrupted)
    code, out, err = call(capsys, "--rates", "500,1000", "--out", "my run")
    assert (code, out) == (130, "")
    assert err.endswith("goes on from there:\nlowsr-tradeoff --rates 500,1000 --out 'my run'\n")


def test_an_interrupt_that_something_swallows_ends_the_command_all_the_same():
    program = (
        "import os, signal, time, lowsr_tradeoff.cli.main as c\n"
        "def app(_):\n"
        "    try: os.kill(os.getpid(), signal.SIGTERM); time.sleep(1)\n"
        "    except KeyboardInterrupt: time.sleep(60)\n"
        "c._call = app\nc.main([])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 130
    assert "the same command goes on from there" in done.stderr


def test_a_run_prints_its_outcome_and_nothing_else_on_standard_output(capsys, small_study, small_run):
    out = small_run[0]
    code, printed, progress = call(capsys, "--config", small_study, "--out", out, "--jobs", 1, "--json")
    assert code == 0
    outcome = json.loads(printed)
    assert outcome["decision"]["constraints"] == {"min_accuracy": 0.1}
    assert (out / "report.html").stat().st_size > 1e5
    for name in ("tradeoff.json", "results.csv", "manifest.json", "listen.json", "config.toml"):
        assert (out / name).stat().st_size > 0, name
    assert "Traceback" not in progress
    code, printed, _ = call(capsys, "report", out)
    assert code == 0
    assert printed.strip() == str(out / "report.html")


def test_a_run_with_holes_has_a_code_of_its_own(capsys, small_study, small_run, tmp_path, monkeypatch):
    run = small_run[1]
    failure = Failure(step="Whisper at 500 Hz", stage="recognise", rate_hz=500, reason="no memory", is_cause=True)
    lacking = run.tradeoff.model_copy(update={"failures": (failure,)})
    holed = run.model_copy(update={"tradeoff": lacking, "damaged": ("features 1",)})
    monkeypatch.setattr("lowsr_tradeoff.study.run.run_study", lambda *_, **__: holed)
    code, printed, err = call(capsys, "--config", small_study, "--out", tmp_path, "--json")
    assert code == 5
    assert json.loads(printed)["failures"] == [failure.model_dump()]
    assert "steps failed: 1" in err
    assert "Whisper at 500 Hz: no memory" in err
    assert "was damaged or of another version" in err
    assert (tmp_path / "report.html").exists()


def test_the_written_settings_repeat_the_run(capsys, small_study, small_run, tmp_path):
    out = small_run[0]
    call(capsys, "--config", small_study, "--out", out, "--jobs", 1, "--quiet")
    before = (out / "tradeoff.json").read_bytes()
    code, _, _ = call(capsys, "--config", out / "config.toml", "--out", out, "--jobs", 1, "--quiet")
    assert code == 0
    assert (out / "tradeoff.json").read_bytes() == before


def test_a_dry_run_shows_the_plan_and_runs_nothing(capsys, small_study, tmp_path):
    code, out, _ = call(capsys, "--config", small_study, "--out", tmp_path / "run", "--dry-run")
    assert code == 0
    assert "to run: 30 x train" in out
    assert "12 clips" in out
    assert not (tmp_path / "run" / "steps").exists()


def test_devices_shows_every_value_with_its_source(capsys):
    code, out, _ = call(capsys, "devices")
    assert code == 0
    names = [line.split()[0] for line in out.splitlines() if line]
    assert {"stm32u385", "stm32u575", "nrf52840", "phone_cpu"} <= set(names)
    code, out, _ = call(capsys, "devices", "stm32u575")
    assert code == 0
    assert "mW" in out


def test_doctor_finds_this_machine_fit(capsys):
    code, out, _ = call(capsys, "doctor")
    assert code == 0
    assert "MISSING" not in out
    assert "Whisper weights" in out
