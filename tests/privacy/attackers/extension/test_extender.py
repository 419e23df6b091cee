import numpy as np
import pytest

from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.privacy.attackers.extension.attack import RECIPE
from lowsr_tradeoff.privacy.attackers.extension.extender import Pair, extend, learn

N_MELS, FLOOR = 12, -1.0
MADE_UP = np.arange(N_MELS) >= 6


def pair(rng, *, is_bound=True) -> Pair:
    """Bands above are a function of those below: their mirror, one frame later; or are noise of their own."""
    low = rng.uniform(-1, 1, (6, 40)).astype(np.float32)
    high = np.roll(low[::-1], 1, axis=1) if is_bound else rng.uniform(-1, 1, low.shape).astype(np.float32)
    return Pair(np.vstack([low, np.full_like(low, FLOOR)]), np.vstack([low, high]))


def error(network, clips):
    made = [extend(network, clip.captured, MADE_UP)[MADE_UP] - clip.original[MADE_UP] for clip in clips]
    # The first frame's neighbour is not in the clip.
    return float(np.mean([np.square(x[:, 2:]).mean() for x in made]))


def learnt(clips, **changes):
    return learn(clips, MADE_UP, RECIPE.model_copy(update=changes), (0, 1))


def test_bands_that_follow_from_those_below_are_recovered_in_unseen_clips():
    rng = np.random.default_rng(0)
    clips, unseen = [pair(rng) for _ in range(24)], [pair(rng) for _ in range(5)]
    # The variance of what is to be made up is 1/3.
    assert error(learnt(clips, epochs=25), unseen) < 0.06


def test_bands_that_follow_from_nothing_stay_unknown():
    rng = np.random.default_rng(0)
    clips, unseen = ([pair(rng, is_bound=False) for _ in range(n)] for n in (24, 5))
    assert error(learnt(clips), unseen) > 0.3


def test_bands_that_the_capture_holds_are_kept():
    rng = np.random.default_rng(0)
    clips = [pair(rng) for _ in range(4)]
    network = learnt(clips, epochs=2)
    extended = extend(network, clips[0].captured, MADE_UP)
    np.testing.assert_array_equal(extended[~MADE_UP], clips[0].captured[~MADE_UP])
    assert (extended[MADE_UP] != clips[0].captured[MADE_UP]).any()


def test_the_same_seeds_give_the_same_bytes():
    clips = [pair(np.random.default_rng(0)) for _ in range(4)]
    one, two = (extend(learnt(clips, epochs=2), clips[0].captured, MADE_UP).tobytes() for _ in range(2))
    assert one == two


def test_a_training_that_diverges_says_so():
    clips = [pair(np.random.default_rng(0)) for _ in range(9)]
    with pytest.raises(StageError, match="diverged"):
        learnt(clips, epochs=2, learning_rate=1e30)
