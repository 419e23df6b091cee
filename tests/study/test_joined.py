"""What an earlier command wrote is read in place of joining the steps, if nothing at all has changed."""

from pathlib import Path
from shutil import copytree

import pytest

from lowsr_tradeoff.power.profiles.devices import PROFILES
from lowsr_tradeoff.records.run import LISTEN, MANIFEST, TRADEOFF
from lowsr_tradeoff.reports.exports.run_files import read_run, write_run
from lowsr_tradeoff.settings.toml import load_config
from lowsr_tradeoff.study import joined
from lowsr_tradeoff.study import run as study_run

JOIN = study_run._join
DEVICE = (PROFILES / "devices" / "stm32u575.toml").read_text(encoding="utf-8")


class JoinedAnewError(Exception):
    """Raised in place of joining."""


@pytest.fixture(scope="module")
def first(small_study, small_run, tmp_path_factory):
    """A folder with a run, its files, and the device that its settings name; and the run."""
    root = tmp_path_factory.mktemp("joined")
    (root / "board.toml").write_text(DEVICE)
    copytree(small_run[0], root / "run")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        run = again(small_study)
    write_run(root / "run", run.tradeoff, run.manifest, run.listen)
    return root, run


@pytest.fixture
def out(first, tmp_path, monkeypatch):
    """A copy of that run's folder, within a copy of the folder of both, where nothing can be joined."""

    def refuse(*_):
        raise JoinedAnewError

    monkeypatch.setattr(study_run, "_join", refuse)
    copytree(first[0], tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    return Path("run")


def again(small_study, **settings):
    config = load_config(small_study, settings)
    own = config.power.model_copy(update={"devices": ("board.toml",)})
    return study_run.run_study(config.model_copy(update={"power": own}), Path("run"), 1, lambda _: None)


def test_the_same_study_again_is_read(small_study, first, out):
    found = again(small_study)
    assert (found.tradeoff, found.listen) == (first[1].tradeoff, first[1].listen)
    assert found.manifest.key == first[1].manifest.key != ""
    write_run(out, found.tradeoff, found.manifest, found.listen)
    again(small_study)


@pytest.mark.parametrize("is_shown", [False, True], ids=["edited", "edited and reported"])
@pytest.mark.parametrize(("name", "text"), [(TRADEOFF, '"reference_rate_hz": 1'), (LISTEN, '"note": "')])
def test_a_file_that_was_edited_is_not_read(name, text, is_shown, small_study, out):
    before = (out / name).read_text()
    assert text in before
    (out / name).write_text(before.replace(text, f"{text}1"))
    if is_shown:
        write_run(out, *read_run(out))
    with pytest.raises(JoinedAnewError):
        again(small_study)


@pytest.mark.parametrize("name", [TRADEOFF, LISTEN, MANIFEST])
def test_without_a_file_it_is_joined_anew(name, small_study, out):
    (out / name).unlink()
    with pytest.raises(JoinedAnewError):
        again(small_study)


@pytest.mark.usefixtures("out")
def test_a_limit_or_a_figure_of_a_device_is_not_in_what_was_written(small_study):
    with pytest.raises(JoinedAnewError):
        again(small_study, constraints={"min_accuracy": 0.99})
    Path("board.toml").write_text(DEVICE.replace("value = 0.0273", "value = 0.273"))
    with pytest.raises(JoinedAnewError):
        again(small_study)


@pytest.mark.usefixtures("out")
def test_other_code_does_not_read_it(small_study, monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.runner.fingerprint.package_code", lambda: "edited")
    with pytest.raises(JoinedAnewError):
        again(small_study)


@pytest.mark.usefixtures("out")
@pytest.mark.parametrize("library", ["pillow", "py3langid", "voice-anonymization-legal-eval"])
def test_another_version_of_a_library_that_no_step_uses_does_not_read_it(library, small_study, monkeypatch):
    versions = joined.declared_versions() | {library: "0"}
    assert joined.declared_versions()[library] != "0"
    monkeypatch.setattr(joined, "declared_versions", lambda: versions)
    with pytest.raises(JoinedAnewError):
        again(small_study)


def test_what_was_joined_without_a_step_has_no_key(small_study, out, monkeypatch):
    for path in (out / "steps" / "words").iterdir():
        path.unlink()

    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(study_run, "_join", JOIN)
    monkeypatch.setattr(study_run, "run_batch", fail)
    found = again(small_study)
    assert found.tradeoff.failures
    assert not found.manifest.key
