"""Train, predict and export from the command line, as a user would: one small corpus, end to end."""

import csv
import io
import json

import numpy as np
import pytest
import soundfile
from tests.conftest import write_tones

from lowsr_tradeoff.cli import main as cli
from lowsr_tradeoff.deploy.model import int8_step, onnx_export
from lowsr_tradeoff.deploy.model.package import read_package


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    return write_tones(tmp_path_factory.mktemp("tones") / "events", {"low": 150, "high": 3000}, n_clips=10)


@pytest.fixture(scope="module")
def trained(events, tmp_path_factory):
    """A model folder, the run folder it came from, and the options that made both."""
    root = tmp_path_factory.mktemp("trained")
    options = {
        "--rate": 1000, "--reference-rate": 8000, "--arm": "cssd", "--grid": "native", "--events": events,
        "--epochs": 12, "--to": root / "model", "--run": root / "run", "--jobs": 1, "--data-licence": "CC0",
        "--config": root / "study.toml",
    }  # fmt: skip
    (root / "study.toml").write_text("[events]\nn_folds = 2\n[classify]\nbatch_size = 4\n")
    with pytest.raises(SystemExit) as left:
        cli.main(command(options))
    assert left.value.code == 0
    return root / "model", root / "run", options


def command(options):
    return ["train", *(str(part) for option in options.items() for part in option)]


def test_training_writes_a_model_with_its_measured_accuracy(trained):
    settings = read_package(trained[0]).settings
    assert (settings.rate_hz, settings.arm, settings.grid) == (1000, "cssd", "native")
    assert settings.classes == ("high", "low")
    assert settings.data_licence == "CC0"
    assert settings.tested.int8 is None
    assert settings.corpus.n_clips == settings.tested.accuracy.n == 20
    # 150 Hz is heard at 1 kHz and 3 kHz is not: what is left is a tone or noise.
    assert settings.tested.accuracy.value > 0.8
    assert f"{100 * settings.tested.accuracy.value:.1f} %" in (trained[0] / "README.md").read_text()


def test_the_same_command_goes_on_from_what_is_there(trained, call):
    model, run, options = trained
    before = {file.name: file.read_bytes() for file in model.iterdir()}
    at = {file: file.stat().st_mtime_ns for file in (run / "steps").rglob("*")}
    code, out, err = call(*command(options))
    assert code == 0
    assert out.splitlines()[-1] == str(model)
    assert out.startswith("classes: high 10, low 10\naccuracy in cross-validation: ")
    assert "[" not in err
    assert {file: file.stat().st_mtime_ns for file in (run / "steps").rglob("*")} == at
    assert {file.name: file.read_bytes() for file in model.iterdir()} == before


def test_int8_is_counted_on_test_folds_when_asked_for(trained, tmp_path, call, monkeypatch):
    def run(steps, corpus, store):
        for step in steps:
            n = sum(clip.fold in step.settings.held_out for clip in corpus.clips)
            store.write(step, {}, {"float": np.zeros(n, int), "int8": np.ones(n, int)})

    monkeypatch.setattr(int8_step, "run", run)
    code, out, _ = call(*command(trained[2] | {"--to": tmp_path / "model"}), "--int8")
    assert code == 0
    assert "in int8, minus float: +0.0 points" in out
    loss = read_package(tmp_path / "model").settings.tested.int8
    assert loss.same_answer.value == 0.0
    assert not loss.is_trained_on
    assert "In int8: 50.0 %" in (tmp_path / "model" / "README.md").read_text()


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"--arm": "raw"}, 2, "trains no network"),
        ({"--arm": "csd"}, 2, "classify.arms"),
        ({"--arm": "ladder", "--rate": 4000}, 2, "there is none at 4000 Hz"),
        ({"--rate": 8000}, 2, "reference rate has --arm finetuned --grid shared alone"),
        ({"--rate": 9000}, 2, "above the reference rate"),
        ({"--jobs": 0}, 2, "give 1 or more"),
        ({"--events": "absent"}, 3, "absent"),
        ({"--network": "cnn14"}, 2, 'set grids = ["shared"]'),
        ({"--checkpoint": "absent.pth"}, 2, "checkpoint"),
    ],
)
def test_what_cannot_be_trained_is_told(trained, call, change, code, told):
    given, out, err = call(*command(trained[2] | change))
    assert (given, out) == (code, "")
    assert told in err


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_files_are_named_as_they_were_learnt(trained, events, call):
    files = sorted((events / "low").iterdir())[:3] + sorted((events / "high").iterdir())[:3]
    code, out, _ = call("predict", trained[0], *files)
    assert code == 0
    found = rows(out)
    assert [row["file"] for row in found] == [str(file) for file in files]
    assert sum(row["label"] == file.parent.name for row, file in zip(found, files, strict=True)) >= 5
    assert all(0.5 <= float(row["probability"]) <= 1 for row in found)


def test_windows_of_a_long_file_as_json(trained, tmp_path, call):
    t = np.arange(32000) / 16000
    soundfile.write(tmp_path / "long.wav", 0.3 * np.sin(2 * np.pi * 150 * t), 16000)
    arguments = ["predict", trained[0], tmp_path / "long.wav", "--format", "json", "--per"]
    windows = [json.loads(line) for line in call(*arguments, "window", "--hop", 0.75)[1].splitlines()]
    assert [(said["start_s"], said["end_s"]) for said in windows] == [(0, 0.5), (0.75, 1.25), (1.5, 2.0)]
    (whole,) = [json.loads(line) for line in call(*arguments, "file", "--hop", 0.75)[1].splitlines()]
    assert (whole["start_s"], whole["end_s"], whole["label"]) == (0, 2.0, "low")
    mean = {name: np.mean([said["probabilities"][name] for said in windows]) for name in ("high", "low")}
    assert whole["probabilities"] == pytest.approx(mean, abs=2e-6)


def test_a_bad_file_does_not_stop_the_others_and_the_exit_code_says_so(trained, events, tmp_path, call):
    (tmp_path / "bad.wav").write_text("no sound")
    good = next((events / "low").iterdir())
    code, out, err = call("predict", trained[0], tmp_path / "bad.wav", tmp_path / "none.wav", good)
    assert code == 3
    assert [row["file"] for row in rows(out)] == [str(good)]
    assert f"{tmp_path / 'bad.wav'}: cannot be read as audio" in err
    assert f"{tmp_path / 'none.wav'}: cannot be read" in err
    assert "2 of 3 files could not be classified" in err


def test_a_silent_file_has_a_remark_in_place_of_a_label(trained, tmp_path, call):
    soundfile.write(tmp_path / "a.wav", np.zeros(16000), 16000)
    code, out, err = call("predict", trained[0], tmp_path / "a.wav")
    assert code == 3
    ((row),) = rows(out)
    assert (row["label"], row["probability"], row["remark"]) == ("", "", "is silent: every sample is zero")
    assert "1 of 1 files could not be classified" in err
    code, out, _ = call("predict", trained[0], tmp_path / "a.wav", "--format", "json", "--per", "window")
    assert code == 3
    said = [json.loads(line) for line in out.splitlines()]
    assert len(said) == 2
    assert all((each["label"], each["probabilities"]) == (None, None) for each in said)


def test_a_name_with_a_line_feed_stays_one_row(trained, events, tmp_path, call):
    file = tmp_path / "new\nline.wav"
    file.write_bytes(next((events / "low").iterdir()).read_bytes())
    code, out, _ = call("predict", trained[0], file)
    assert code == 0
    assert [row["file"] for row in rows(out)] == [str(file)]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["predict", "MODEL"], 2, "at least one audio file"),
        (["predict", "MODEL", "a.wav", "--hop", "0"], 2, "give seconds above 0"),
        (["predict", "absent", "a.wav"], 3, "lowsr-tradeoff train"),
        (["export", "MODEL", "--onnx", "a.onnx", "--int8"], 2, "add --calibration"),
        (["export", "MODEL", "--onnx", "a.onnx", "--calibration", "demo"], 2, "add --int8"),
        (["export", "absent", "--onnx", "a.onnx"], 3, "lowsr-tradeoff train"),
        (["export", "MODEL"], 2, "--onnx"),
    ],
)
def test_what_cannot_work_is_told_before_any_work(trained, call, arguments, code, told):
    given, out, err = call(*(trained[0] if a == "MODEL" else a for a in arguments))
    assert (given, out) == (code, "")
    assert told in err


def test_export_writes_float_and_int8_and_says_what_int8_costs(trained, events, tmp_path, call):
    target = tmp_path / "model.onnx"
    code, out, err = call("export", trained[0], "--onnx", target, "--int8", "--calibration", events)
    assert code == 0, err
    lines = out.splitlines()
    assert lines[:2] == [str(target), str(tmp_path / "model.int8.onnx")]
    assert (tmp_path / "model.int8.onnx").stat().st_size < target.stat().st_size / 2
    assert "largest difference from torch: " in err
    assert "20 clips" in lines[2]
    assert "int8 minus float: " in lines[4]
    assert "trained on these clips" in lines[5]


def test_without_the_extra_the_command_that_installs_it_is_told(trained, tmp_path, call, monkeypatch):
    monkeypatch.setattr(onnx_export, "find_spec", lambda _: None)
    code, _, err = call("export", trained[0], "--onnx", tmp_path / "model.onnx")
    assert code == 3
    assert "pip install 'lowsr-tradeoff[onnx]'" in err
