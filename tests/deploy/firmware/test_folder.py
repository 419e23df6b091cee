"""A run handed over: whole, the same every time, built by the README's commands, and as good as the study."""

import hashlib
import shutil
import subprocess

import numpy as np
import pytest
from tests.deploy.firmware.c_sources import has_compiler, needs_compiler

from lowsr_tradeoff.deploy.firmware import folder
from lowsr_tradeoff.deploy.firmware.folder import write_handover
from lowsr_tradeoff.deploy.firmware.record import HandoverRecord
from lowsr_tradeoff.deploy.firmware.target import choose_target
from lowsr_tradeoff.deploy.model.onnx_export import class_scores, open_session
from lowsr_tradeoff.errors import ConfigError, DataError
from lowsr_tradeoff.reports.exports.claims import claims
from lowsr_tradeoff.reports.exports.decision_sheet import decision_sheet


def write(small_run, folder, **changed):
    """Write a hand-over and return what was announced and what was run for it."""
    run, finished = small_run
    tradeoff, announced, done = finished.tradeoff.model_copy(update=changed), [], []
    target = choose_target(tradeoff, 1000, "cssd", "stm32u575")
    write_handover(
        run, tradeoff, target, folder, 1, done.append, announced.append, is_held_out_counted=has_compiler()
    )
    return announced, [at.label for at in done]


@pytest.fixture(scope="module")
def handed(small_run, tmp_path_factory):
    """The folder, its record, and what was announced and run for it."""
    folder = tmp_path_factory.mktemp("handed") / "to"
    announced, done = write(small_run, folder)
    record = HandoverRecord.model_validate_json((folder / "handover.json").read_text())
    return folder, record, announced, done


def files_of(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_only_what_the_run_does_not_keep_is_trained_and_the_cost_announced(handed):
    _, _, (announced,), done = handed
    assert "1000 Hz native cssd, all clips, repetition 1" in done
    assert not [
        label for label in done if "fold" in label and not label.endswith("int8") and "features" not in label
    ]
    assert f": {len(set(filter(None, done)))} networks to train that it does not keep" in announced


def test_the_same_run_gives_the_same_bytes_and_trains_nothing_more(handed, small_run, tmp_path):
    assert write(small_run, tmp_path / "to") == ([], [])
    assert files_of(tmp_path / "to") == files_of(handed[0])


def test_the_checksums_are_of_every_other_file(handed):
    files = files_of(handed[0])
    lines = files.pop("SHA256SUMS").decode().splitlines()
    assert {line.split("  ")[1]: line.split("  ")[0] for line in lines} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }


def test_the_vectors_are_what_the_network_says_of_their_images(handed):
    folder, record = handed[:2]
    names = (folder / "vectors" / "names.txt").read_text().split()
    assert len(names) == record.n_vectors
    images = np.stack([np.fromfile(folder / "vectors" / f"{name}.log_mel.f32", "<f4") for name in names])
    session = open_session((folder / "network.int8.onnx").read_bytes())
    found = class_scores(session, images.reshape(len(names), 16, -1))
    kept = np.stack([np.fromfile(folder / "vectors" / f"{name}.scores.f32", "<f4") for name in names])
    np.testing.assert_array_equal(found, kept)
    # The corpus is the user's own: no clip of it leaves with the folder.
    assert not [name for name in names if name.startswith("clip")]


def test_the_record_and_the_sheets_are_those_of_the_run(handed, small_run):
    folder, record = handed[:2]
    tradeoff = small_run[1].tradeoff
    assert record.name == "1000-native-cssd-stm32u575"
    (studied,) = [r for r in tradeoff.recognition.results if (r.rate_hz, r.grid, r.arm) == (1000, "native", "cssd")]
    assert record.tested.accuracy == studied.accuracy
    assert record.classes == ("high", "low")
    assert (folder / "claims.md").read_text() == claims(tradeoff)
    readme, decision = (folder / "README.md").read_text(), (folder / "decision.md").read_text()
    assert f"{record.memory[1].flash:,}" in readme
    assert "cycles [" in readme
    assert decision == decision_sheet(tradeoff)


@needs_compiler
def test_on_held_out_clips_the_chain_is_within_a_point_of_the_study(handed):
    record = handed[1]
    assert [each.chain for each in record.held_out] == [
        "the study: Python, float network",
        "Python, int8 network",
        "C in float, int8 network",
        "C in q15, int8 network",
    ]
    assert record.held_out[0].accuracy.value == record.tested.accuracy.value
    assert all(each.within_a_point for each in record.held_out)
    assert "C in q15, int8 network |" in (handed[0] / "README.md").read_text()


@needs_compiler
@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine: apt-get install make")
def test_the_readmes_commands_build_and_pass(handed, tmp_path):
    shutil.copytree(handed[0], tmp_path / "to")
    text = (handed[0] / "README.md").read_text()
    commands = text.split("## Build and check\n\n```\n")[1].split("\n```")[0].splitlines()
    assert commands == ["sha256sum -c SHA256SUMS", "make test", "make test NUMBERS=q15"]
    for command in commands:
        done = subprocess.run(command.split(), cwd=tmp_path / "to", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "0 of 7 vectors failed" in done.stdout


def test_other_clips_than_the_runs_are_refused(small_run, tmp_path):
    corpora = [
        corpus.model_copy(update={"digest": "0" * 64}) if corpus.kind == "events" else corpus
        for corpus in small_run[1].tradeoff.corpora
    ]
    with pytest.raises(DataError, match="its clips are not those of the run any more; run the study again"):
        write(small_run, tmp_path / "to", corpora=tuple(corpora))
    assert not (tmp_path / "to").exists()


def test_what_does_not_fit_is_refused_before_anything_is_trained(small_run, tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "memory_problems", lambda *_: iter(["network and front end take too much"]))
    monkeypatch.setattr(folder, "run_plan", lambda *_: pytest.fail("trained"))
    with pytest.raises(ConfigError, match="stm32u575: network and front end take too much; take another --device"):
        write(small_run, tmp_path / "to")
