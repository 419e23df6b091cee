"""Commands on a study: run it, plan it, write its settings, examine the machine."""

import json
import re

import pytest

from lowsr_tradeoff.records.run import Failure
from lowsr_tradeoff.runner.unfinished import UNFINISHED
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import load_config


def test_a_run_prints_its_outcome_and_nothing_else_on_standard_output(call, small_study, small_run):
    out = small_run[0]
    code, printed, progress = call("--config", small_study, "--out", out, "--jobs", 1, "--json")
    assert code == 0
    outcome = json.loads(printed)
    assert outcome["decision"]["constraints"] == {"min_accuracy": 0.1}
    assert (out / "report.html").stat().st_size > 1e5
    for name in ("tradeoff.json", "results.csv", "manifest.json", "listen.json", "config.toml"):
        assert (out / name).stat().st_size > 0, name
    assert "Traceback" not in progress
    assert not (out / UNFINISHED).exists()
    code, printed, _ = call("report", out)
    assert code == 0
    assert printed.strip() == str(out / "report.html")


def test_a_run_with_holes_has_a_code_of_its_own(call, small_study, small_run, tmp_path, monkeypatch):
    run = small_run[1]
    failure = Failure(step="Whisper at 500 Hz", stage="recognise", rate_hz=500, reason="no memory", is_cause=True)
    lacking = run.tradeoff.model_copy(update={"failures": (failure,)})
    holed = run.model_copy(update={"tradeoff": lacking, "damaged": ("features 1",)})
    monkeypatch.setattr("lowsr_tradeoff.study.run.run_study", lambda *_, **__: holed)
    code, printed, err = call("--config", small_study, "--out", tmp_path, "--json")
    assert code == 5
    assert json.loads(printed)["failures"] == [failure.model_dump()]
    assert "steps failed: 1" in err
    assert "Whisper at 500 Hz: no memory" in err
    assert "was damaged or of another version" in err
    assert (tmp_path / "report.html").exists()


def test_the_written_settings_repeat_the_run(call, small_study, small_run, tmp_path):
    out = small_run[0]
    call("--config", small_study, "--out", out, "--jobs", 1, "--quiet")
    before = (out / "tradeoff.json").read_bytes()
    code, _, _ = call("--config", out / "config.toml", "--out", out, "--jobs", 1, "--quiet")
    assert code == 0
    assert (out / "tradeoff.json").read_bytes() == before


def test_a_dry_run_shows_the_plan_and_runs_nothing(call, small_study, tmp_path):
    code, out, _ = call("--config", small_study, "--out", tmp_path / "run", "--dry-run")
    assert code == 0
    assert "to run: 30 x train" in out
    assert re.search(r"^time: about .* with \d+ at once \(a guess", out, re.MULTILINE)
    assert re.search(r"^memory: about \d+\.\d GB \(\d+\.\d GB free\)$", out, re.MULTILINE)
    assert re.search(r"^disk: about 0\.1 GB \(.* free in ", out, re.MULTILINE)
    assert "12 clips of 6.0 s together, 0 skipped" in out
    assert "classes: high 6, low 6" in out
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_writes_nothing_in_a_run_either(call, small_study, small_run):
    before = {file: file.stat().st_mtime_ns for file in small_run[0].rglob("*")}
    assert call("--config", small_study, "--out", small_run[0], "--dry-run")[0] == 0
    assert {file: file.stat().st_mtime_ns for file in small_run[0].rglob("*")} == before


@pytest.mark.parametrize("within", ["events", "events/run", "speech"])
def test_a_run_folder_in_a_corpus_is_refused_and_nothing_written(call, small_study, within):
    out = small_study.parent / within
    before = sorted(small_study.parent.rglob("*"))
    for more in (["--dry-run"], ["--shard", "1/2"], []):
        code, _, err = call("--config", small_study, "--out", out, *more)
        assert code == 2
        assert "lies in the corpus folder" in err
    assert sorted(small_study.parent.rglob("*")) == before


def test_an_empty_run_folder_is_refused(call):
    code, _, err = call("--out", "", "--dry-run")
    assert code == 2
    assert "--out: is empty; name a folder" in err


def test_a_folder_that_holds_other_things_is_refused(call, small_study, tmp_path):
    (tmp_path / ".DS_Store").write_text("")
    assert call("--config", small_study, "--out", tmp_path, "--dry-run")[0] == 0
    for name in ("a", "b", "c", "thesis.tex"):
        (tmp_path / name).write_text("")
    for more in (["--dry-run"], ["--shard", "1/2"], []):
        code, _, err = call("--config", small_study, "--out", tmp_path, *more)
        assert code == 2
        assert "holds other things than a run (a, b, c, …); name a new folder" in err
    assert {file.name for file in tmp_path.iterdir()} == {".DS_Store", "a", "b", "c", "thesis.tex"}


def test_doctor_finds_this_machine_fit(call):
    code, out, _ = call("doctor")
    assert code == 0
    assert "MISSING" not in out
    assert "recognisers' weights" in out


def test_init_writes_settings_and_never_over_a_file_unless_told(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("init")[0] == 0
    code, _, err = call("init")
    assert code == 2
    assert "study.toml: exists already; name another file, or write over it with --force" in err
    assert call("init", "--force")[0] == 0
    code, out, _ = call("init", "other.toml")
    assert code == 0
    assert "lowsr-tradeoff --config other.toml" in out
    assert load_config(tmp_path / "study.toml") == load_config(tmp_path / "other.toml") == StudyConfig()
