"""Parts that know nothing of each other make the same results as one run, each training once."""

import os
from functools import partial

import numpy as np
import pytest
from tests.runner.steps import step as named_step

from lowsr_tradeoff.cli import main as cli
from lowsr_tradeoff.errors import ConfigError, DataError, PartialRunError, StageError
from lowsr_tradeoff.files.writing import seal, unseal
from lowsr_tradeoff.runner.schedule import Resources, execute
from lowsr_tradeoff.runner.shards import CONFIG, merge, parse_shard, steps_of_shard
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.toml import load_config
from lowsr_tradeoff.study.plan import open_study, plan
from lowsr_tradeoff.study.run import run_shard

step = partial(named_step, stage="train")


def run(store, steps):
    for one in steps:
        store.write(one, {"of": [store.meta(need) for need in one.needs]})


def study_of(n_folds):
    """In every fold a teacher and two pupils on shared features; something that needs all, something alone."""
    images = step("images", stage="features")
    made = []
    for fold in range(n_folds):
        teacher = step(f"teacher {fold}", images)
        made += [teacher, step(f"a {fold}", images, teacher), step(f"b {fold}", images, teacher)]
    return [*made, step("all", *made, stage="diagnose"), step("alone", stage="words")]


@pytest.mark.parametrize("text", ["0/4", "5/4", "a/b", "3", "1/0", "-1/2"])
def test_a_part_that_is_none_is_refused(text):
    with pytest.raises(ConfigError, match="1/4"):
        parse_shard(text)


@pytest.mark.parametrize("parts", [1, 2, 3, 7])
def test_every_step_is_in_one_part_with_its_trainings(parts):
    wanted = study_of(5)
    shards = [steps_of_shard(wanted, i + 1, parts) for i in range(parts)]
    together = [one for shard in shards for one in shard]
    assert len(together) == len(set(together))
    assert {one.label for one in set(wanted) - set(together)} == ({"all"} if parts else set())
    for shard in shards:
        trained = {need for one in shard for need in one.needs if need.stage == "train"}
        assert trained <= set(shard)
    sizes = sorted(map(len, shards))
    assert sizes[-1] - sizes[0] <= 3


def test_parts_merged_and_finished_equal_one_run(tmp_path):
    wanted, whole = study_of(3), Store(tmp_path / "whole")
    execute(wanted, whole, partial(run, whole), 1, lambda _: None)
    parts = [tmp_path / f"part-{i}" for i in (1, 2)]
    for i, part in enumerate(parts):
        store = Store(part)
        execute(steps_of_shard(wanted, i + 1, 2), store, partial(run, store), 1, lambda _: None)
        (part / CONFIG).write_text("seed = 0\n")
    out = Store(tmp_path / "out")
    # The features are in both parts.
    assert merge(parts, out.root) == len(wanted)
    outcome = execute(wanted, out, partial(run, out), 1, lambda _: None)
    assert (outcome.n_run, outcome.n_reused) == (1, len(wanted) - 1)
    for one in wanted:
        assert out.files(one) == whole.files(one)


def test_parts_of_other_settings_damaged_ones_and_other_results_are_refused(tmp_path):
    one, parts = step("x"), [tmp_path / "a", tmp_path / "b"]
    for part in parts:
        run(Store(part), [one])
        (part / CONFIG).write_text("seed = 0\n")
    record = next(parts[1].rglob("*.json"))
    whole = record.read_bytes()
    record.write_bytes(whole[:-1] + b" ")
    with pytest.raises(DataError, match=r"b/steps/train/.* is damaged"):
        merge(parts, tmp_path / "out")
    Store(parts[1]).write(one, {"of": ["another"]})
    with pytest.raises(DataError, match=r"x: .* has another result"):
        merge(parts, tmp_path / "out")
    (parts[1] / CONFIG).write_text("seed = 1\n")
    with pytest.raises(DataError, match=r"b: its settings are not those of .*a"):
        merge(parts, tmp_path / "out")
    with pytest.raises(DataError, match="so it is no run"):
        merge([tmp_path / "absent"], tmp_path / "out")


def test_of_a_part_from_elsewhere_only_what_is_named_and_bounded_is_taken(tmp_path, monkeypatch):
    """With right checksums: a bomb, another result's name, a record without end; a pipe is not waited for."""
    part, one, out = tmp_path / "part", step("x"), tmp_path / "out"
    store = Store(part)
    store.write(one, {"of": []}, {"a": np.ones(2)})
    (part / CONFIG).write_text("seed = 0\n")
    record, arrays = (next(part.rglob(f"*.{suffix}")) for suffix in ("json", "safetensors"))
    whole = record.read_bytes()
    for body in (b'{"meta":' + b"[" * 100_000, b"{}", unseal(whole).replace(one.key.encode(), b"0" * 32)):
        record.write_bytes(seal(body))
        with pytest.raises(DataError, match="is damaged, or of another version"):
            merge([part], out)
    record.write_bytes(whole)
    with monkeypatch.context() as patched:
        patched.setattr("lowsr_tradeoff.runner.store.MOST_RECORD_BYTES", len(whole) - 1)
        with pytest.raises(DataError, match="is damaged"):
            merge([part], out)
    packed = arrays.read_bytes()
    arrays.unlink()
    os.mkfifo(arrays)
    with pytest.raises(DataError, match="is damaged"):
        merge([part], out)
    arrays.unlink()
    arrays.write_bytes(packed)
    assert not list(out.rglob("*.*"))
    assert merge([part], out) == 1
    assert Store(out).files(one) == store.files(one)


def test_what_is_damaged_and_needed_no_more_is_mended_as_the_message_says(tmp_path):
    """Features are made again for trainings that are not there alone: to run the part again mends nothing."""
    part, wanted = Store(tmp_path / "part"), study_of(1)
    execute(wanted, part, partial(run, part), 1, lambda _: None)
    (part.root / CONFIG).write_text("seed = 0\n")
    (features,) = (part.root / "steps" / "features").glob("*.json")
    features.write_bytes(b"half")
    assert execute(wanted, part, partial(run, part), 1, lambda _: None).n_run == 0
    with pytest.raises(DataError, match=rf"{features.name}: is damaged, .*; delete it and run that part again"):
        merge([part.root], tmp_path / "out")
    features.unlink()
    assert execute(wanted, part, partial(run, part), 1, lambda _: None).n_run == 0
    assert merge([part.root], tmp_path / "out") == len(wanted)


def test_a_damaged_result_in_the_merged_folder_is_made_good(tmp_path):
    part, one, out = tmp_path / "part", step("x"), Store(tmp_path / "out")
    run(Store(part), [one])
    (part / CONFIG).write_text("seed = 0\n")
    merge([part], out.root)
    next(out.root.rglob("*.json")).write_bytes(b"half")
    merge([part], out.root)
    assert out.files(one) == Store(part).files(one)


def test_a_real_study_divides_and_a_finished_part_runs_nothing(small_study, small_run, tmp_path, capsys):
    """Of the finished run every part is there already; merged, it is the whole run."""
    out, _ = small_run
    study = open_study(load_config(small_study), out)
    wanted = plan(study).steps
    shards = [steps_of_shard(wanted, i, 2) for i in (1, 2)]
    assert {one.label for one in set(wanted) - {*shards[0], *shards[1]}} == {"diagnostics of distillation"}
    assert abs(len(shards[0]) - len(shards[1])) <= len(wanted) / 4
    for arguments in (["--config", small_study, "--out", out, "--shard", "1/2"], ["merge", out, "--out", tmp_path]):
        with pytest.raises(SystemExit) as left:
            cli.main([str(a) for a in arguments])
        assert left.value.code == 0
    said = capsys.readouterr().out
    assert f"part 1/2: 0 steps run, {len(shards[0])} were there" in said
    assert all(Store(tmp_path).holds(one) for one in wanted)


def test_a_part_that_lacks_some_steps_is_partial_and_one_that_lacks_all_has_failed(
    small_study, tmp_path, monkeypatch
):
    """As of a whole run."""
    config, broken = load_config(small_study), []

    def some_fail(corpora, store, steps):
        if any(one.label in broken for one in steps):
            raise DataError("the disk of clip 7 is broken")
        run(store, steps)

    monkeypatch.setattr("lowsr_tradeoff.study.run.run_batch", some_fail)
    labels = [one.label for one in steps_of_shard(plan(open_study(config, tmp_path)).steps, 1, 9)]
    broken.append("500 Hz shared cssd, fold 1, repetition 1")
    assert set(broken) < set(labels)
    with pytest.raises(PartialRunError, match=r"clip 7 is broken"):
        run_shard(config, tmp_path, (1, 9), lambda _: None, Resources(1))
    broken[:] = labels
    with pytest.raises(StageError) as error:
        run_shard(config, tmp_path / "none", (1, 9), lambda _: None, Resources(1))
    assert not isinstance(error.value, PartialRunError)
