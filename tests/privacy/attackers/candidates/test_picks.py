import numpy as np
import pytest

from lowsr_tradeoff.privacy.attackers.candidates.lists import Place
from lowsr_tradeoff.privacy.attackers.candidates.picks import by_length, by_likelihood


def test_likelihoods_that_do_not_depend_on_the_sound_guess():
    rng = np.random.default_rng(0)
    prior = 20 * rng.normal(size=8)
    picked = [by_likelihood(prior + rng.normal(size=(8, 8))) == np.arange(8) for _ in range(2000)]
    # 16000 picks: a standard error of .0026.
    assert np.mean(picked) == pytest.approx(1 / 8, abs=0.01)


def test_a_prior_does_not_hide_what_is_heard():
    rng = np.random.default_rng(0)
    prior, heard = 20 * rng.normal(size=8), 6 * np.eye(8)
    scores = prior + heard + rng.normal(size=(8, 8))
    assert (by_likelihood(scores) == np.arange(8)).all()
    assert (scores.argmax(axis=1) == np.arange(8)).mean() < 0.5


def test_length_picks_the_text_that_is_as_much_longer_as_the_recording():
    texts = ("a" * 10, "a" * 20, "a" * 40)
    places = tuple(Place(utterance, truth, texts) for utterance, truth in enumerate((2, 0, 1)))
    assert by_length(places, [4.4, 0.9, 2.0]).tolist() == [2, 0, 1]
