import numpy as np
import pytest

from lowsr_tradeoff.privacy.attackers.learning_curves import CurveData, learning_curve
from lowsr_tradeoff.records.privacy import LearningLaw
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.learning_law import recovery

CONFIG = StudyConfig(rates_hz=(500,), n_resamples=200)
AMOUNTS = [1, 2, 4, 8, 15]
LAW = LearningLaw(chance=0.1, ceiling=0.7, scale=2, exponent=1, misfit_p=1)
RISING = np.array([recovery(LAW, amount) for amount in AMOUNTS])


def grown(words_each, **changed):
    """Twenty speakers, each with utterances of so many words, recovered to rising shares but for luck."""
    words, n_each = np.tile(words_each, 20), len(words_each)
    known = {
        "rate_hz": 500,
        "attacker": "somebody",
        "recovers": "words",
        "amount_of": "speakers",
        "amounts": AMOUNTS,
        "minutes": AMOUNTS,
        "hits": np.random.default_rng(0).binomial(words, RISING[:, None]),
        "words": words,
        "speakers": [f"s{i}" for i in range(20) for _ in range(n_each)],
        "folds": [i % 4 for i in range(20) for _ in range(n_each)],
        "chance": 0.1,
        "setup": "words",
    }
    return CurveData(**known | changed)


def test_points_are_pooled_words_of_utterances_however_long():
    it = grown([2, 30, 8])
    curve = learning_curve(CONFIG, it)
    pooled = it.hits.sum(axis=1) / it.words.sum()
    assert [point.value.value for point in curve.points] == pytest.approx(list(pooled))
    assert {point.value.n for point in curve.points} == {20 * 40}
    assert [point.amount for point in curve.points] == AMOUNTS
    assert (curve.rate_hz, curve.front_end, curve.attacker, curve.law.chance) == (500, "ideal", "somebody", 0.1)
    for more in curve.extrapolations:
        assert pooled[-1] - 0.05 < more.value.low <= more.value.value <= more.value.high < 1
        assert more.value.low <= recovery(LAW, 15 * more.times) <= more.value.high


def test_one_recording_of_ten_words_tells_as_much_as_ten_of_one_word():
    whole = grown([10])
    parted = grown(
        [1] * 10, hits=np.repeat(whole.hits, 10, axis=1) > np.tile(np.arange(10), 20), words=np.ones(200, int)
    )
    one, ten = learning_curve(CONFIG, parted), learning_curve(CONFIG, whole)
    # Speakers are drawn, not recordings.
    assert (one.law, one.extrapolations) == (ten.law, ten.extrapolations)


def test_a_recording_without_words_changes_no_share():
    with_silence, without = (learning_curve(CONFIG, grown(each)) for each in ([10, 0], [10]))
    assert with_silence.points == without.points
