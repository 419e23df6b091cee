"""Where networks compute. All tests without values stand here: torch takes seconds to load what they need."""

import dataclasses
import os
from functools import partial
from typing import get_args

import numpy as np
import pytest
import torch
from tests.learning.pretended import META, PretendedGpu
from tests.learning.test_train import N_CLASSES, RECIPE, data_of
from tests.privacy.attackers.extension import test_extender
from tests.privacy.whisper import test_lora

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.classify.arms import no_networks
from lowsr_tradeoff.classify.train_step import run
from lowsr_tradeoff.errors import MissingResourceError
from lowsr_tradeoff.learning.augment import Draws
from lowsr_tradeoff.learning.gpu import gpu_named, repeatable
from lowsr_tradeoff.learning.train import fit, predict, seeded_network
from lowsr_tradeoff.privacy.attackers.extension import extender
from lowsr_tradeoff.privacy.attackers.vocabulary import spotter
from lowsr_tradeoff.privacy.whisper import lora
from lowsr_tradeoff.records.network import ArmName
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

EVERY_ARM = tuple(arm for arm in get_args(ArmName) if arm not in no_networks())
ONCE = RECIPE.model_copy(update={"epochs": 1})
needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


@pytest.fixture(scope="module")
def taught(tones_in_three_folds, tmp_path_factory):
    """The first fold's step of every arm, and of adapters, in a store that has all that they need."""
    store, steps = Store(tmp_path_factory.mktemp("gpu")), {}
    for name, arms, changed in (
        ("full", EVERY_ARM, {}),
        ("dora", ("finetuned",), {"adapt": "dora", "adapt_rank": 2}),
        ("paper", ("finetuned",), {"protocol": "paper", "optimiser": "adam_amsgrad"}),
    ):
        chosen = ClassifySettings(epochs=1, batch_size=8, grids=("shared",), arms=arms, **changed)
        config = StudyConfig(front_end=FrontEnd(), rates_hz=(1000,), classify=chosen)
        runs = stage.plan(config, tones_in_three_folds).trained
        steps |= {(name, who.arm): its[0] for who, its in runs.items() if who.rate_hz == 1000}
    needed = dict.fromkeys(need for step in steps.values() for need in step.needs)
    run = partial(run_batch, {"events": tones_in_three_folds}, store)
    execute(needed, store, run, 1, lambda _: None)
    return store, steps


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # meta is no setting
@pytest.mark.parametrize(
    "which", [*(("full", arm) for arm in EVERY_ARM), ("dora", "finetuned"), ("paper", "finetuned")], ids="-".join
)
def test_a_whole_training_step_of_every_arm_stays_on_its_device(which, taught, tones_in_three_folds):
    """From features and what teachers said to answers and weights in the store; a tensor left behind raises."""
    store, steps = taught
    step = steps[which]
    there = dataclasses.replace(step, settings=step.settings.model_copy(update={"device_type": "meta"}))
    with PretendedGpu() as gpu:
        run([there], tones_in_three_folds, store)
    assert store.arrays(there)["test_logits"].shape == (6, 3)
    assert gpu.n_there > (100 if step.settings.recipe else 10)


def test_a_tensor_that_is_left_behind_is_noticed(monkeypatch):
    network, data = seeded_network("small_vgg", N_CLASSES, (0,)).to(META), data_of()
    with PretendedGpu(), pytest.raises(RuntimeError, match="tensors on cpu and meta"):
        fit(network, data, ONCE, np.random.default_rng(0))
    monkeypatch.setattr(Draws, "to", lambda self, device: self)
    with PretendedGpu(), pytest.raises(RuntimeError, match="tensors on cpu and meta"):
        fit(network, data.to(META), ONCE, np.random.default_rng(0))


def test_draws_are_the_same_wherever_the_network_trains():
    """Its generator is in the same state after a training there."""
    states = []
    for device in (torch.device("cpu"), META):
        rng, network = np.random.default_rng(0), seeded_network("small_vgg", N_CLASSES, (0,)).to(device)
        with PretendedGpu():
            fit(network, data_of().to(device), ONCE, rng)
        states.append(rng.bit_generator.state)
    assert states[0] == states[1]


def test_the_attackers_that_learn_stay_on_their_device():
    rng = np.random.default_rng(0)
    views = [rng.standard_normal((9, 1, 12, 10)).astype(np.float16) for _ in range(2)]
    pairs, made_up = [test_extender.pair(rng) for _ in range(3)], test_extender.MADE_UP
    with PretendedGpu() as gpu:
        scores = spotter.train_and_score(views, np.arange(9) % 3, 3, views[0][:2], ONCE, (0, 1), "meta")
        network = extender.learn(pairs, made_up, ONCE, (0, 1), "meta")
        extended = extender.extend(network, pairs[0].captured, made_up)
    assert (scores.shape, extended.shape) == ((2, 3), pairs[0].captured.shape)
    assert gpu.n_there > 200


def test_an_adapted_whisper_stays_on_its_device():
    still, examples = test_lora.toy().whisper, test_lora.two_utterances()
    short = test_lora.SHORT.model_copy(update={"epochs": 1})
    with PretendedGpu() as gpu:
        recogniser = lora.trainable(still.to(META))
        losses = lora.fit_adapters(recogniser, examples, short, 1.0, (0, 1), 2)
        heard = test_lora.heard(recogniser)
    assert losses == [0.0]
    assert heard.is_meta
    assert gpu.n_there > 1000


def flags():
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.backends.cudnn.deterministic,
        torch.backends.cudnn.allow_tf32,
        torch.backends.cudnn.conv.fp32_precision,
        torch.get_float32_matmul_precision(),
        torch.backends.cuda.mem_efficient_sdp_enabled(),
    )


def test_a_gpu_is_asked_for_full_precision_and_repetition_and_only_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")  # so that it is unset again in the end
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    before = flags()
    with repeatable("cpu"):
        assert flags() == before
        assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ
    with repeatable("cuda"):
        assert flags() == (True, True, True, False, "ieee", "highest", False)
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert flags() == before


def test_without_a_gpu_nothing_computes_somewhere_else_instead(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(MissingResourceError, match="finds no GPU on this machine; install"), repeatable("cuda"):
        pytest.fail("it began")


def test_a_result_names_the_gpu_that_it_was_computed_on(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA H100")
    assert (gpu_named("cuda"), gpu_named("cpu")) == ({"gpu": "NVIDIA H100"}, {})


def said_on(device_type, epochs):
    """What a network says of other clips after a training."""
    device, recipe = torch.device(device_type), RECIPE.model_copy(update={"epochs": epochs})
    network = seeded_network("small_vgg", N_CLASSES, (0, 0, 1)).to(device)
    with repeatable(device_type):
        fit(network, data_of().to(device), recipe, np.random.default_rng(0))
        return predict(network, data_of(seed=1).views[0]).logits


@needs_gpu
def test_a_gpu_says_what_the_cpu_says():
    np.testing.assert_allclose(said_on("cuda", 1), said_on("cpu", 1), atol=0.01)


@needs_gpu
def test_a_gpu_repeats_its_bytes():
    assert said_on("cuda", 5).tobytes() == said_on("cuda", 5).tobytes()


@needs_gpu
def test_a_gpu_adapts_whisper_as_the_cpu_does():
    losses = []
    for device_type in ("cpu", "cuda"):
        whisper = test_lora.toy().whisper.to(device_type)
        short = test_lora.SHORT.model_copy(update={"epochs": 3})
        with repeatable(device_type):
            recogniser, examples = lora.trainable(whisper), test_lora.two_utterances()
            losses.append(lora.fit_adapters(recogniser, examples, short, 1.0, (0, 1), 2))
    np.testing.assert_allclose(*losses, rtol=1e-3)
