"""From settings to figures: networks that tell two tones apart listen for one of them."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.classify.alarms.score_step import target_log_odds
from lowsr_tradeoff.classify.alarms.stream import windows_of
from lowsr_tradeoff.classify.arms import reference_of
from lowsr_tradeoff.classify.feature_step import image_of
from lowsr_tradeoff.classify.train_step import finished_network
from lowsr_tradeoff.corpora.background import load_background
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.train import predict
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.alarms import AlarmSettings
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

TARGET = "low"
CONFIG = StudyConfig(
    front_end=FrontEnd(),
    rates_hz=(1000,),
    n_resamples=200,
    classify=ClassifySettings(epochs=30, batch_size=8, arms=("raw", "finetuned")),
    alarms=AlarmSettings(target=TARGET),
)
STUDENT = Condition(1000, "native", "finetuned")


def run_all(plan, store):
    execute(plan.steps, store, partial(run_batch, {"events": plan.corpus}, store), 1, lambda _: None)


@pytest.fixture(scope="module")
def corpus(tones, tmp_path_factory):
    """With 20 minutes of hiss."""
    folder, rng = tmp_path_factory.mktemp("background"), np.random.default_rng(2)
    for i in range(4):
        soundfile.write(folder / f"{i}.flac", 0.003 * rng.standard_normal(300 * 16000), 16000)
    return replace(tones, background=load_background(str(folder), (1000, 16000), None, skip_bad=False))


@pytest.fixture(scope="module")
def finished(corpus, tmp_path_factory):
    store, plan = Store(tmp_path_factory.mktemp("runs") / "run"), stage.plan(CONFIG, corpus)
    run_all(plan, store)
    return plan, store


def test_what_is_heard_at_the_rate_raises_alarms_and_hiss_does_not(finished):
    found = stage.results(*finished)
    alarm = next(r.alarm for r in found.results if (r.rate_hz, r.grid, r.arm) == (1000, "native", "finetuned"))
    assert alarm.roc_auc.value > 0.95
    assert alarm.operating.recall.value > 0.7
    assert alarm.operating.false_alarms_per_hour.value < 30
    setup = found.alarms
    assert (setup.target, setup.n_clips, setup.n_recordings, setup.is_strung) == (TARGET, 16, 4, False)
    assert setup.hours == pytest.approx(1 / 3)


def test_every_condition_has_alarms_the_untrained_arm_too(finished):
    assert all(result.alarm for result in stage.results(*finished).results)


def test_each_fold_is_scored_by_the_network_that_held_it_out(finished, corpus):
    """The same windows, scored one by one by the fold's network, have the stored scores."""
    plan, store = finished
    for condition in (STUDENT, reference_of(CONFIG)):
        for step in plan.alarms.steps_of[condition][:2]:
            training = step.needs[0]
            assert training.settings.held_out == (step.settings.features.fold,)
            network, scale = finished_network(training, corpus, store)
            windows = windows_of(corpus, step.settings.features, step.settings.target, step.settings.hop_s)
            arrays = store.arrays(step)
            for i, window in enumerate(windows):
                if i % 97 == 0:
                    image = image_of(window.samples, step.settings.features)[None, None]
                    alone = target_log_odds(predict(network, scale.standardise(image)).logits, step.settings.target)
                    assert arrays["scores"][i] == pytest.approx(alone[0], abs=1e-3)
                    assert arrays["clip"][i] == window.clip
            assert i == len(arrays["scores"]) - 1


def test_kept_weights_are_those_that_a_second_training_finds(finished, corpus, tmp_path):
    """A study without a target keeps none: they are made again, to the same bytes, and no key differs."""
    plan, store = finished
    without = CONFIG.model_copy(update={"alarms": AlarmSettings()})
    other = Store(tmp_path / "run")
    bare = stage.plan(without, replace(corpus, background=()))
    training = bare.trained[STUDENT][0]
    assert training.key == plan.trained[STUDENT][0].key
    execute([training], other, partial(run_batch, {"events": corpus}, other), 1, lambda _: None)
    assert "scale" not in other.arrays(training)
    again, kept = (
        finished_network(training, corpus, other),
        finished_network(plan.trained[STUDENT][0], corpus, store),
    )
    assert again[1] == kept[1]
    for name, weight in kept[0].state_dict().items():
        assert np.array_equal(weight, again[0].state_dict()[name]), name


def test_no_target_scores_nothing(corpus):
    plan = stage.plan(CONFIG.model_copy(update={"alarms": AlarmSettings()}), corpus)
    assert plan.alarms.steps == ()


def test_another_background_is_another_result_and_its_place_is_not(corpus, finished):
    plan = finished[0]
    fewer = stage.plan(CONFIG, replace(corpus, background=corpus.background[:3]))
    moved = stage.plan(
        CONFIG, replace(corpus, background=tuple(replace(r, path=r.path / "moved") for r in corpus.background))
    )
    keys = [{step.key for step in each.alarms.steps} for each in (plan, fewer, moved)]
    assert keys[0] == keys[2]
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    ("target", "said"),
    [("lov", "did you mean low?"), ("siren", "take one of low, high a, high b")],
)
def test_a_target_that_is_no_class_is_refused_before_any_work(corpus, target, said):
    config = CONFIG.model_copy(update={"alarms": AlarmSettings(target=target)})
    with pytest.raises(ConfigError, match=f"--target {target}: is no class of tones; {said}".replace("?", r"\?")):
        stage.plan(config, corpus)


def test_limits_on_alarms_need_a_target():
    with pytest.raises(ValueError, match=r"constraints\.min_recall: is about alarms for one class"):
        StudyConfig.model_validate({"constraints": {"min_recall": 0.5}})
