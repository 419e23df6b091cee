import sys
from importlib.util import find_spec

import numpy as np
import pytest
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.audio.capture import capture, restore
from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.signal.intelligibility import SignalScores, score
from lowsr_tradeoff.privacy.signal.step import mean_score
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.statistics.intervals import resample_weights

needs_pesq = pytest.mark.skipif(find_spec("pesq") is None, reason="PESQ takes a C compiler to install")
RATES_HZ = (500, 1000, 2000, 4000, 8000)


@pytest.fixture(scope="module")
def sentence():
    sound, _ = read(SPEECH.utterances[0])
    return sound


def scored(original, captured, rate_hz=16000):
    return score("clip", "someone", original, 16000, captured, rate_hz)


def test_original_against_itself_is_perfect(sentence):
    scores = scored(sentence, sentence)
    assert scores.stoi == pytest.approx(1, abs=1e-6)
    assert scores.estoi == pytest.approx(1, abs=1e-6)


@needs_pesq
def test_original_against_itself_has_the_best_quality(sentence):
    assert scored(sentence, sentence).pesq_wb == pytest.approx(4.64, abs=0.01)


def test_without_pesq_the_others_are_scored_and_the_reason_is_told(sentence, monkeypatch):
    monkeypatch.setitem(sys.modules, "pesq", None)
    scores = scored(sentence, sentence)
    assert scores.stoi == pytest.approx(1, abs=1e-6)
    assert (scores.pesq_wb, scores.pesq_nb) == (None, None)
    assert scores.pesq_reason == scores.pesq_nb_reason
    assert "with its extra pesq" in scores.pesq_reason


@pytest.mark.parametrize("name", ["stoi", "estoi", pytest.param("pesq_wb", marks=needs_pesq)])
def test_less_band_scores_less(sentence, name):
    captured = [scored(sentence, capture(sentence, 16000, hz, FrontEnd(), 0), hz) for hz in RATES_HZ]
    values = [getattr(scores, name) for scores in captured]
    assert values == sorted(values)
    assert values[0] < 0.6 * values[-1]


@needs_pesq
def test_scores_are_those_of_the_library_and_tiny_numbers_stay_what_they_are(sentence):
    """PESQ is worked out without the numbers below the smallest normal one, and nothing else is."""
    from pesq import pesq

    captured = restore(capture(sentence, 16000, 500, FrontEnd(), 0), 500, 16000)
    n = min(len(sentence), len(captured))
    scores = scored(sentence[:n], captured[:n])
    assert scores.pesq_wb == pesq(16000, sentence[:n], captured[:n], "wb")
    assert np.float32(1e-30) * np.float32(1e-10) > 0


def test_gain_does_not_matter(sentence):
    quiet, loud = scored(sentence, 0.05 * sentence), scored(sentence, sentence)
    assert quiet.stoi == pytest.approx(loud.stoi)
    assert quiet.estoi == pytest.approx(loud.estoi)


def test_same_sounds_same_digits_and_no_trace_in_the_global_generator(sentence):
    captured = capture(sentence, 16000, 1000, FrontEnd(), 0)
    np.random.seed(5)  # noqa: NPY002 - the generator under test
    first = scored(sentence, captured, 1000)
    untouched = np.random.random()  # noqa: NPY002
    assert scored(sentence, captured, 1000) == first
    np.random.seed(5)  # noqa: NPY002
    assert np.random.random() == untouched  # noqa: NPY002


def test_original_at_full_rate_is_brought_to_16_khz(sentence):
    from lowsr_tradeoff.audio.capture import restore

    original = restore(sentence, 16000, 44100)
    scores = score("clip", "someone", original, 44100, sentence, 16000)
    assert scores.stoi == pytest.approx(1, abs=0.001)


def test_original_that_lacks_the_band_itself_is_refused(sentence):
    with pytest.raises(DataError, match="clip: its file has 8000 Hz"):
        score("clip", "someone", sentence[::2], 8000, sentence[::2], 8000)


@pytest.mark.parametrize("is_original", [True, False])
def test_silence_has_no_score_but_a_reason(sentence, is_original):
    silence = np.zeros_like(sentence)
    scores = scored(silence, sentence) if is_original else scored(sentence, silence)
    assert (scores.stoi, scores.estoi, scores.pesq_wb) == (None, None, None)
    assert scores.stoi_reason == scores.pesq_reason == f"the {'original' if is_original else 'capture'} is silent"


def test_too_short_a_clip_has_no_score_but_a_reason(sentence, capsys):
    syllable = sentence[16000:19000]
    scores = scored(syllable, syllable)
    assert scores.stoi_reason == "STOI needs 0.4 s of speech"
    assert "1/4 of a second" in scores.pesq_reason
    assert capsys.readouterr().out == ""


def test_too_little_speech_in_a_long_clip_is_not_the_sentinel_of_pystoi(sentence):
    mostly_silent = np.zeros(16000, np.float32)
    mostly_silent[8000:10000] = sentence[16000:18000]
    scores = scored(mostly_silent, mostly_silent)
    assert scores.stoi is None
    assert scores.stoi_reason == "STOI needs 0.4 s of speech"


def rows_of(*values):
    return [
        SignalScores(clip_id=str(i), speaker=str(i), stoi=value, stoi_reason=None if value else "it is silent")
        for i, value in enumerate(values)
    ]


def test_mean_tells_how_many_could_be_scored():
    rows = rows_of(0.5, None, 0.7)
    mean = mean_score(rows, "stoi", resample_weights(["a", "b", "c"], 200, 0), "1")
    assert mean.value == pytest.approx(0.6)
    assert (mean.n, mean.n_of) == (2, "of 3 utterances; the others cannot be scored")
    assert mean.low < 0.5
    assert mean.high > 0.7


def test_a_correlation_has_no_interval_above_one():
    mean = mean_score(rows_of(1.0, 1.0, 0.97), "stoi", resample_weights(["a", "b", "c"], 200, 0), "1")
    assert mean.low < mean.value < mean.high == 1.0


def test_mean_of_nothing_says_why():
    mean = mean_score(rows_of(None, None), "stoi", resample_weights(["a", "b"], 200, 0), "1")
    assert (mean.value, mean.reason) == (None, "it is silent")


def test_original_that_was_resampled_up_is_refused_too(sentence):
    from lowsr_tradeoff.audio.capture import restore

    low = capture(sentence, 16000, 1000, FrontEnd(), 0)
    disguised = restore(low, 1000, 16000)
    with pytest.raises(DataError, match="clip: holds nothing above 500 Hz although its file has 16000 Hz"):
        scored(disguised, low, 1000)


@needs_pesq
def test_pesq_of_the_telephone_band_is_perfect_from_8_khz_on(sentence):
    assert scored(sentence, sentence).pesq_nb == pytest.approx(4.55, abs=0.01)
    assert scored(sentence, capture(sentence, 16000, 8000, FrontEnd(), 0), 8000).pesq_nb > 4.4
