"""The examination names what is missing and goes on."""

from lowsr_tradeoff import doctor
from lowsr_tradeoff.errors import DataError


def refuse(*_):
    raise DataError("model.bin: is not the file that was published; install it again")


def test_what_is_missing_is_told_with_its_remedy(monkeypatch):
    monkeypatch.setattr(doctor.privacy, "weights", refuse)
    monkeypatch.setattr(doctor, "COMPILED", ("numpy", "no_such_library"))
    found = {finding.what: finding for finding in doctor.examine()}
    assert found["numpy"].is_ok
    assert not found["no_such_library"].is_ok
    assert not found["Whisper weights"].is_ok
    assert "install it again" in found["Whisper weights"].detail
    assert found["embedded corpora"].is_ok
    assert "400 events, 64 utterances" in found["embedded corpora"].detail
