"""Folds: made so that a source stays in one, or kept as the corpus brings them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from lowsr_tradeoff.corpora.rows import EventRow, Problem, grouped

Counts = Counter[str]


def fit_for_folds(rows: Sequence[EventRow], n_folds: int) -> tuple[list[EventRow], list[Problem]]:
    """Return the rows whose source and class fit into folds, and what is wrong with the others.

    Folds are given for all rows or for none; for none, ``n_folds`` are made.
    """
    problems: list[Problem] = []
    kept = list(rows)
    given = {int(row.fold) for row in kept if row.fold}
    for label, group in grouped(kept, lambda row: row.annotation).items():
        if fault := _class_fault(group, len(given) or n_folds):
            problems.append(Problem(f"class {label}", fault, n_clips=len(group)))
            kept = [row for row in kept if row.annotation != label]
    if len({row.annotation for row in kept}) < 2:
        problems.append(Problem("classes", "fewer than two can be used", n_clips=0, is_skippable=False))
    return kept, problems


def split_sources(folds: Sequence[int], sources: Sequence[str]) -> tuple[str, ...]:
    """Return the sources that lie in more than one fold, so that a network is tested on what it learnt from.

    Folds that a corpus brings are kept all the same: other work on this corpus uses them.

    >>> split_sources([1, 1, 2], ["a", "b", "a"])
    ('a',)
    """
    n_folds = Counter(source for source, _ in set(zip(sources, folds, strict=True)))
    return tuple(sorted(source for source, n in n_folds.items() if n > 1))


def assign_folds(labels: Sequence[str], sources: Sequence[str], n_folds: int, seed: int) -> tuple[int, ...]:
    """Return the fold of each clip, from 1 to ``n_folds``; clips of one source share theirs.

    Greedy: the largest sources first, each into the fold that has least of its classes so far. A class whose
    sources hold one class each is in every fold as soon as it has as many sources as there are folds. The order
    of the clips does not matter; the seed decides between sources that are alike.

    >>> assign_folds(["dog", "dog", "rain", "rain"], ["s1", "s2", "s3", "s3"], 2, seed=0)
    (1, 2, 1, 1)
    """
    totals = Counter(labels)
    folds: list[Counts] = [Counter() for _ in range(n_folds)]
    fold_of = {}
    for source, counts in _in_order(labels, sources, seed):
        best = min(range(n_folds), key=lambda i: (_overlap(folds[i], counts, totals), folds[i].total()))
        folds[best] += counts
        fold_of[source] = best + 1
    return tuple(fold_of[source] for source in sources)


def renumber(folds: Sequence[int]) -> tuple[int, ...]:
    """Return the folds numbered from 1 without gaps, in their order."""
    numbers = {fold: i for i, fold in enumerate(sorted(set(folds)), start=1)}
    return tuple(numbers[fold] for fold in folds)


def _class_fault(group: Sequence[EventRow], n_folds: int) -> str | None:
    n_sources = len({row.source or row.path for row in group})
    if n_sources < n_folds:
        return (
            f"has {len(group)} usable clips from {n_sources} sources, fewer than the {n_folds} folds; "
            "record more, or use fewer folds"
        )
    if group[0].fold and len({int(row.fold) for row in group}) == 1:
        return "is in one fold only, so it is never both learnt and tested"
    return None


def _in_order(labels: Sequence[str], sources: Sequence[str], seed: int) -> list[tuple[str, Counts]]:
    """Return sources, the largest first, as small ones still fill gaps, and class by class."""
    groups: dict[str, Counts] = {}
    for label, source in zip(labels, sources, strict=True):
        groups.setdefault(source, Counter())[label] += 1
    names = sorted(groups)
    draws = dict(zip(names, np.random.default_rng(seed).permutation(len(names)), strict=True))
    names.sort(key=lambda name: (-groups[name].total(), min(groups[name]), draws[name]))
    return [(name, groups[name]) for name in names]


def _overlap(fold: Counts, counts: Counts, totals: Counts) -> float:
    """Return how much the sum of squared class shares over folds rises, but for what is equal in all folds."""
    return sum(fold[label] * counts[label] / totals[label] ** 2 for label in sorted(counts))
