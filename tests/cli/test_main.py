"""The command line: exit codes, streams, and what a user is told."""

import subprocess
import sys

import pytest

from lowsr_tradeoff.cli import main as cli
from lowsr_tradeoff.cli.commands import app


@pytest.mark.parametrize("name", [name for name in app if not name.startswith("-")])
def test_every_command_has_help(call, name):
    code, out, _ = call(name, "--help")
    assert code == 0
    assert f"Usage: lowsr-tradeoff {name}" in out


def test_the_help_is_that_of_the_default_command_and_names_the_others(call):
    code, out, _ = call("--help")
    assert code == 0
    assert "Usage: lowsr-tradeoff" in out
    assert "--rates" in out
    assert "compare" in out


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
def test_what_cannot_work_is_told_before_any_work(call, tmp_path, monkeypatch, arguments, code, told):
    monkeypatch.chdir(tmp_path)
    given, out, err = call(*arguments)
    assert given == code
    assert told in err
    assert out == ""
    assert not list(tmp_path.rglob("steps"))


def test_a_place_that_cannot_be_written_is_a_failed_stage(call, small_study, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = call("--config", small_study, "--out", tmp_path / "file" / "run")
    assert code == 4
    assert "choose another --out" in err


def test_an_unforeseen_error_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.settings.toml.load_config", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.main([])


def test_an_interrupt_tells_the_command_that_goes_on(call, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_call", interrupted)
    code, out, err = call("--rates", "500,1000", "--out", "my run")
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
