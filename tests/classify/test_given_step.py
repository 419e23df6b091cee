"""A network from a file answers at every rate; what it names outside the corpus is wrong, and said."""

from functools import partial

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from tests.conftest import write_tones

from lowsr_tradeoff.audio.capture import restore
from lowsr_tradeoff.classify import given_step, stage
from lowsr_tradeoff.classify.alarms.stream import windows_of
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.learning.given import class_scores, open_network
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.alarms import AlarmSettings
from lowsr_tradeoff.settings.toml import load_config

TOML = """rate_hz = 1000
input = "log_mel"
front_end = "compact"
window_s = 0.5
output = "logits"
answers = "{answers}"
classes = ["high tone", "hum", "low tone"]
[labels]
high = ["high tone"]
low = ["low tone"]
"""


def network(hum):
    """The mean level of the upper bands, of the lower ones, and a constant for a class of its own."""
    read = helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, ["n", 1, 16, 12])
    said = helper.make_tensor_value_info("scores", onnx.TensorProto.FLOAT, ["n", 3])
    weight = np.zeros((192, 3), np.float32)
    by_band = weight.reshape(16, 12, 3)
    by_band[8:, :, 0] = by_band[:8, :, 2] = 1 / 96
    held = [
        numpy_helper.from_array(weight, "weight"),
        numpy_helper.from_array(np.float32([0, hum, 0]), "bias"),
        numpy_helper.from_array(np.int64([-1, 192]), "flat"),
    ]
    nodes = [
        helper.make_node("Reshape", ["image", "flat"], ["row"]),
        helper.make_node("Gemm", ["row", "weight", "bias"], ["scores"]),
    ]
    graph = helper.make_graph(nodes, "g", [read], [said], held)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9).SerializeToString()


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    events = write_tones(tmp_path_factory.mktemp("tones"), {"low": 150, "high": 400})
    return load_events(str(events), 2, None, 0, (1000,), 8000, skip_bad=False, cache=None)


def study(folder, hum=-50.0, answers="all", labels=TOML):
    (folder / "net.onnx").write_bytes(network(hum))
    (folder / "net.toml").write_text(labels.format(answers=answers))
    classify = {"network": str(folder / "net.onnx"), "arms": ["raw"]}
    chosen = {"rates_hz": [1000], "reference_rate_hz": 8000, "n_resamples": 200, "front_end": {"filter": "ideal"}}
    return load_config(None, {**chosen, "classify": classify})


def results(folder, tones, **how):
    plan, store = stage.plan(study(folder, **how), tones), Store(folder / "run")
    for steps in plan.given.values():
        given_step.run(steps, tones, store)
    assert stage.weights(plan) == {"net.onnx": sha256_of(folder / "net.onnx")}
    assert plan.steps == tuple(step for steps in plan.tested.values() for step in steps)
    return stage.results(plan, store).results


def test_it_answers_at_every_rate_and_costs_what_its_graph_does(tones, tmp_path):
    found = results(tmp_path, tones)
    assert [(r.rate_hz, r.grid, r.arm) for r in found] == [(1000, "shared", "raw"), (8000, "shared", "raw")]
    for result in found:
        assert result.accuracy.value == 1
        assert result.cost.macs == {"linear": 192 * 3 * round(tones.clip_s / 0.5)}
        assert result.cost.model_rate_hz == 1000
        assert len(result.confusion[0]) == 2


def test_an_answer_that_is_no_class_of_the_corpus_is_wrong_and_counted_apart(tones, tmp_path):
    for result in results(tmp_path, tones, hum=50.0):
        assert result.accuracy.value == 0
        assert [row[-1] for row in result.confusion] == [6, 6]
        assert result.macro_f1.value == 0
    (tmp_path / "corpus").mkdir()
    assert results(tmp_path / "corpus", tones, hum=50.0, answers="corpus")[0].accuracy.value == 1


def test_it_is_shown_before_the_control_whose_power_nobody_knows(tones, tmp_path):
    config = study(tmp_path)
    both = config.classify.model_copy(update={"arms": ("raw", "classical")})
    plan = stage.plan(config.model_copy(update={"classify": both}), tones)
    assert {step.stage for step in plan.steps} >= {"given", "control"}
    assert {step.stage for step in plan.first} == {"given"}


def test_another_file_or_toml_is_another_step(tones, tmp_path):
    keys = []
    for number, how in enumerate(({}, {"hum": -49.0}, {"answers": "corpus"})):
        folder = tmp_path / str(number)
        folder.mkdir()
        keys.append(next(iter(stage.plan(study(folder, **how), tones).given.values()))[0].key)
    assert len(set(keys)) == 3
    (tmp_path / "elsewhere").mkdir()
    moved = stage.plan(study(tmp_path / "elsewhere"), tones)
    assert next(iter(moved.given.values()))[0].key == keys[0]


def test_labels_without_an_output_are_told_before_any_work(tones, tmp_path):
    with pytest.raises(ConfigError, match=r'net\.toml: high: no output "high"; low: no output "low"; name the'):
        stage.plan(study(tmp_path, labels=TOML.partition("[labels]")[0]), tones)


def test_a_network_from_a_file_raises_alarms_by_what_it_says_of_the_target(tones, tmp_path):
    """It hears low tones at every rate, so it recalls them all and is never wrong."""
    config = study(tmp_path)
    config = config.model_copy(update={"alarms": AlarmSettings(target="low")})
    plan, store = stage.plan(config, tones), Store(tmp_path / "run")
    execute(plan.steps, store, partial(run_batch, {"events": tones}, store), 1, lambda _: None)
    found = stage.results(plan, store)
    assert found.alarms.target == "low"
    for result in found.results:
        assert result.alarm.average_precision.value == 1
    (step, _), scores = plan.alarms.steps_of[Condition(8000, "shared", "raw")], []
    for window in windows_of(tones, step.settings.features, 1, step.settings.hop_s):
        opened, said = open_network(tmp_path / "net.onnx", step.needs[0].settings.said), step.needs[0].settings.said
        high, hum, low = class_scores(opened, said, restore(window.samples, 8000, 1000))
        scores.append(low - np.logaddexp(high, hum))
    np.testing.assert_allclose(store.arrays(step)["scores"], scores, atol=1e-4)
