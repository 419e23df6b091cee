import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import interp1d
from scipy.optimize import brentq
from sklearn.metrics import roc_curve

from lowsr_tradeoff.privacy.attackers.speakers import verification as ver

# Few values, so that scores of the rightful and of strangers tie.
SCORES = st.lists(st.integers(0, 12).map(lambda i: i / 4), min_size=1, max_size=12)


def once(rightful, strangers):
    scores = np.array([*rightful, *strangers], float)
    return scores, np.arange(len(scores)) < len(rightful)


@given(SCORES, SCORES)
def test_rates_and_crossing_are_those_of_the_curve_of_sklearn(rightful, strangers):
    scores, is_own = once(rightful, strangers)
    passed = ver.error_rates(scores, is_own, np.ones((1, len(scores))))
    fpr, tpr, _ = roc_curve(is_own, scores, drop_intermediate=False)
    np.testing.assert_allclose(passed[0][0], fpr)
    np.testing.assert_allclose(passed[1][0], tpr)
    (eer,) = ver.crossing(*passed)
    assert tpr[-1] == 1
    curve = interp1d(np.cumsum(np.diff(fpr, prepend=0) + np.diff(tpr, prepend=0)), np.stack([fpr, tpr]))
    on_the_diagonal = brentq(lambda s: 1 - curve(s).sum(), 0, curve.x[-1])
    assert eer == pytest.approx(curve(on_the_diagonal)[0], abs=1e-9)


def test_a_known_equal_error_rate():
    """At the threshold 0.5, one rightful of four fails and one stranger of four passes."""
    scores, is_own = once([0.9, 0.8, 0.7, 0.2], [0.6, 0.3, 0.1, 0.0])
    assert ver.crossing(*ver.error_rates(scores, is_own, np.ones((1, 8)))).tolist() == [0.25]


def test_weights_are_repetitions():
    scores, is_own = once([0.9, 0.4, 0.35], [0.5, 0.4, 0.1])
    times = np.array([2, 1, 0, 3, 1, 2])
    weighted = ver.error_rates(scores, is_own, times[None].astype(float))
    repeated = ver.error_rates(np.repeat(scores, times), np.repeat(is_own, times), np.ones((1, times.sum())))
    assert ver.crossing(*weighted) == pytest.approx(ver.crossing(*repeated))
    assert ver.passing(*weighted) == pytest.approx(ver.passing(*repeated))


def test_true_positives_are_read_where_one_stranger_in_a_hundred_passes():
    strangers = np.linspace(0, 0.99, 100)
    scores, is_own = once([0.985, 0.985, 0.97, 0.97], strangers)
    assert ver.passing(*ver.error_rates(scores, is_own, np.ones((1, 104)))).tolist() == [0.5]


def test_nobody_is_compared_with_the_same_recording():
    """Two speakers, whose utterances have nothing in common but the speaker's axis."""
    speakers = ["a", "a", "b", "b"]
    own_noise = np.eye(6, dtype=np.float32)[[2, 3, 4, 5]]
    axis = np.eye(6, dtype=np.float32)[[0, 0, 1, 1]]
    voices = (axis + own_noise) / np.float32(np.sqrt(2))
    compared = ver.compare(voices, voices, speakers)
    np.testing.assert_allclose(compared.scores[np.arange(4), compared.own], 0.5, atol=1e-6)
    assert compared.scores[0, 1] == pytest.approx(0)


def corpus(n_speakers, n_each, spread, seed=0):
    rng = np.random.default_rng(seed)
    centres = np.repeat(rng.standard_normal((n_speakers, 64)), n_each, axis=0)
    voices = centres + spread * rng.standard_normal(centres.shape)
    return (voices / np.linalg.norm(voices, axis=1, keepdims=True)).astype(np.float32), [
        f"s{i // n_each}" for i in range(len(voices))
    ]


def test_perfect_voices_are_all_told_apart_but_not_for_certain():
    voices, speakers = corpus(12, 4, 0.01)
    compared = ver.compare(voices, voices, speakers)
    eer, accepted = ver.verification(compared, 200, 0)
    assert eer.value == eer.low == 0
    assert eer.high == pytest.approx(1 - 0.025 ** (1 / 12))
    assert accepted.value == 1
    assert ver.identification(compared, 200, 0)[0].value == 1
    assert ver.identification(compared, 200, 0)[0].low < 0.8


def test_voices_that_tell_nothing_are_guessed():
    voices, speakers = corpus(20, 10, 1000.0)
    compared = ver.compare(voices, voices, speakers)
    (eer, accepted), (hit, _) = ver.verification(compared, 200, 0), ver.identification(compared, 200, 0)
    assert eer.low < 0.5 < eer.high
    assert 0.4 < eer.low < eer.high < 0.6
    assert hit.low < 1 / 20 < hit.high
    assert accepted.value < 0.05


def test_a_silent_sound_is_like_nobody():
    voices, speakers = corpus(3, 3, 0.1)
    voices[0] = 0
    assert not ver.compare(voices, voices, speakers).scores[0].any()


def test_one_per_cent_takes_a_hundred_strangers():
    voices, speakers = corpus(3, 4, 0.1)
    eer, few = ver.verification(ver.compare(voices, voices, speakers), 100, 0)
    assert eer.value is not None
    assert few.value is None
    assert "24 comparisons" in few.reason


def test_intervals_are_wider_where_speakers_are_few():
    widths = []
    for n_speakers in (10, 40):
        voices, speakers = corpus(n_speakers, 120 // n_speakers, 2.5)
        eer = ver.verification(ver.compare(voices, voices, speakers), 300, 0)[0]
        assert eer.low <= eer.value <= eer.high
        widths.append(eer.high - eer.low)
    assert widths[0] > widths[1]


def test_two_speakers_are_enough_for_an_interval():
    voices, speakers = corpus(2, 6, 2.0)
    eer = ver.verification(ver.compare(voices, voices, speakers), 200, 0)[0]
    assert 0 <= eer.low <= eer.value <= eer.high <= 1
