"""The command line: exit codes, streams, and what a user is told."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lowsr_tradeoff.cli import main as cli
from lowsr_tradeoff.cli.app import COMPUTE, DATA, DECIDE, MEASURE, OUTPUT
from lowsr_tradeoff.cli.commands import app
from lowsr_tradeoff.cli.decide import NOT_PASSED
from lowsr_tradeoff.cli.help import EXIT_CODES, asked_for, examples, help_text
from lowsr_tradeoff.cli.main import INTERRUPTED, USAGE
from lowsr_tradeoff.cli.power import TARGET_MISSED

COMMANDS = [name for name in app if name not in {"--help", "-h", "--version"}]


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_command_has_help_that_fits_the_terminal(call, monkeypatch, name, width):
    monkeypatch.setenv("COLUMNS", str(width))
    code, out, _ = call(name, "--help")
    assert code == 0
    assert out.startswith(f"Usage: lowsr-tradeoff {name}")
    told, _, _ = out.partition("\nExamples\n")
    lines = [line for line in told.splitlines()[1:] if not line.startswith(("  --", "RATES:"))]
    assert max(map(len, lines)) <= min(width, 100)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_of_a_command_parses(name):
    lines = examples(app[name])
    assert lines
    for line in lines:
        command, bound, _ = app.parse_args(shlex.split(line)[1:], exit_on_error=False, print_error=False)
        assert command in {app[name].default_command, app.default_command}
        assert bound is not None


def test_every_option_of_every_command_is_in_its_help_once():
    for name in COMMANDS:
        text = help_text(app, [name, "--help"])
        for argument in app[name].assemble_argument_collection():
            option = argument.name if argument.index is None else argument.name.lstrip("-").upper()
            assert len(re.findall(rf"^  (?:-\w, )?{option}(?:[ .]|$)", text, re.MULTILINE)) == 1, (name, option)


def test_the_options_of_a_run_stand_in_groups_in_the_order_of_the_question(call):
    _, out, _ = call("--help")
    places = [out.index(f"\n{group}\n") for group in (DATA, MEASURE, DECIDE, COMPUTE, OUTPUT, "Examples")]
    assert places == sorted(places)
    for option, group in (("--events", 0), ("--rates", 1), ("--min-accuracy", 2), ("--jobs", 3), ("--out", 4)):
        assert places[group] < out.index(f"{option} ") < places[group + 1]


def test_every_exit_code_that_is_used_is_listed(call):
    code, out, _ = call("--help", "exit-codes")
    assert code == 0
    used = {USAGE, INTERRUPTED, NOT_PASSED, TARGET_MISSED, *(code for _, code in cli.EXIT_CODES)}
    assert used | {0, 1} == set(EXIT_CODES)
    assert [int(line.split()[0]) for line in out.splitlines()[1:] if line[2].isdigit()] == list(EXIT_CODES)


def test_a_value_that_looks_like_a_request_for_help_is_none():
    assert asked_for(["gate", "-h"])
    assert not asked_for(["predict", "model", "--", "--help"])


def test_completion_is_installed_for_a_shell_and_names_the_commands(call, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    code, out, _ = call("--install-completion", "bash")
    assert code == 0
    script = Path(out.splitlines()[0])
    assert script.is_relative_to(tmp_path)
    assert {"gate", "--min-accuracy", "cp_mobile"} <= set(re.findall(r"[\w-]+", script.read_text()))
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


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
        "print([m for m in ('torch', 'numpy', 'pydantic', 'plotly', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--rates", "500;1000"], 2, "500,1k,2k or 500:8000:octave"),
        (["--rates", "50"], 2, "below 100 Hz"),
        (["--rtes", "500"], 2, "did you mean --rates?"),
        (["--min-accuracy", "70"], 2, "--min-accuracy 70: did you mean 0.7 (70 %)?"),
        (["gaet", "run"], 2, "gaet: there is no such command; did you mean gate?"),
        (["500", "1000"], 2, "500: is one value too many; write a list with commas"),
        (["report", "a", "b"], 2, "report: b: is one value too many"),
        (["report"], 2, "report: FOLDER lacks its value"),
        (["--attackers", "al"], 2, "--attackers al: did you mean all?"),
        (["--arms", "cssdd"], 2, '--arms: there is no "cssdd"; did you mean cssd?'),
        (["--network", "yamnt"], 2, "did you mean yamnet?"),
        (["--front-ends", "devise"], 2, "did you mean device?"),
        (["--config", "paper-esc5"], 2, "did you mean paper-esc50?"),
        (["--min-battery-hours", "abc"], 2, "--min-battery-hours abc: give a number"),
        (["--seed", "1.5"], 2, "--seed 1.5: give a whole number"),
        (["--json=3"], 2, "--json 3: give no value"),
        (["-q", "-q"], 2, "is given twice"),
        (["--jobs", "0"], 2, "give 1 or more"),
        (["--device-type", "tpu"], 2, "tpu"),
        (["--gpu-share", "0.5"], 2, "add --device-type cuda"),
        (["--gpu-share", "0", "--device-type", "cuda"], 2, "above 0 and at most 1"),
        (["--device", "stm32u5755"], 2, "stm32u5755: is no known device; did you mean stm32u575?"),
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


def test_a_folder_that_cannot_be_written_is_a_missing_resource(call, small_study, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = call("--config", small_study, "--out", tmp_path / "file" / "run")
    assert code == 3
    assert "choose another --out" in err
    assert call("init", tmp_path / "file" / "study.toml")[0] == 3


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
