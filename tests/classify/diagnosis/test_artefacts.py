import numpy as np
import pytest

from lowsr_tradeoff.classify.diagnosis.artefacts import (
    ClipTable,
    NetworkOutputs,
    by_clip,
    mean_by_clip,
    mean_of,
    pooled,
)
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.statistics.intervals import mean_measurement, resample_weights

N_CLIPS, N_FOLDS, N_REPETITIONS = 30, 3, 2
FOLD = np.repeat([1, 2, 3], 10)


def clips_of() -> ClipTable:
    weights = resample_weights([f"s{i // 2}" for i in range(N_CLIPS)], 300, 0)
    return ClipTable(np.arange(N_CLIPS) % 2, FOLD, weights, ("a", "b"))


def runs_of(**arrays) -> tuple[NetworkOutputs, ...]:
    return tuple(
        NetworkOutputs(
            f"fold {fold}, repetition {repetition}",
            arrays,
            {"test": np.flatnonzero(fold == FOLD), "train": np.flatnonzero(fold != FOLD)},
        )
        for repetition in range(N_REPETITIONS)
        for fold in (1, 2, 3)
    )


def test_a_clip_is_tested_once_per_repetition_and_taught_by_all_other_folds():
    for part, times in (("test", N_REPETITIONS), ("train", N_REPETITIONS * (N_FOLDS - 1))):
        rows = [run.rows[part] for run in runs_of()]
        assert by_clip([np.ones(len(r)) for r in rows], rows, N_CLIPS).tolist() == [times] * N_CLIPS


def test_values_find_their_clips_again():
    rows = [run.rows["train"] for run in runs_of()]
    assert mean_by_clip([r.astype(float) for r in rows], rows, N_CLIPS).tolist() == list(range(N_CLIPS))


def test_a_mean_is_over_clips_and_its_interval_over_sources():
    clips, runs = clips_of(), runs_of()
    found = mean_of([run.rows["test"].astype(float) for run in runs], runs, "test", clips, "bit")
    assert found.value == pytest.approx(np.arange(N_CLIPS).mean())
    assert (found.n, found.n_of, found.unit) == (N_CLIPS, "clips", "bit")
    expected = mean_measurement(np.arange(N_CLIPS), clips.weights, "clips", "bit")
    assert (found.low, found.high) == (expected.low, expected.high)


def test_repetitions_do_not_narrow_an_interval():
    """Saying the same twice is not more evidence."""
    clips, runs = clips_of(), runs_of()
    once, twice = (
        mean_of([run.rows["test"] % 7.0 for run in some], some, "test", clips, "1") for some in (runs[:3], runs)
    )
    assert once == twice


def test_only_what_counts_is_counted():
    clips, runs = clips_of(), runs_of()
    values = [(run.rows["test"] % 3 == 0).astype(float) for run in runs]
    even = [(run.rows["test"] % 2 == 0).astype(float) for run in runs]
    share = pooled(values, runs, "test", clips, even)
    assert (share.value, share.n) == (pytest.approx(1 / 3), 15)
    mean = pooled([run.rows["test"].astype(float) for run in runs], runs, "test", clips, even, "bit")
    assert (mean.value, mean.unit, mean.n) == (pytest.approx(14), "bit", 15)


def test_where_nothing_counts_there_is_a_reason_not_a_figure():
    clips, runs = clips_of(), runs_of()
    none = [np.zeros(10) for _ in runs]
    assert pooled(none, runs, "test", clips, none).reason == "there is no such clip"


def test_a_share_without_exception_is_not_certainty():
    clips, runs = clips_of(), runs_of()
    all_right = pooled([np.ones(20) for _ in runs], runs, "train", clips)
    assert all_right.value == all_right.high == 1
    assert all_right.low < 0.95


def test_arrays_of_other_clips_are_refused():
    (run, *_) = runs_of(test_logits=np.zeros((7, 2)))
    with pytest.raises(StageError, match="fold 1, repetition 0: test_logits has 7 rows for 10 clips; run"):
        run.get("test", "logits")
    with pytest.raises(StageError, match="its artefact has no train_logits"):
        run.get("train", "logits")
