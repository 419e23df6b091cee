from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.privacy.attackers.adapted.attack import RECIPE
from lowsr_tradeoff.privacy.attackers.shares import SHARES, as_long, part_of, shares_of


@given(st.integers(0, 400), st.integers(0, 5))
def test_shares_differ_by_one_or_more_and_each_holds_the_smaller_ones(n, seed):
    names = [f"s{i:03}" for i in range(n)]
    parts = [set(part_of(names, share, (seed, 1))) for share in (*shares_of(n), 1)]
    assert all(small < large for small, large in pairwise(parts))
    assert parts[-1] == set(names)


def test_of_many_every_share_is_told_apart():
    assert shares_of(16) == SHARES
    assert shares_of(1) == shares_of(0) == ()


def test_fewer_data_are_learnt_in_as_many_steps():
    for n_steps in (1, 2, 3, 6):
        assert as_long(RECIPE, 6, n_steps).epochs * n_steps == 6 * RECIPE.epochs
