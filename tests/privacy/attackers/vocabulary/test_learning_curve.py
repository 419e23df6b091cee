import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from tests.privacy.digits import SPEECH, TRUTH, WORDS

from lowsr_tradeoff.privacy.attackers.shares import SHARES
from lowsr_tradeoff.privacy.attackers.vocabulary import attack, learning_curve
from lowsr_tradeoff.privacy.attackers.vocabulary.step_settings import training_speakers
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.toml import load_config

CONFIG = load_config(
    None,
    {
        "rates_hz": (500,),
        "reference_rate_hz": 2000,
        "n_resamples": 200,
        "privacy": {"attackers": "all"},
        "front_end": {"filter": "ideal"},
    },
)
FOLDS = sorted({clip.fold for clip in WORDS.clips})


def of_speakers(n):
    """The embedded words of the first speakers."""
    kept = sorted({clip.source for clip in WORDS.clips})[:n]
    return dataclasses.replace(WORDS, clips=tuple(clip for clip in WORDS.clips if clip.source in kept))


def write(store, step, share_right, rng):
    is_right = rng.uniform(size=len(TRUTH)) < share_right
    answers = np.where(is_right, TRUTH, (TRUTH + 1) % 10)
    store.write(step, {}, {"scores": np.eye(10, dtype=np.float32)[answers]})


def test_a_larger_share_holds_every_smaller_one_and_nobody_who_is_tested():
    for fold in FOLDS:
        tested = {clip.source for clip in WORDS.clips if clip.fold == fold}
        shares = [set(training_speakers(WORDS, fold, share, seed=0)) for share in (*SHARES, 1)]
        assert [len(speakers) for speakers in shares] in ([1, 3, 5, 10, 21], [1, 3, 6, 11, 22])
        assert all(small < large for small, large in pairwise(shares))
        assert not shares[-1] & tested
        assert set(training_speakers(WORDS, fold, 1 / 4, seed=1)) != shares[2]


def test_shares_of_few_speakers_differ_by_one_or_more():
    assert learning_curve.growing_shares(WORDS, seed=0) == SHARES
    # Of 4 others: 1, 2.
    assert learning_curve.growing_shares(of_speakers(5), seed=0) == (1 / 4, 1 / 2)


def test_a_share_of_one_recording_teaches_nothing_and_is_left_out():
    """A network's normalisation needs two recordings to learn from."""
    one_each = {clip.source: clip for clip in WORDS.clips}.values()
    corpus = dataclasses.replace(WORDS, clips=tuple(one_each))
    shares = learning_curve.growing_shares(corpus, seed=0)
    assert shares == SHARES[1:]
    assert all(len(training_speakers(corpus, fold, share, 0)) > 1 for fold in FOLDS for share in shares)


def test_every_rate_has_a_step_for_each_share_and_shares_the_whole_with_the_attacker():
    steps = learning_curve.plan(CONFIG, SPEECH).steps
    shares = [step for step in steps if step.stage == learning_curve.STAGE]
    assert [(step.settings.captures.rate_hz, step.settings.share) for step in shares] == [
        (rate_hz, share) for rate_hz in (500, 2000) for share in SHARES
    ]
    # Behind the study's front end alone.
    assert {step.settings.captures.front_end.filter for step in steps} == {"ideal"}
    assert len(set(steps)) == 10
    assert set(steps) - set(shares) <= set(attack.plan(CONFIG, SPEECH).steps)
    assert "1/16 of the speakers at 500 Hz" in shares[0].label


def test_recovery_by_speakers_becomes_a_curve_with_extrapolations(tmp_path):
    store, rng, plan = Store(tmp_path), np.random.default_rng(0), learning_curve.plan(CONFIG, SPEECH)
    rising = {1 / 16: 0.2, 1 / 8: 0.35, 1 / 4: 0.45, 1 / 2: 0.55, 1: 0.6}
    for step in plan.steps:
        share_right = rising[step.settings.share]
        write(store, step, share_right if step.settings.captures.rate_hz == 500 else 0.1, rng)
    low, high = learning_curve.results(plan, store, {})
    assert (low.rate_hz, high.rate_hz, low.amount_of, low.front_end) == (500, 2000, "speakers", "ideal")
    assert [point.value.value for point in low.points] == pytest.approx([0.2, 0.35, 0.45, 0.55, 0.6], abs=0.08)
    assert low.points[-1].amount == pytest.approx(27 * 4 / 5)
    assert low.points[-1].minutes == pytest.approx(540 * 4 / 5 * WORDS.clip_s / 60)
    assert [extrapolation.times for extrapolation in low.extrapolations] == [10, 100]
    for extrapolation in low.extrapolations:
        assert 0.58 < extrapolation.value.low < extrapolation.value.value < extrapolation.value.high < 1
    assert low.law.chance == 0.1
    # Recovered at the level of chance whatever was learnt: no gain with any law.
    assert high.law.ceiling == pytest.approx(0.1, abs=0.01)
