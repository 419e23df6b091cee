"""Int8 on test folds: the tested networks again, with ranges set by the clips they were trained on."""

from dataclasses import replace

import numpy as np
import pytest
from tests.deploy.conftest import plan_of, study
from tests.learning.networks.published_yamnets import keras_file

from lowsr_tradeoff.corpora.clips import class_numbers, clips_of, folds_of
from lowsr_tradeoff.deploy.model import quantisation
from lowsr_tradeoff.deploy.model.int8_step import cross_validated_loss, images_read, run
from lowsr_tradeoff.deploy.model.onnx_export import class_scores, open_session, quantise
from lowsr_tradeoff.deploy.model.train import plan_model, run_plan
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.networks.yamnet import SMALL_BLOCKS
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.store import Store


def run_tests(plan, store):
    """Run the tests in float alone."""
    run_plan(replace(plan, final=plan.tests[0], int8=()), store, 1, lambda _: None)


@pytest.fixture(scope="module")
def tested(two_tones, store):
    plan = plan_of(two_tones)
    run_tests(plan, store)
    return plan, store


def test_the_network_in_float_is_the_one_that_was_tested(tested, monkeypatch):
    plan, store = tested
    calibrated = []
    monkeypatch.setattr(
        quantisation, "quantise", lambda network, images: calibrated.append(images) or quantise(network, images)
    )
    step = plan.int8[0]
    run([step], plan.corpus, store)
    predicted = store.arrays(step)
    np.testing.assert_array_equal(predicted["float"], store.arrays(plan.tests[0])["test_logits"].argmax(axis=1))
    assert len(predicted["int8"]) == len(clips_of(plan.corpus, 1))
    (others,) = [
        store.arrays(need)["features"][:, 0]
        for need in step.needs
        if need.stage == "features" and need.settings.fold != 1
    ]
    np.testing.assert_array_equal(calibrated, [others.astype(np.float32)])


def test_of_a_head_alone_the_whole_network_is_tested(two_tones, tmp_path):
    keras_file(tmp_path / "net.h5", SMALL_BLOCKS, np.random.default_rng(1))
    published = {"network": "yamnet_256", "checkpoint": str(tmp_path / "net.h5"), "adapt": "probe"}
    config = study()
    config = config.model_copy(update={"classify": config.classify.model_copy(update=published)})
    plan = plan_model(config, two_tones, Condition(1000, "native", "finetuned"), is_int8_counted=True)
    store = Store(tmp_path / "run")
    run_plan(replace(plan, final=plan.tests[0], tests=(), int8=plan.int8[:1]), store, 1, lambda _: None)
    (test, int8) = plan.tests[0], plan.int8[0]
    assert "embeddings" in {need.stage for need in test.needs}
    np.testing.assert_array_equal(store.arrays(int8)["float"], store.arrays(test)["test_logits"].argmax(axis=1))
    network = store.arrays(int8)["network"].tobytes()
    images = images_read(int8, store, [1])
    assert images.shape[1:] == (64, 96)
    found = class_scores(open_session(network), images).argmax(axis=1)
    np.testing.assert_array_equal(found, store.arrays(int8)["int8"])


def test_the_loss_joins_the_folds(tested, tmp_path):
    (plan, _), store = tested, Store(tmp_path)
    assert [step.settings.held_out for step in plan.int8] == [(1,), (2,)]
    rng = np.random.default_rng(0)
    predicted = [{name: rng.integers(0, 2, 6) for name in ("float", "int8")} for _ in plan.int8]
    for step, classes in zip(plan.int8, predicted, strict=True):
        store.write(step, {}, classes)
    loss = cross_validated_loss(plan.int8, plan.corpus, store, 0)
    truth = class_numbers(plan.corpus, clips_of(plan.corpus, *folds_of(plan.corpus)))
    right = {name: np.concatenate([fold[name] for fold in predicted]) == truth for name in ("float", "int8")}
    assert loss.float_accuracy.value == pytest.approx(right["float"].mean())
    assert loss.difference.value == pytest.approx(right["int8"].mean() - right["float"].mean())
    assert loss.difference.n == 12
    assert not loss.is_trained_on


def test_its_key_follows_the_training(tested):
    first, second = tested[0].int8
    assert first.key != second.key
    assert first.needs[0] == tested[0].tests[0]


def test_an_arm_that_trains_nothing_has_nothing_to_repeat(tested, two_tones):
    plan = plan_of(two_tones, arm="raw", grid="shared")
    run_tests(plan, tested[1])
    with pytest.raises(StageError, match="no training to repeat"):
        run(plan.int8[:1], two_tones, tested[1])
