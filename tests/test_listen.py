"""What is played is what was captured, and a user's own recordings are not."""

import base64
import io

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.config import load_config
from lowsr_tradeoff.listen import listen_pack
from lowsr_tradeoff.study import open_study


def spectrum(clip):
    x, rate_hz = soundfile.read(io.BytesIO(base64.b64decode(clip.flac_base64)))
    return np.fft.rfftfreq(len(x), 1 / rate_hz), np.abs(np.fft.rfft(x)) ** 2


@pytest.fixture
def pack(small_study, tmp_path):
    def make(**overrides):
        study = open_study(load_config(small_study, overrides), tmp_path)
        heard = {1000: {utterance.clip_id: "heard words" for utterance in study.speech.utterances}}
        return study, listen_pack(study.config, study.events, study.speech, heard)

    return make


def test_every_rate_can_be_heard_and_holds_nothing_above_half_of_it(pack):
    _, listen = pack()
    assert [(c.kind, c.rate_hz) for c in listen.clips] == [
        (kind, rate) for rate in (500, 1000, 16000) for kind in ("event", "speech")
    ]
    for clip in listen.clips:
        hz, power = spectrum(clip)
        assert power[hz > 0.55 * clip.rate_hz].sum() <= 1e-4 * power.sum()


def test_own_recordings_and_words_stay_out_unless_asked_for(pack):
    study, listen = pack()
    own = {clip.clip_id for clip in study.events.clips} | {u.clip_id for u in study.speech.utterances}
    assert "stay out" in listen.note
    assert not own & {clip.clip_id for clip in listen.clips if clip.kind == "event"}
    assert all(
        clip.label not in {u.text for u in study.speech.utterances} or clip.heard is None for clip in listen.clips
    )


def test_own_recordings_are_played_when_asked_for(pack):
    study, listen = pack(include_audio=True, include_transcripts=True)
    assert {clip.clip_id for clip in listen.clips} == {
        study.events.clips[0].clip_id,
        study.speech.utterances[0].clip_id,
    }
    assert [clip.heard for clip in listen.clips if clip.kind == "speech"] == [None, "heard words", None]


def test_same_settings_same_bytes(pack):
    assert pack()[1] == pack()[1]


def test_own_recordings_may_be_heard_while_their_words_stay_out(pack):
    study, listen = pack(include_audio=True)
    said = study.speech.utterances[0]
    (label,) = {clip.label for clip in listen.clips if clip.kind == "speech"}
    assert label == said.clip_id
    assert {clip.heard for clip in listen.clips} == {None}
    assert said.text not in listen.model_dump_json()
    assert "heard words" not in listen.model_dump_json()


def test_own_words_are_shown_when_asked_for(pack):
    study, listen = pack(include_transcripts=True)
    assert [(line.clip_id, line.said, line.heard) for line in listen.transcripts] == [
        (said.clip_id, said.text, "heard words") for said in study.speech.utterances
    ]
