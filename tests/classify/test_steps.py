from dataclasses import replace
from pathlib import Path

import pytest

from lowsr_tradeoff.classify.steps import Listener, listeners_of, reference_of, teacher_of, train_steps
from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.records import CorpusSummary
from lowsr_tradeoff.settings import ClassifySettings, FrontEnd

CONFIG = StudyConfig(rates_hz=(500, 1000))


def corpus_of(n_clips=8, n_folds=2) -> EventCorpus:
    clips = tuple(
        EventClip(f"clip{i}", "ab"[i // 2 % 2], 1 + i % n_folds, f"s{i}", f"digest{i}", Path(f"{i}.wav"))
        for i in range(n_clips)
    )
    summary = CorpusSummary(
        name="none",
        kind="events",
        digest="0",
        n_clips=n_clips,
        n_skipped=0,
        n_groups=n_clips,
        group_of="sources",
        classes=("a", "b"),
        n_folds=n_folds,
        duration_s=8.0,
        lowest_source_rate_hz=16000,
        is_synthetic=True,
        note="",
    )
    return EventCorpus(summary, clips, clip_s=1.0, is_own=True)


CORPUS = corpus_of()


def keys(config=CONFIG, corpus=CORPUS):
    """The key of the first repetition and fold of every listener."""
    return {listener: steps[0].key for listener, steps in train_steps(config, corpus).items()}


def feature_keys(config=CONFIG, corpus=CORPUS):
    steps = [step for runs in train_steps(config, corpus).values() for step in runs]
    return {need.label: need.key for step in steps for need in step.needs if need.stage == "features"}


def changed(before, after):
    return {name for name in before if before[name] != after[name]}


def with_classify(**update) -> StudyConfig:
    return CONFIG.model_copy(update={"classify": CONFIG.classify.model_copy(update=update)})


def test_the_default_study_is_125_networks_and_20_hearings():
    steps = train_steps(StudyConfig(), corpus_of(10, n_folds=5))
    by_arm = [(listener.arm, len(runs)) for listener, runs in steps.items()]
    assert sum(n for arm, n in by_arm if arm != "raw") == 125
    assert sum(n for arm, n in by_arm if arm == "raw") == 20


def test_a_rate_that_is_the_reference_appears_once():
    listeners = listeners_of(StudyConfig(rates_hz=(1000, 16000)))
    assert [x for x in listeners if x.rate_hz == 16000] == [Listener(16000, "shared", "finetuned")]


def test_raw_has_no_native_layout():
    assert {x.grid for x in listeners_of(CONFIG) if x.arm == "raw"} == {"shared"}


@pytest.mark.parametrize(("arm", "rate_hz", "grid"), [("basd", 500, "native"), ("cssd", 16000, "shared")])
def test_teachers_are_of_the_same_fold_and_repetition(arm, rate_hz, grid):
    config = with_classify(n_seeds=2)
    for step in train_steps(config, CORPUS)[Listener(500, "native", arm)]:
        (teacher,) = [need.settings for need in step.needs if need.stage == "train"]
        assert (teacher.rate_hz, teacher.grid, teacher.arm) == (rate_hz, grid, "finetuned")
        assert (teacher.fold, teacher.repetition) == (step.settings.fold, step.settings.repetition)


def test_a_teacher_is_the_step_that_is_reported():
    steps = train_steps(CONFIG, CORPUS)
    assert steps[Listener(500, "shared", "basd")][0].needs[-1] is steps[Listener(500, "shared", "finetuned")][0]
    assert steps[Listener(500, "shared", "cssd")][0].needs[-1] == steps[reference_of(CONFIG)][0]


def test_teachers_are_trained_even_where_they_are_not_reported():
    steps = train_steps(with_classify(arms=("basd",), grids=("native",)), CORPUS)
    assert {listener.arm for listener in steps} == {"basd", "finetuned"}
    assert steps[Listener(500, "native", "basd")][0].needs[-1].settings.arm == "finetuned"


def test_arms_of_one_fold_share_what_seeds_them():
    steps = train_steps(CONFIG, CORPUS)
    seeds = {
        (run.settings.seed, run.settings.repetition, run.settings.fold) for runs in steps.values() for run in runs
    }
    assert seeds == {(0, 0, 1), (0, 0, 2)}


def test_features_of_one_fold_are_made_together():
    steps = [step for runs in train_steps(CONFIG, CORPUS).values() for step in runs]
    features = {need for step in steps for need in step.needs if need.stage == "features"}
    assert len(features) == 2 * (2 * 2 + 1)
    assert {(need.together, need.settings.fold) for need in features} == {("features-1", 1), ("features-2", 2)}


def test_the_weight_of_a_teacher_concerns_only_what_has_one():
    moved = changed(keys(), keys(with_classify(alpha=0.9)))
    assert {listener.arm for listener in moved} == {"basd", "cssd"}
    assert not changed(feature_keys(), feature_keys(with_classify(alpha=0.9)))


def test_longer_training_concerns_every_network_and_no_feature():
    longer = with_classify(epochs=99)
    assert changed(keys(), keys(longer)) == set(keys())  # raw hears with a network that was trained longer
    assert not changed(feature_keys(), feature_keys(longer))


@pytest.mark.parametrize("update", [{"front_end": FrontEnd(bits=8)}, {"seed": 1}])
def test_another_microphone_or_seed_concerns_everything(update):
    config = CONFIG.model_copy(update=update)
    assert changed(keys(), keys(config)) == set(keys())
    assert changed(feature_keys(), feature_keys(config)) == set(feature_keys())


@pytest.mark.parametrize(
    "update",
    [
        {"n_resamples": 500},
        {"rates_hz": (500, 1000, 2000)},
        {"classify": ClassifySettings(n_seeds=3)},
    ],
)
def test_what_does_not_touch_a_network_keeps_its_key(update):
    before, after = keys(), keys(CONFIG.model_copy(update=update))
    assert before.items() <= after.items()


def test_another_label_concerns_networks_but_no_feature():
    first, *rest = CORPUS.clips
    relabelled = replace(CORPUS, clips=(replace(first, label="b"), *rest))
    assert changed(keys(), keys(corpus=relabelled)) == set(keys())
    assert not changed(feature_keys(), feature_keys(corpus=relabelled))


@pytest.mark.parametrize("update", [{"digest": "other"}, {"clip_id": "renamed"}])
def test_another_clip_concerns_the_features_of_its_fold(update):
    first, *rest = CORPUS.clips
    other = replace(CORPUS, clips=(replace(first, **update), *rest))
    moved = changed(feature_keys(), feature_keys(corpus=other))
    assert moved == {label for label in feature_keys() if label.endswith("fold 1")}


def test_the_order_of_clips_is_part_of_the_key():
    turned = replace(CORPUS, clips=CORPUS.clips[::-1])
    assert changed(feature_keys(), feature_keys(corpus=turned)) == set(feature_keys())


def test_the_microphone_rate_decides_who_teaches():
    listener = Listener(1000, "native", "cssd")
    assert teacher_of(listener, reference_of(CONFIG)) == reference_of(CONFIG)
    assert teacher_of(replace(listener, arm="finetuned"), reference_of(CONFIG)) is None
