from functools import partial
from typing import get_args

import numpy as np
import pytest

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.classify.arms import conditions_of, no_networks, reference_of
from lowsr_tradeoff.classify.inner_folds import chosen_cell, validated
from lowsr_tradeoff.classify.planner import final_step
from lowsr_tradeoff.corpora.clips import clips_of
from lowsr_tradeoff.records.network import ArmName, Condition
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

EVERY_ARM = tuple(arm for arm in get_args(ArmName) if arm not in no_networks())
SETTINGS = ClassifySettings(epochs=24, batch_size=8, grids=("shared",), arms=EVERY_ARM)
CONFIG = StudyConfig(front_end=FrontEnd(), rates_hz=(1000,), n_resamples=200, classify=SETTINGS)


def with_classify(**update) -> StudyConfig:
    return CONFIG.model_copy(update={"classify": SETTINGS.model_copy(update=update)})


def run_all(steps, corpus, store):
    return execute(steps, store, partial(run_batch, {"events": corpus}, store), 1, lambda _: None)


@pytest.fixture(scope="module")
def corpus(tones_in_three_folds):
    return tones_in_three_folds


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture(scope="module")
def first_fold(corpus, store):
    """The step of every arm at 1 kHz that holds out the first fold, run."""
    steps = {condition.arm: runs[0] for condition, runs in stage.plan(CONFIG, corpus).trained.items()}
    run_all(list(steps.values()), corpus, store)
    return steps


def test_every_arm_there_is_can_be_studied():
    assert {condition.arm for condition in conditions_of(CONFIG)} == set(EVERY_ARM)


@pytest.mark.parametrize("arm", EVERY_ARM)
def test_every_arm_answers_every_clip_it_held_out(first_fold, corpus, store, arm):
    said, clips = store.arrays(first_fold[arm]), clips_of(corpus, 1)
    assert said["test_logits"].shape == (len(clips), 3)
    assert len(said["test_embeddings"]) == len(clips)
    assert np.isfinite(said["test_logits"]).all()


TRAINED = sorted(set(EVERY_ARM) - {"raw", "mixed_rate"})


@pytest.mark.parametrize("arm", sorted(set(TRAINED) - {"cssd_low"}))  # its teacher hears what it never learnt
def test_every_trained_arm_learns_what_can_be_told_at_its_rate(first_fold, corpus, store, arm):
    """The low class differs below half the rate; the other two do not."""
    said = store.arrays(first_fold[arm])["train_logits"].argmax(axis=1)
    is_low = np.array([clip.label == "low" for clip in clips_of(corpus, 2, 3)])
    assert ((said == corpus.summary.classes.index("low")) == is_low).mean() > 0.8


def test_arms_differ_in_what_they_learn(first_fold, store):
    logits = {arm: store.arrays(first_fold[arm])["train_logits"].tobytes() for arm in TRAINED}
    assert len(set(logits.values())) == len(TRAINED)


def test_students_keep_no_weights_and_the_reference_does(corpus, store, first_fold):
    reference = stage.plan(CONFIG, corpus).trained[reference_of(CONFIG)][0]
    assert not [name for name in store.arrays(first_fold["cssd"]) if name.startswith("model.")]
    assert [name for name in store.arrays(reference) if name.startswith("model.")]


def test_the_network_put_to_use_saw_every_clip_and_keeps_its_weights(corpus, store):
    step = final_step(CONFIG, corpus, Condition(1000, "shared", "cssd"))
    run_all([step], corpus, store)
    kept = store.arrays(step)
    assert len(kept["train_logits"]) == len(corpus.clips)
    assert "model.head.weight" in kept
    assert "test_logits" not in kept


@pytest.mark.parametrize("how", ["probe", "lora", "dora"])
def test_adapted_networks_start_from_the_full_rate_one(corpus, store, how):
    config = with_classify(adapt=how, adapt_rank=2, arms=("finetuned",))
    step = stage.plan(config, corpus).trained[Condition(1000, "shared", "finetuned")][0]
    run_all([step], corpus, store)
    raw = stage.plan(CONFIG, corpus).trained[Condition(1000, "shared", "raw")][0]
    adapted, before = store.arrays(step)["test_embeddings"], store.arrays(raw)["test_embeddings"]
    # A probe reads the features of the network it started from; adapters change them.
    assert np.allclose(adapted, before, atol=1e-4) == (how == "probe")


def test_the_papers_protocol_keeps_the_best_epoch_and_says_what_the_last_would_have_been(corpus, store):
    config = with_classify(protocol="paper", arms=("finetuned",))
    step = stage.plan(config, corpus).trained[Condition(1000, "shared", "finetuned")][0]
    run_all([step], corpus, store)
    truth = [corpus.summary.classes.index(clip.label) for clip in clips_of(corpus, 1)]
    best, last = (
        (store.arrays(step)[name].argmax(axis=1) == truth).mean() for name in ("test_logits", "last_test_logits")
    )
    history = store.meta(step)["accuracy_by_epoch"]
    assert best == pytest.approx(max(history))
    assert last == pytest.approx(history[-1])


def test_patience_ends_the_papers_training_early(corpus, store):
    config = with_classify(protocol="paper", arms=("finetuned",), epochs=60, patience=3)
    step = stage.plan(config, corpus).trained[reference_of(config)][0]
    run_all([step], corpus, store)
    history = store.meta(step)["accuracy_by_epoch"]
    assert len(history) < 60
    assert len(history) - 1 - int(np.argmax(history)) == 3


def test_the_pair_that_the_inner_fold_likes_is_trained_with(corpus, store):
    config = with_classify(arms=("cssd",), alpha=(0.0, 1.0), temperature=(1.0, 4.0))
    condition = Condition(1000, "shared", "cssd")
    step = stage.plan(config, corpus).trained[condition][0]
    run_all([step], corpus, store)
    scores = {
        cell: validated(runs[0].settings, corpus, store.arrays(runs[0])).mean()
        for cell, runs in stage.plan(config, corpus).chosen_by[condition].items()
    }
    best = max(scores, key=scores.__getitem__)
    assert store.meta(step)["cell"] == best.model_dump()


def test_a_pair_is_chosen_by_the_validation_fold_alone(corpus):
    """Made-up answers: perfect on the test fold and wrong on the validation fold must lose to the opposite."""
    config = with_classify(arms=("cssd",), alpha=(0.2, 0.8))
    condition = Condition(1000, "shared", "cssd")
    step = stage.plan(config, corpus).trained[condition][0]
    truth = np.array([corpus.summary.classes.index(clip.label) for clip in clips_of(corpus, 1, 2)])
    folds = np.array([clip.fold for clip in clips_of(corpus, 1, 2)])
    networks = {}
    for cell, (inner, *_) in stage.plan(config, corpus).chosen_by[condition].items():
        is_right = folds == (1 if cell.alpha == 0.2 else 2)
        networks[inner] = {"test_logits": np.eye(3)[np.where(is_right, truth, (truth + 1) % 3)]}
    assert chosen_cell(step.settings, corpus, networks).alpha == 0.8


def test_a_search_tries_pairs_between_the_ends_and_the_student_takes_the_best(corpus, store):
    config = with_classify(arms=("cssd",), alpha=(0.1, 0.9), temperature=(1.0, 8.0), search_trials=3, epochs=4)
    step = stage.plan(config, corpus).trained[Condition(1000, "shared", "cssd")][0]
    run_all([step], corpus, store)
    (search,) = [need for need in step.needs if need.stage == "search"]
    trials = store.arrays(search)["trials"]
    assert len(trials) == 3
    assert ((trials[:, 0] >= 0.1) & (trials[:, 0] <= 0.9) & (trials[:, 1] >= 1) & (trials[:, 1] <= 8)).all()
    best = trials[trials[:, 2].argmax()]
    assert store.meta(step)["cell"] == pytest.approx({"alpha": best[0], "temperature": best[1]})
