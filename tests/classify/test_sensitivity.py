from functools import partial

import numpy as np
import pytest

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.classify.sensitivity import optimism, published, sensitivity
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings, PublishedAccuracy
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

SETTINGS = ClassifySettings(epochs=8, batch_size=8, grids=("shared",), arms=("finetuned", "cssd"))
CONFIG = StudyConfig(front_end=FrontEnd(), rates_hz=(1000,), n_resamples=200, classify=SETTINGS)


def with_classify(**update) -> StudyConfig:
    return CONFIG.model_copy(update={"classify": SETTINGS.model_copy(update=update)})


@pytest.fixture(scope="module")
def corpus(tones_in_three_folds):
    return tones_in_three_folds


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("runs") / "run")


def run(config, corpus, store):
    steps = [step for runs in stage.plan(config, corpus).trained.values() for step in runs]
    execute(steps, store, partial(run_batch, {"events": corpus}, store), 1, lambda _: None)


def test_every_pair_has_its_accuracy_on_the_inner_folds_and_each_test_fold_chose_one(corpus, store):
    config = with_classify(alpha=(0.2, 0.8), temperature=(1.0, 4.0))
    run(config, corpus, store)
    found = sensitivity(stage.plan(config, corpus), store)
    assert {(one.alpha, one.temperature) for one in found} == {(0.2, 1.0), (0.2, 4.0), (0.8, 1.0), (0.8, 4.0)}
    assert sum(one.n_chosen for one in found) == 3
    assert {one.accuracy.n for one in found} == {len(corpus.clips)}  # every fold validates once


def test_the_accuracy_of_a_pair_is_that_of_its_networks_answers(corpus, store):
    config = with_classify(alpha=(0.2, 0.8), temperature=(1.0, 4.0))
    run(config, corpus, store)
    cell, steps = next(iter(stage.plan(config, corpus).chosen_by[Condition(1000, "shared", "cssd")].items()))
    right = []
    for tested, step in zip((1, 2, 3), steps, strict=True):
        clips = [clip for fold in step.settings.held_out for clip in corpus.clips if clip.fold == fold]
        said = store.arrays(step)["test_logits"].argmax(axis=1)
        right += [
            corpus.summary.classes[number] == clip.label
            for number, clip in zip(said, clips, strict=True)
            if clip.fold != tested
        ]
    one = next(
        s
        for s in sensitivity(stage.plan(config, corpus), store)
        if (s.alpha, s.temperature) == (cell.alpha, cell.temperature)
    )
    assert one.accuracy.value == pytest.approx(np.mean(right))


def test_one_pair_has_no_sensitivity(corpus, store):
    run(CONFIG, corpus, store)
    assert sensitivity(stage.plan(CONFIG, corpus), store) == ()


def test_the_best_epoch_on_the_test_fold_is_never_below_the_last(corpus, store):
    config = with_classify(protocol="paper")
    run(config, corpus, store)
    found = optimism(stage.plan(config, corpus), store)
    assert {one.arm for one in found} == {"finetuned", "cssd"}
    for one in found:
        assert one.best_epoch.value >= one.last_epoch.value
        assert one.difference.value == pytest.approx(one.best_epoch.value - one.last_epoch.value)


def test_the_honest_protocol_keeps_nothing_to_compare(corpus, store):
    run(CONFIG, corpus, store)
    assert optimism(stage.plan(CONFIG, corpus), store) == ()


def test_published_figures_stand_beside_those_of_the_same_network():
    theirs = PublishedAccuracy(network="small_vgg", rate_hz=1000, arm="cssd", accuracy=0.5, source="a table")
    other = theirs.model_copy(update={"network": "cnn14"})
    (beside,) = published(with_classify(published=(theirs, other)), ())
    assert (beside.published, beside.source) == (0.5, "a table")
    assert beside.measured.reason == "not part of this study"
