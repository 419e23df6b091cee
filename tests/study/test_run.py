"""The whole path: complete, resumable, independent of how it was run."""

import random
import re
import shlex
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from shutil import copytree

import pytest

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.reports.exports.run_files import load, write_run
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import Settings
from lowsr_tradeoff.settings.toml import load_config
from lowsr_tradeoff.study.assemble import earlier_manifest, gpus_of
from lowsr_tradeoff.study.plan import open_study, plan
from lowsr_tradeoff.study.run import run_study, steps_to_run


def again(file, out, **overrides):
    return run_study(load_config(file, overrides), out, 1, lambda _: None)


def test_every_rate_is_measured_by_every_stage(small_run):
    tradeoff = small_run[1].tradeoff
    rates_hz = {500, 1000, 16000}
    assert {r.rate_hz for r in tradeoff.recognition.results} == rates_hz
    assert {r.rate_hz for r in tradeoff.privacy.words} == rates_hz
    assert {r.rate_hz for r in tradeoff.privacy.intelligibility} == rates_hz
    assert {r.rate_hz for r in tradeoff.privacy.attacks} == rates_hz
    assert {r.rate_hz for r in tradeoff.power.results} == rates_hz
    assert {(p.rate_hz, p.device) for p in tradeoff.points} >= {
        (r, d) for r in rates_hz for d in ("stm32u575", "efr32xg24")
    }
    arms = {"raw", "finetuned", "basd", "cssd", "classical"}
    assert {r.arm for r in tradeoff.recognition.results if r.rate_hz == 500} == arms
    assert not any(point.arm == "classical" for point in tradeoff.points)


def test_a_second_run_computes_nothing_and_finds_the_same(small_study, small_run):
    out, first = small_run
    second = again(small_study, out)
    assert second.tradeoff == first.tradeoff
    assert second.listen == first.listen
    assert second.manifest.steps_run == 0
    assert second.manifest.steps_reused == len(plan(open_study(load_config(small_study), out)).steps)


def test_the_manifest_is_of_the_whole_study(small_study, small_run):
    out, first = small_run
    earlier = first.manifest.model_copy(update={"wall_s": 100.0, "total_wall_s": 300.0, "n_commands": 2})
    (out / "manifest.json").write_text(earlier.model_dump_json())
    try:
        found = again(small_study, out).manifest
    finally:
        (out / "manifest.json").unlink()
    assert (found.n_commands, found.n_steps) == (3, found.steps_run + found.steps_reused)
    assert found.total_wall_s == pytest.approx(300 + found.wall_s)
    assert earlier_manifest(out) is None


def test_lost_and_damaged_artefacts_are_made_again_alike(small_study, small_run, tmp_path):
    out, first = tmp_path / "run", small_run[1]
    copytree(small_run[0], out)
    artefacts = sorted(p for p in (out / "steps").rglob("*") if p.is_file())
    drawn, flipped = random.Random(3), set()
    for number, path in enumerate(drawn.sample(artefacts, len(artefacts) // 3)):
        if number % 2:
            path.unlink()
        else:
            flip_a_byte(path, drawn)
            flipped.add(path.stem)
    steps = {step.key: step for step in plan(open_study(load_config(small_study), out)).steps}
    whole = {key for key in flipped & steps.keys() if (out / "steps" / steps[key].stage / f"{key}.json").exists()}
    second = again(small_study, out)
    assert second.tradeoff == first.tradeoff
    assert second.manifest.steps_run > 0
    assert set(second.damaged) >= {steps[key].label for key in whole} != set()


def flip_a_byte(path, drawn):
    content = bytearray(path.read_bytes())
    content[drawn.randrange(len(content))] ^= drawn.randrange(1, 256)
    path.write_bytes(content)


def test_another_rate_costs_only_itself(small_study, small_run):
    out, _ = small_run
    config = load_config(small_study, {"rates_hz": [500, 1000, 2000]})
    todo, n_held = steps_to_run(open_study(config, out), Store(out))
    stages = Counter(step.stage for step in todo)
    # Two folds at one rate: shared raw, finetuned, basd, cssd and native finetuned, basd, cssd.
    assert stages["train"] == 2 * 7
    assert (stages["recognise"], stages["intelligibility"]) == (2, 1)
    assert n_held > 0


def test_another_seed_is_another_study(small_study, small_run):
    out, _ = small_run
    _, n_held = steps_to_run(open_study(load_config(small_study, {"seed": 1}), out), Store(out))
    assert n_held == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_interrupted_run_goes_on_to_the_same_result(small_study, small_run, tmp_path, how):
    """Two processes, stopped in the middle, finished by one: equal to one process undisturbed."""
    out = tmp_path / "run"
    command = [
        sys.executable,
        "-m",
        "lowsr_tradeoff",
        "--config",
        str(small_study),
        "--out",
        str(out),
        "--jobs",
        "2",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while len(list((out / "steps").rglob("*.json"))) < 5 and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(how)
    asked = time.monotonic()
    _, said = process.communicate(timeout=30)
    if how == signal.SIGTERM:
        assert process.returncode == 130
        assert time.monotonic() - asked < 2
        assert shlex.join(["lowsr-tradeoff", *command[3:]]) in said
    n_kept = len(list((out / "steps").rglob("*.json")))
    assert n_kept >= 5
    finished = again(small_study, out)
    assert finished.tradeoff == small_run[1].tradeoff
    assert finished.manifest.steps_reused > 0


def test_faults_of_both_corpora_are_told_at_once(tmp_path):
    config = load_config(
        None, {"events": {"source": str(tmp_path / "no-events")}, "speech": {"source": str(tmp_path / "no-speech")}}
    )
    with pytest.raises(DataError) as error:
        open_study(config, tmp_path)
    assert "no-events" in str(error.value)
    assert "no-speech" in str(error.value)


def test_a_missing_gpu_is_told_with_the_other_faults_unless_a_cluster_computes(tmp_path, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    config = load_config(None, {"events": {"source": str(tmp_path / "no-events")}, "device_type": "cuda"})
    for is_run_here in (True, False):
        with pytest.raises(DataError) as error:
            open_study(config, tmp_path, is_run_here=is_run_here)
        assert "no-events" in str(error.value)
        assert ("finds no GPU on this machine; install" in str(error.value)) == is_run_here


def test_where_networks_compute_names_what_they_compute_and_nothing_else(small_study, tmp_path):
    """Steps of both kinds, by stage: those whose keys differ, and those that are given a GPU."""
    cpu, cuda = (
        plan(
            open_study(load_config(small_study, {"device_type": where, "privacy": {"attackers": "all"}}), tmp_path)
        ).steps
        for where in ("cpu", "cuda")
    )
    every = [dict.fromkeys(step for goal in steps for step in (*goal.needs, goal)) for steps in (cpu, cuda)]
    changed = {there.stage for here, there in zip(*every, strict=True) if here != there}
    learning = {"train", "attack-digits", "attack-learning", "attack-adapted", "attack-extension"}
    # The diagnostics look for networks, and words are counted of what an attacker wrote.
    assert changed == learning | {"diagnose", "attack-words"}
    assert all(step.is_on_gpu == (step.stage in learning) for step in every[1])
    assert not any(step.is_on_gpu for step in every[0])


def test_the_gpus_that_computed_results_are_named(tmp_path):
    store, one = Store(tmp_path), Step("test", "errors:run", Settings(), "one", "events")
    steps = [replace(one, stage=f"{i}", is_on_gpu=i < 3) for i in range(4)]
    for step, gpu in zip(steps, ("H100", "A100", "H100", None), strict=True):
        store.write(step, {"gpu": gpu} if gpu else {})
    assert gpus_of([replace(one, needs=tuple(steps[1:])), steps[0]], store) == ("A100", "H100")


def with_a_hole(small_study, small_run, out, monkeypatch, pattern):
    """The small run once more after it lost some results, which fail this time."""
    copytree(small_run[0], out, dirs_exist_ok=True)
    config = load_config(small_study)
    for step in plan(open_study(config, out)).steps:
        if re.search(pattern, step.label):
            (out / "steps" / step.stage / f"{step.key}.json").unlink(missing_ok=True)

    def fail(corpora, store, steps):
        if any(re.search(pattern, step.label) for step in steps):
            raise DataError("the disk of clip 7 is broken")
        run_batch(corpora, store, steps)

    with monkeypatch.context() as patched:
        patched.setattr("lowsr_tradeoff.study.run.run_batch", fail)
        return run_study(config, out, 1, lambda _: None)


@pytest.mark.parametrize(
    ("pattern", "n_classify", "unknown"),
    [
        ("500 Hz shared cssd.*fold 1", -1, set()),
        ("^16000 Hz shared", -1, set()),
        ("tiny(.en)? at 1000 Hz", 0, {("words", 1000)}),
        ("words learnt at 500 Hz|presence at 500 Hz", 0, {("known words", 500), ("presence", 500)}),
        ("repetition|diagnostics", None, set()),
    ],
    ids=["one training", "the reference", "the recogniser", "other attackers", "all of recognition"],
)
def test_a_run_delivers_without_what_failed(
    small_study, small_run, tmp_path, monkeypatch, pattern, n_classify, unknown
):
    run = with_a_hole(small_study, small_run, tmp_path, monkeypatch, pattern)
    found, whole = run.tradeoff, small_run[1].tradeoff
    assert found.failures
    assert all(failure.reason == "the disk of clip 7 is broken" for failure in found.failures if failure.is_cause)
    write_run(tmp_path, found, run.manifest, run.listen)
    assert "the disk of clip 7 is broken" in (tmp_path / "decision.md").read_text()
    assert "the disk of clip 7 is broken" in (tmp_path / "claims.md").read_text()
    assert "the disk of clip 7 is broken" in (tmp_path / "results.csv").read_text()
    assert load(tmp_path / "tradeoff.json") == found
    assert len(found.recognition.results) == (
        len(whole.recognition.results) + n_classify if n_classify is not None else 0
    )
    known = {(leak.kind, leak.rate_hz) for leak in whole.leaks if leak.envelope.value is not None}
    assert known - {(leak.kind, leak.rate_hz) for leak in found.leaks if leak.envelope.value is not None} == unknown
    assert again(small_study, tmp_path).tradeoff == whole
