import io
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.listening_test.key import read_key
from lowsr_tradeoff.listening_test.pack import Size, distinct, write_pack
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(rates_hz=(500, 4000))


@pytest.fixture(scope="module")
def speech():
    return load_speech("demo", (500,), 16000, skip_bad=False, cache=None)


@pytest.fixture(scope="module")
def written(speech, tmp_path_factory):
    out = tmp_path_factory.mktemp("packs") / "pack"
    return out, write_pack(CONFIG, speech, Size(6, 3), "", out)


def contents(out):
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_nothing_to_hand_out_tells_rate_speaker_or_words(written):
    out, key = written
    assert read_key(out) == key
    handed = {name: content for name, content in contents(out).items() if name.startswith("hand-out/")}
    assert len(handed) == 3 + 18
    for clip in key.clips:
        for name, content in handed.items():
            assert clip.speaker not in name
            assert str(clip.rate_hz) not in name
            if name.endswith(".html"):
                assert clip.text.encode() not in content
                assert clip.utterance.encode() not in content
    sizes = {name: len(content) for name, content in handed.items() if name.endswith(".wav")}
    for clip in key.clips:
        name = f"hand-out/form-{clip.form}/clips/{clip.clip}.wav"
        same = [c for c in key.clips if c.utterance == clip.utterance]
        theirs = [sizes[f"hand-out/form-{c.form}/clips/{c.clip}.wav"] for c in same]
        assert max(theirs) - sizes[name] <= 2 * 16000 / 500


def test_numbers_and_order_do_not_follow_the_rate(written):
    _, key = written
    rates = [clip.rate_hz for clip in key.clips]
    numbers = [clip.clip for clip in key.clips]
    assert len(set(numbers)) == 18
    assert rates != sorted(rates)
    assert numbers != sorted(numbers)
    assert [clip.rate_hz for clip in sorted(key.clips, key=lambda clip: clip.clip)] != sorted(rates)


def test_over_all_forms_every_sentence_is_once_at_every_rate(written):
    _, key = written
    seen = {(clip.utterance, clip.rate_hz): clip.form for clip in key.clips}
    assert len(seen) == 6 * 3
    for form in (1, 2, 3):
        inside = [clip for clip in key.clips if clip.form == form]
        assert len({clip.text for clip in inside}) == 6
        assert np.bincount([(500, 4000, 16000).index(clip.rate_hz) for clip in inside]).tolist() == [2, 2, 2]


def test_clips_are_equally_loud_and_lack_what_their_rate_lacks(written):
    out, key = written
    for clip in key.clips:
        content = (out / "hand-out" / f"form-{clip.form}" / "clips" / f"{clip.clip}.wav").read_bytes()
        sound, rate_hz = soundfile.read(io.BytesIO(content))
        power = np.abs(np.fft.rfft(sound)) ** 2
        above = power[np.fft.rfftfreq(len(sound), 1 / rate_hz) > clip.rate_hz / 2].sum() / power.sum()
        assert rate_hz == 16000
        assert np.sqrt(np.mean(sound**2)) == pytest.approx(0.05, rel=0.02)
        assert above < 1e-3


def test_the_same_settings_write_the_same_bytes(written, speech, tmp_path):
    out, _ = written
    write_pack(CONFIG, speech, Size(6, 3), "", tmp_path)
    assert contents(tmp_path) == contents(out)


def test_the_key_of_another_pack_is_not_lost(written, speech):
    out, key = written
    with pytest.raises(ConfigError, match="whose key would be lost"):
        write_pack(CONFIG.model_copy(update={"seed": 1}), speech, Size(6, 3), "", out)
    assert read_key(out) == key


def test_nobody_hears_the_same_words_twice(speech):
    repeated = replace(speech.utterances[1], text=speech.utterances[0].text.upper())
    silent = replace(speech.utterances[2], text=None)
    corpus = replace(speech, utterances=(speech.utterances[0], repeated, silent, *speech.utterances[3:5]))
    assert len(distinct(corpus, np.random.default_rng(0))) == 3


@pytest.mark.parametrize(
    ("size", "message"),
    [(Size(65), "64 different sentences"), (Size(2), "too few for 3 rates"), (Size(6, 4), "give 1 to 3")],
)
def test_what_cannot_be_balanced_is_refused(speech, tmp_path, size, message):
    with pytest.raises(ConfigError, match=message):
        write_pack(CONFIG, speech, size, "", tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_readme_says_whose_recordings_these_are(written, speech, tmp_path):
    out, _ = written
    assert "synthetic voices" in (out / "README.txt").read_text()
    own = replace(speech, is_own=True)
    write_pack(CONFIG, own, Size(3), "", tmp_path)
    assert "your own recordings" in (tmp_path / "README.txt").read_text()
