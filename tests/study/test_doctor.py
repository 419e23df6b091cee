"""The examination names what is missing with its remedy, and goes on."""

from types import SimpleNamespace

import pytest

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.runner import machine
from lowsr_tradeoff.study import doctor


def refuse(*_):
    raise DataError("model.bin: is not the file that was published; install it again")


def test_what_is_missing_is_told_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor.privacy, "weights", refuse)
    monkeypatch.setattr(doctor, "COMPILED", ("numpy", "no_such_library"))
    found = {finding.what: finding for finding in doctor.examine(tmp_path / "run" / "deeper")}
    assert found["numpy"].is_ok
    assert not found["no_such_library"].is_ok
    assert "uv sync" in found["no_such_library"].detail
    assert not found["recognisers' weights"].is_ok
    assert "install it again" in found["recognisers' weights"].detail
    assert found["int8 instructions"].detail == machine.instructions()
    assert found["embedded corpora"].is_ok
    assert "400 events, 64 utterances" in found["embedded corpora"].detail
    assert found["folder"].detail == f"{tmp_path} can be written"
    assert found["GPU"].is_ok
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("free_gb", "n_jobs", "is_ok", "is_needed", "told"),
    [
        (8.0, 4, True, True, "8.0 GB free"),
        (2.0, 4, False, False, "run with --jobs 2"),
        (0.5, 1, False, True, "end other programs"),
    ],
)
def test_too_little_memory_for_all_cores_names_the_jobs_that_fit(free_gb, n_jobs, is_ok, is_needed, told):
    finding = doctor._memory(free_gb, n_jobs)
    assert (finding.is_ok, finding.is_needed) == (is_ok, is_needed)
    assert told in finding.detail


def test_a_full_disk_and_a_folder_that_refuses_are_told(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))

    def deny(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", deny)
    disk, folder = doctor._disk(tmp_path)
    assert not disk.is_ok
    assert "make room or choose another --out" in disk.detail
    assert not folder.is_ok
    assert "cannot be written (Permission denied); allow writing or choose another --out" in folder.detail


@pytest.mark.parametrize("path", [None, "/usr/bin/chromium"])
def test_a_browser_is_not_needed(monkeypatch, path):
    monkeypatch.setattr(doctor.shutil, "which", lambda _: path)
    finding = doctor._browser()
    assert finding.is_ok == bool(path)
    assert not finding.is_needed
    assert (path or "apt-get install chromium") in finding.detail


@pytest.mark.parametrize("reason", [None, "it is not installed; install it"])
def test_moonshine_is_not_needed(monkeypatch, reason):
    monkeypatch.setattr(doctor, "why_no_moonshine", lambda: reason)
    finding = doctor._moonshine()
    assert finding.is_ok == (reason is None)
    assert not finding.is_needed
    assert (reason or "found") in finding.detail
