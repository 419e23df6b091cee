"""Growing shares of an attacker's training data, each within every larger one, trained in as many steps."""

from collections.abc import Sequence

import numpy as np

from lowsr_tradeoff.learning.recipe import Recipe

SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)


def shares_of(n_all: int) -> tuple[float, ...]:
    """Return the shares below 1, ascending, whose amounts of ``n_all`` differ by one or more.

    >>> shares_of(6)
    (0.125, 0.25, 0.5)
    """
    counts = {max(1, round(share * n_all)): share for share in SHARES}
    return tuple(share for count, share in sorted(counts.items()) if count < n_all)


def part_of(names: Sequence[str], share: float, seeds: tuple[int, ...]) -> tuple[str, ...]:
    """Return a share, in 0…1, of names in a fixed order; by one seed a larger share holds every smaller one."""
    order = np.random.default_rng(seeds).permutation(len(names))
    return tuple(sorted(names[i] for i in order[: max(1, round(share * len(names)))]))


def as_long(recipe: Recipe, n_steps_of_all: int, n_steps: int) -> Recipe:
    """Return the recipe with its epochs scaled, to whole ones, so that fewer steps an epoch make as many in all."""
    return recipe.model_copy(update={"epochs": round(recipe.epochs * n_steps_of_all / n_steps)})
