"""Folds never split a source, and spread classes at least as evenly as scikit-learn does."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from lowsr_tradeoff.corpora.event_layouts import EventRow
from lowsr_tradeoff.corpora.folds import assign_folds, fit_for_folds, renumber, split_sources

LABELS = "abcd"
seeds = st.integers(0, 2**32)
n_foldses = st.integers(2, 6)


@st.composite
def sourced_clips(draw):
    """Clips whose sources hold one class each, every class with at least six sources."""
    clips = []
    for label in LABELS[: draw(st.integers(1, 4))]:
        sizes = draw(st.lists(st.integers(1, 5), min_size=6, max_size=15))
        clips += [(label, f"{label}{i}") for i, size in enumerate(sizes) for _ in range(size)]
    return draw(st.permutations(clips))


def spread(labels, folds, n_folds):
    """Sum over classes and folds of squared class shares: least when classes are even."""
    totals, counts = Counter(labels), Counter(zip(labels, folds, strict=True))
    return sum((counts[label, fold] / totals[label]) ** 2 for label in totals for fold in range(1, n_folds + 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(LABELS), st.integers(0, 9)), min_size=1, max_size=60), n_foldses, seeds)
def test_a_source_is_never_split_whatever_its_classes(clips, n_folds, seed):
    labels, sources = [label for label, _ in clips], [str(source) for _, source in clips]
    folds = assign_folds(labels, sources, n_folds, seed)
    assert len(set(zip(sources, folds, strict=True))) == len(set(sources))
    assert set(folds) <= set(range(1, n_folds + 1))


@settings(max_examples=40, deadline=None)
@given(sourced_clips(), n_foldses, seeds)
def test_every_class_is_in_every_fold_where_it_has_the_sources(clips, n_folds, seed):
    labels, sources = zip(*clips, strict=True)
    folds = assign_folds(labels, sources, n_folds, seed)
    for label in set(labels):
        assert {fold for name, fold in zip(labels, folds, strict=True) if name == label} == set(
            range(1, n_folds + 1)
        )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(LABELS), min_size=1, max_size=80), n_foldses, seeds)
def test_clips_that_are_their_own_sources_are_as_even_as_can_be(labels, n_folds, seed):
    folds = assign_folds(labels, [f"{i:02}" for i in range(len(labels))], n_folds, seed)
    everywhere = [(label, fold) for label in set(labels) for fold in range(1, n_folds + 1)]
    counts = Counter(zip(labels, folds, strict=True))
    for label in set(labels):
        sizes = [counts[pair] for pair in everywhere if pair[0] == label]
        assert max(sizes) - min(sizes) <= 1
    totals = [folds.count(fold) for fold in range(1, n_folds + 1)]
    assert max(totals) - min(totals) <= 1


@settings(max_examples=25, deadline=None)
@given(sourced_clips(), seeds, st.randoms(use_true_random=False))
def test_the_order_of_the_clips_does_not_matter(clips, seed, random):
    shuffled = list(clips)
    random.shuffle(shuffled)
    folds, again = (
        dict(zip(some, assign_folds([c[0] for c in some], [c[1] for c in some], 3, seed), strict=True))
        for some in (clips, shuffled)
    )
    assert folds == again


@pytest.mark.parametrize("seed", range(5))
def test_no_less_even_than_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    sources = rng.integers(0, 60, 400).astype(str).tolist()
    labels = [LABELS[(int(source) * 7 + rng.integers(0, 2)) % 4] for source in sources]
    theirs = np.zeros(400, int)
    oracle = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    for i, (_, test) in enumerate(oracle.split(labels, labels, sources), start=1):
        theirs[test] = i
    ours = assign_folds(labels, sources, 5, seed)
    assert spread(labels, ours, 5) <= 1.02 * spread(labels, theirs.tolist(), 5)


def test_another_seed_gives_other_folds_and_the_same_seed_the_same():
    labels, sources = ["a", "b"] * 20, [str(i) for i in range(40)]
    assert assign_folds(labels, sources, 4, 0) == assign_folds(labels, sources, 4, 0)
    assert assign_folds(labels, sources, 4, 0) != assign_folds(labels, sources, 4, 1)


@pytest.mark.parametrize("seed", range(5))
def test_one_large_source_is_outweighed_by_many_small_ones(seed):
    sources = ["large"] * 6 + [f"small{i}" for i in range(6)]
    folds = assign_folds(["a"] * 12, sources, 2, seed)
    assert set(folds[:6]).isdisjoint(folds[6:])


def test_folds_are_numbered_without_gaps_in_their_order():
    assert renumber([30, 2, 30, 7]) == (3, 1, 3, 2)


def rows(*clips):
    return [
        EventRow(str(i), Path(f"{i}.wav"), label, None, fold, source)
        for i, (label, fold, source) in enumerate(clips)
    ]


def faults(clips, n_folds=2):
    kept, problems = fit_for_folds(rows(*clips), n_folds)
    return len(kept), {(p.where, p.reason, p.n_clips) for p in problems}


TWO_CLASSES = [("dog", "1", "a"), ("dog", "2", "b"), ("cat", "1", "c"), ("cat", "2", "d")]


def test_good_rows_have_no_fault():
    assert faults(TWO_CLASSES) == (4, set())
    assert faults([(label, "", source) for label, _, source in TWO_CLASSES]) == (4, set())


def test_folds_that_a_corpus_brings_are_kept_though_they_split_a_source():
    assert faults([*TWO_CLASSES, ("dog", "1", "x"), ("cat", "2", "x")]) == (6, set())


@settings(max_examples=40, deadline=None)
@given(sourced_clips(), n_foldses, seeds)
def test_made_folds_split_no_source(clips, n_folds, seed):
    labels, sources = zip(*clips, strict=True)
    assert split_sources(assign_folds(labels, sources, n_folds, seed), sources) == ()


def test_every_source_in_two_folds_is_named_once():
    assert split_sources([1, 2, 2, 3, 1], ["x", "x", "y", "z", "z"]) == ("x", "z")


def test_a_class_with_fewer_clips_than_folds_goes_whole():
    n_kept, found = faults([*TWO_CLASSES, ("owl", "1", "")])
    reason = "has 1 usable clips from 1 sources, fewer than the 2 folds; record more, or use fewer folds"
    assert (n_kept, found) == (4, {("class owl", reason, 1)})


def test_many_clips_of_too_few_sources_are_too_few():
    clips = [("dog", "", str(i)) for i in range(3)] + [("cat", "", str(i)) for i in range(3, 6)]
    n_kept, found = faults([*clips, *[("owl", "", "same")] * 9], n_folds=3)
    reason = "has 9 usable clips from 1 sources, fewer than the 3 folds; record more, or use fewer folds"
    assert (n_kept, found) == (6, {("class owl", reason, 9)})


def test_files_without_a_source_are_one_each():
    assert faults([(label, "", "") for label in ("dog", "dog", "cat", "cat")]) == (4, set())


def test_given_folds_decide_how_many_clips_a_class_needs():
    assert faults(TWO_CLASSES, n_folds=5) == (4, set())


def test_a_class_in_one_fold_is_never_both_learnt_and_tested():
    _, found = faults([*TWO_CLASSES, ("owl", "1", "e"), ("owl", "01", "f")])
    assert found == {("class owl", "is in one fold only, so it is never both learnt and tested", 2)}


@pytest.mark.parametrize("clips", [[], TWO_CLASSES[:2], [*TWO_CLASSES[:2], ("cat", "", "")]])
def test_fewer_than_two_classes_cannot_be_mended(clips):
    _, problems = fit_for_folds(rows(*clips), 2)
    assert not problems[-1].is_skippable
    assert problems[-1].reason == "fewer than two can be used"
