import numpy as np
import pytest
from legal_eval.io import ScoreMatrix
from legal_eval.metrics import linkability

from lowsr_tradeoff.privacy.attackers.speakers import legal


def voices(n_speakers, n_each, spread, seed=0):
    rng = np.random.default_rng(seed)
    centres = np.repeat(rng.standard_normal((n_speakers, 64)), n_each, axis=0)
    found = centres + spread * rng.standard_normal(centres.shape)
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit.astype(np.float32), [f"s{i // n_each}" for i in range(len(found))]


def test_clear_voices_are_all_linked_and_singled_out_but_not_for_certain():
    clear, speakers = voices(12, 6, 0.01)
    linked = legal.link_speakers(clear, clear, speakers, 200, 0)
    assert (linked.value, linked.n, linked.n_of) == (1, 12, "speakers")
    assert linked.low == pytest.approx(0.025 ** (1 / 12))
    assert legal.single_out(clear, clear, speakers, 200, 0).value == 1


def test_voices_that_tell_nothing_are_linked_and_singled_out_as_often_as_by_chance():
    nothing = np.random.default_rng(0).standard_normal((30 * 6, 64)).astype(np.float32)
    speakers = [f"s{i // 6}" for i in range(len(nothing))]
    linked = legal.link_speakers(nothing, nothing, speakers, 200, 0)
    assert linked.low <= 1 / 30 <= linked.high
    assert legal.single_out(nothing, nothing, speakers, 200, 0).value == pytest.approx(legal.BY_CHANCE, abs=0.12)


def test_linkability_is_that_of_the_program_for_all_candidates():
    """By hand: files of three utterances, conversations of three."""
    found, speakers = voices(10, 6, 3.0)
    rows = found.reshape(10, 6, 64).astype(float)
    file, heard = (part.mean(axis=1) for part in (rows[:, :3], rows[:, 3:]))
    names = [f"s{i}" for i in range(10)]
    cosines = file @ heard.T / np.outer(np.linalg.norm(file, axis=1), np.linalg.norm(heard, axis=1))
    (expected,) = linkability(ScoreMatrix(cosines, names, names, {}), 10, estimator="exact")
    assert 0.1 < expected < 1
    assert legal.link_speakers(found, found, speakers, 200, 0).value == pytest.approx(expected)


def test_two_utterances_can_be_linked_but_not_singled_out():
    found, speakers = voices(4, 2, 0.01)
    assert legal.link_speakers(found, found, speakers, 200, 0).value == 1
    assert "three utterances" in legal.single_out(found, found, speakers, 200, 0).reason
