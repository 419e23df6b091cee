"""What is played is what was captured, and a user's own recordings are not."""

import base64
import io

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.privacy.attackers.published import Transcripts
from lowsr_tradeoff.settings.toml import load_config
from lowsr_tradeoff.study.clips import listen_pack
from lowsr_tradeoff.study.plan import open_study


def spectrum(clip):
    x, rate_hz = soundfile.read(io.BytesIO(base64.b64decode(clip.audio_base64)))
    return np.fft.rfftfreq(len(x), 1 / rate_hz), np.abs(np.fft.rfft(x)) ** 2


@pytest.fixture
def pack(small_study, tmp_path):
    def make(**overrides):
        study = open_study(load_config(small_study, overrides), tmp_path)
        heard = {1000: Transcripts("whisper", {u.clip_id: "heard words" for u in study.speech.utterances})}
        return study, listen_pack(study.config, study.events, study.speech, heard)

    return make


def test_every_rate_can_be_heard_and_holds_nothing_above_half_of_it(pack):
    _, listen = pack()
    labels = list(dict.fromkeys(clip.label for clip in listen.clips if clip.kind == "event"))
    assert len(labels) == 10
    assert [(clip.kind, clip.rate_hz) for clip in listen.clips] == [
        (kind, rate) for kind in ("speech", *["event"] * len(labels)) for rate in (500, 1000, 16000)
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
        clip.label not in {u.text for u in study.speech.utterances} or clip.recognised is None
        for clip in listen.clips
    )


def test_own_recordings_are_played_when_asked_for(pack):
    study, listen = pack(include_audio=True, include_transcripts=True)
    firsts = {event.label: event.clip_id for event in reversed(study.events.clips)}
    assert {clip.clip_id for clip in listen.clips} == {*firsts.values(), study.speech.utterances[0].clip_id}
    assert [clip.recognised for clip in listen.clips if clip.kind == "speech"] == [None, "heard words", None]


def test_same_settings_same_bytes(pack):
    assert pack()[1] == pack()[1]


def test_own_recordings_may_be_heard_while_their_words_stay_out(pack):
    study, listen = pack(include_audio=True)
    said = study.speech.utterances[0]
    (label,) = {clip.label for clip in listen.clips if clip.kind == "speech"}
    assert label == said.clip_id
    assert {clip.recognised for clip in listen.clips} == {None}
    assert said.text not in listen.model_dump_json()
    assert "heard words" not in listen.model_dump_json()


def test_own_words_are_shown_when_asked_for(pack):
    study, listen = pack(include_transcripts=True)
    assert [(line.clip_id, line.reference, line.recognised) for line in listen.transcripts] == [
        (said.clip_id, said.text, "heard words") for said in study.speech.utterances
    ]


def test_classes_beyond_the_room_there_is_are_left_out_and_counted(pack, monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.study.clips.MOST_CHARACTERS", 1)
    _, listen = pack()
    assert len({clip.label for clip in listen.clips if clip.kind == "event"}) == 1
    assert "1 of 10 classes" in listen.note


def test_of_many_rates_the_ends_and_some_between_are_played(pack):
    rates_hz = (500, 600, 700, 800, 900, 1000, 2000, 4000)
    _, listen = pack(rates_hz=rates_hz, include_audio=True)
    played = sorted({clip.rate_hz for clip in listen.clips})
    assert len(played) == 6
    assert (played[0], played[-1]) == (500, 16000)
    assert set(played) <= {*rates_hz, 16000}


def test_pictures_are_dark_above_half_the_rate(pack):
    _, listen = pack()
    low, *_, full = (clip for clip in listen.clips if clip.kind == "speech")
    assert low.picture_base64 != full.picture_base64
    assert len(base64.b64decode(low.picture_base64)) < len(base64.b64decode(full.picture_base64))
