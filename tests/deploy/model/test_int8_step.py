"""Int8 on test folds: the tested networks again, with ranges set by the clips they were trained on."""

from functools import partial

import numpy as np
import pytest
from tests.conftest import write_tones
from tests.deploy.model.test_final import study

from lowsr_tradeoff.classify.arms import Listener
from lowsr_tradeoff.corpora.clips import clips_of, folds_of
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.deploy.model import int8_step
from lowsr_tradeoff.deploy.model.final import final_steps
from lowsr_tradeoff.deploy.model.int8_step import int8_steps, loss_in_int8, run
from lowsr_tradeoff.deploy.model.onnx_export import quantise
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.runner.crew import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store


@pytest.fixture(scope="module")
def tested(tmp_path_factory):
    root = tmp_path_factory.mktemp("int8")
    events = write_tones(root / "events", {"low": 150, "high": 400})
    corpus = load_events(str(events), 2, None, 0, (1000,), 8000, skip_bad=False, cache=None)
    store = Store(root / "run")
    steps = final_steps(study(), corpus, Listener(1000, "native", "finetuned"))[:-1]
    execute(steps, store, partial(run_batch, {"events": corpus}, store), 1, lambda _: None)
    return corpus, store, steps


def test_the_network_in_float_is_the_one_that_was_tested(tested, monkeypatch):
    corpus, store, steps = tested
    calibrated = []
    monkeypatch.setattr(
        int8_step, "quantise", lambda packed, images: calibrated.append(images) or quantise(packed, images)
    )
    step = int8_steps(steps)[0]
    run([step], corpus, store)
    said = store.arrays(step)
    np.testing.assert_array_equal(said["float"], store.arrays(steps[0])["test_logits"].argmax(axis=1))
    assert len(said["int8"]) == len(clips_of(corpus, 1))
    (others,) = [
        store.arrays(need)["features"][:, 0]
        for need in step.needs
        if need.stage == "features" and need.settings.fold != 1
    ]
    np.testing.assert_array_equal(calibrated, [others.astype(np.float32)])


def test_the_loss_joins_the_folds(tested, tmp_path):
    corpus, _, steps = tested
    store, in_int8 = Store(tmp_path), int8_steps(steps)
    assert [step.settings.held_out for step in in_int8] == [(1,), (2,)]
    rng = np.random.default_rng(0)
    said = [{name: rng.integers(0, 2, 6) for name in ("float", "int8")} for _ in in_int8]
    for step, each in zip(in_int8, said, strict=True):
        store.write(step, {}, each)
    loss = loss_in_int8(in_int8, corpus, store, 0)
    truth = [corpus.summary.classes.index(clip.label) for clip in clips_of(corpus, *folds_of(corpus))]
    right = {name: np.concatenate([each[name] for each in said]) == truth for name in ("float", "int8")}
    assert loss.float_accuracy.value == pytest.approx(right["float"].mean())
    assert loss.difference.value == pytest.approx(right["int8"].mean() - right["float"].mean())
    assert loss.difference.n == 12
    assert not loss.is_trained_on


def test_its_key_follows_the_training(tested):
    first, second = int8_steps(tested[2])
    assert first.key != second.key
    assert first.needs[0] == tested[2][0]


def test_an_arm_that_trains_nothing_has_nothing_to_repeat(tested):
    corpus, store, _ = tested
    steps = final_steps(study(arm="raw", grid="shared"), corpus, Listener(1000, "shared", "raw"))[:-1]
    execute(steps, store, partial(run_batch, {"events": corpus}, store), 1, lambda _: None)
    with pytest.raises(StageError, match="no training to repeat"):
        run(int8_steps(steps)[:1], corpus, store)
