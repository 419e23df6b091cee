"""Gate and compare from the command line: exit codes, rules and where they come from."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from tests.cli.conftest import on_a_terminal
from tests.reports.conftest import PLAIN, build_tradeoff
from tests.runner.steps import step

from lowsr_tradeoff.reports.exports.run_files import to_json
from lowsr_tradeoff.runner import unfinished
from lowsr_tradeoff.runner.store import Store

EASY = ("--allow-demo", "--min-accuracy", 0.5, "--max-word-recovery", 0.9, "--min-battery-hours", 10)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with a run, and one with the same run by settings that hold rules of its own."""
    root = tmp_path_factory.mktemp("runs")
    ruled = PLAIN.model_copy(
        update={"settings": {**PLAIN.settings, "gate": {**PLAIN.settings["gate"], "min_accuracy": 0.99}}}
    )
    other = PLAIN.model_copy(update={"rates_hz": (3000,)})
    for name, tradeoff in (("plain", PLAIN), ("ruled", ruled), ("other", other)):
        (root / name).mkdir()
        (root / name / "tradeoff.json").write_text(to_json(tradeoff))
    return root


def test_a_run_that_passes_names_the_rate_and_leaves_with_0(call, runs):
    code, out, _ = call("gate", runs / "plain", *EASY)
    assert code == 0
    assert out.startswith("PASS: 500 Hz (")
    assert "accuracy of at least 50 %" in out
    assert out.count("passes  ") > 1
    assert re.search(r"meets   sounds recognised \d+.* %, could be \d+.* % \(n = \d+ clips\); required 50 %", out)
    assert "Not tested: Whisper adapted" in out
    assert "Synthetic data" in out


def test_a_run_that_fails_leaves_with_6_and_tells_why_for_every_rate(call, runs):
    code, out, _ = call("gate", runs / "plain", "--allow-demo", "--min-accuracy", "99%", "--device", "nrf52840")
    assert code == 6
    assert out.startswith("FAIL: no rate passes on nrf52840.")
    assert len(re.findall(r"misses  sounds recognised .* could be .*; required 99 %: .* points short", out)) == 5


def test_json_holds_the_whole_decision(call, runs):
    code, out, _ = call("gate", runs / "plain" / "tradeoff.json", *EASY, "--json", "--confidence", 0.5)
    decided = json.loads(out)
    assert code == 0
    assert decided["passes"]
    assert decided["confidence"] == 0.5
    assert {verdict["rate_hz"] for verdict in decided["rates"]} == {500, 1000, 2000, 4000, 16000}


def test_rules_come_from_flags_then_the_file_then_the_run(call, runs, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text("[gate]\nmin_accuracy = 0.5\nconfidence = 0\n")
    assert call("gate", runs / "ruled", "--allow-demo")[0] == 6
    assert call("gate", runs / "ruled", "--allow-demo", "--min-accuracy", 0.5)[0] == 0
    assert call("gate", runs / "ruled", "--allow-demo", "--config", rules)[0] == 0
    code, out, _ = call("gate", runs / "ruled", "--config", rules, "--allow-demo", "--min-accuracy", 0.98, "--json")
    assert code == 6
    assert json.loads(out)["constraints"] == {"min_accuracy": 0.98}
    assert json.loads(out)["confidence"] == 0


def test_a_foreign_run_cannot_steer_the_terminal(call, runs):
    steered = build_tradeoff(corpus="\x1b[2Jcleared")
    (runs / "steered").mkdir()
    (runs / "steered" / "tradeoff.json").write_text(to_json(steered))
    code, out, _ = call("compare", runs / "plain", runs / "steered")
    assert code == 0
    assert "\x1b" not in out
    assert r"\x1b[2Jcleared" in out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["gate", "plain"], 2, "nothing to decide by"),
        (["gate", "plain", "--min-accuracy", "7"], 2, "--min-accuracy 7: did you mean 0.07"),
        (["gate", "plain", "--min-accuracy", "0.7", "--device", "stm32u57"], 2, "did you mean stm32u575?"),
        (["gate", "plain", "--min-accuracy", "0.7"], 3, "demo data decide no release: "),
        (["gate", "halfway", "--min-accuracy", "0.7"], 3, "halfway: this run is not finished: 1 of 3 steps"),
        (["gate", "absent", "--min-accuracy", "0.7"], 3, "is this the folder of a finished run?"),
        (["compare", "plain"], 2, "two runs or more"),
        (["compare", "plain", "absent"], 3, "absent"),
        (["compare", "plain", "other"], 7, "no rate in common"),
        (["compare", "plain", "broken"], 7, "is not JSON"),
    ],
)
def test_what_cannot_be_decided_says_why(call, runs, monkeypatch, arguments, code, told):
    monkeypatch.chdir(runs)
    (runs / "broken").mkdir(exist_ok=True)
    (runs / "broken" / "tradeoff.json").write_text("no")
    base = step("a")
    unfinished.begin(runs / "halfway", [step("b", base), step("c", base)])
    Store(runs / "halfway").write(base, {})
    given, out, err = call(*arguments)
    assert given == code
    assert told in err
    assert out == ""


def test_a_comparison_is_text_json_and_a_page(call, runs, tmp_path):
    code, out, _ = call("compare", runs / "plain", runs / "ruled", "--html", tmp_path / "page.html")
    assert code == 0
    assert "gate.min_accuracy: null → 0.99" in out
    assert (tmp_path / "page.html").read_text().startswith("<!DOCTYPE html>")
    code, out, _ = call("compare", runs / "plain", runs / "ruled", "--json")
    assert code == 0
    assert json.loads(out)["settings"][0]["what"] == "gate.min_accuracy"


def test_demo_speech_decides_no_limit_on_what_leaks_and_real_sounds_may_decide_theirs(call, runs):
    corpora = tuple(corpus.model_copy(update={"is_synthetic": corpus.kind == "speech"}) for corpus in PLAIN.corpora)
    (runs / "half").mkdir()
    (runs / "half" / "tradeoff.json").write_text(to_json(PLAIN.model_copy(update={"corpora": corpora})))
    assert call("gate", runs / "half", "--min-accuracy", 0.5)[0] == 0
    assert call("gate", runs / "half", "--min-battery-hours", 10)[0] == 0
    code, _, err = call("gate", runs / "half", "--min-accuracy", 0.5, "--max-word-recovery", "90%")
    assert code == 3
    assert "(speech)" in err
    assert "(events)" not in err


@pytest.mark.parametrize(("limit", "code", "kind"), [(0.5, 0, "skipped"), (0.99, 6, "failure")])
def test_a_ci_server_gets_a_test_a_rate_and_a_summary(call, runs, tmp_path, limit, code, kind):
    files = ("--junit", tmp_path / "gate.xml", "--summary", tmp_path / "gate.md")
    assert call("gate", runs / "plain", "--allow-demo", "--min-accuracy", limit, *files)[0] == code
    suite = ET.parse(tmp_path / "gate.xml").getroot()[0]
    whole, *rates = suite.findall("testcase")
    assert (whole.find("failure") is None) == (code == 0)
    assert [case.get("name").split(" (")[0] for case in rates] == [
        *("500 Hz", "1 kHz", "2 kHz", "4 kHz", "16 kHz"),
    ]
    faults = [case.find(kind) for case in rates if case.find(kind) is not None]
    assert all("sounds recognised" in fault.get("message") for fault in faults)
    assert (suite.get("tests"), suite.get("failures")) == ("6", "0" if code == 0 else "6")
    text = (tmp_path / "gate.md").read_text()
    assert text.startswith("## PASS: " if code == 0 else "## FAIL: ")
    assert text.count("\n| 500 Hz") == 1


@pytest.mark.parametrize(
    ("variables", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_passing_is_green_and_failing_is_red_on_a_terminal_alone(runs, variables, is_coloured):
    seen = on_a_terminal(["gate", str(runs / "plain"), "--allow-demo", "--min-accuracy", "0.7"], variables)
    assert ("\x1b[1;32mpasses\x1b[0m" in seen) == is_coloured
    assert ("\x1b[1;31mfails \x1b[0m" in seen) == is_coloured
    assert "passes" in seen
