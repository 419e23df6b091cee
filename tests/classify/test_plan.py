from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.classify.corpora import event_corpus

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.classify.arms import cells_of, reference_of
from lowsr_tradeoff.classify.inner_folds import inner_folds, validation_fold
from lowsr_tradeoff.classify.planner import final_step
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.errors import MissingResourceError
from lowsr_tradeoff.records.network import Condition, Network
from lowsr_tradeoff.settings.classify import ChosenTransfer, ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

BOTH = ClassifySettings(grids=("shared", "native"))
CONFIG = StudyConfig(rates_hz=(500, 1000), classify=BOTH)


def corpus_of(n_clips=8, n_folds=2) -> EventCorpus:
    clips = tuple(
        EventClip(f"clip{i}", "ab"[i // 2 % 2], 1 + i % n_folds, f"s{i}", f"digest{i}", Path(f"{i}.wav"))
        for i in range(n_clips)
    )
    return event_corpus(clips, 1.0)


CORPUS = corpus_of()


def keys(config=CONFIG, corpus=CORPUS):
    """The key of the first repetition and fold of every condition."""
    return {condition: steps[0].key for condition, steps in stage.plan(config, corpus).trained.items()}


def feature_keys(config=CONFIG, corpus=CORPUS):
    steps = [step for runs in stage.plan(config, corpus).trained.values() for step in runs]
    return {need.label: need.key for step in steps for need in step.needs if need.stage == "features"}


def changed(before, after):
    return {name for name in before if before[name] != after[name]}


def with_classify(**update) -> StudyConfig:
    return CONFIG.model_copy(update={"classify": CONFIG.classify.model_copy(update=update)})


def test_the_default_study_is_65_networks_and_20_hearings():
    steps = stage.plan(StudyConfig(), corpus_of(10, n_folds=5)).trained
    by_arm = [(condition.arm, len(runs)) for condition, runs in steps.items()]
    assert sum(n for arm, n in by_arm if arm != "raw") == 65
    assert sum(n for arm, n in by_arm if arm == "raw") == 20


@pytest.mark.parametrize(("arm", "rate_hz", "grid"), [("basd", 500, "native"), ("cssd", 16000, "shared")])
def test_teachers_are_of_the_same_fold_and_repetition(arm, rate_hz, grid):
    config = with_classify(n_seeds=2)
    for step in stage.plan(config, CORPUS).trained[Condition(500, "native", arm)]:
        (teacher,) = [need.settings for need in step.needs if need.stage == "train"]
        assert (teacher.rate_hz, teacher.grid, teacher.arm) == (rate_hz, grid, "finetuned")
        assert (teacher.held_out, teacher.repetition) == (step.settings.held_out, step.settings.repetition)


def test_a_teacher_is_the_step_that_is_reported():
    steps = stage.plan(CONFIG, CORPUS).trained
    assert steps[Condition(500, "shared", "basd")][0].needs[-1] is steps[Condition(500, "shared", "finetuned")][0]
    assert steps[Condition(500, "shared", "cssd")][0].needs[-1] == steps[reference_of(CONFIG)][0]


def test_teachers_are_trained_even_where_they_are_not_reported():
    steps = stage.plan(with_classify(arms=("basd",), grids=("native",)), CORPUS).trained
    assert {condition.arm for condition in steps} == {"basd", "finetuned"}
    assert steps[Condition(500, "native", "basd")][0].needs[-1].settings.arm == "finetuned"


def test_arms_of_one_fold_share_what_seeds_them():
    steps = stage.plan(CONFIG, CORPUS).trained
    seeds = {
        (run.settings.seed, run.settings.repetition, run.settings.held_out)
        for runs in steps.values()
        for run in runs
    }
    assert seeds == {(0, 0, (1,)), (0, 0, (2,))}


def test_features_of_one_fold_are_made_together():
    steps = [step for runs in stage.plan(CONFIG, CORPUS).trained.values() for step in runs]
    features = {need for step in steps for need in step.needs if need.stage == "features"}
    assert len(features) == 2 * (2 * 2 + 1)
    assert {(need.together, need.settings.fold) for need in features} == {("features-1", 1), ("features-2", 2)}


def test_the_weight_of_a_teacher_concerns_only_what_has_one():
    moved = changed(keys(), keys(with_classify(alpha=(0.9,))))
    assert {condition.arm for condition in moved} == {"basd", "cssd"}
    assert not changed(feature_keys(), feature_keys(with_classify(alpha=(0.9,))))


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
        {"classify": BOTH.model_copy(update={"n_seeds": 3})},
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


GRID = {"alpha": (0.2, 0.8), "temperature": (1.0, 4.0)}


def needed(step):
    """Every step that a step needs, directly or not."""
    return {found for need in step.needs for found in (need, *needed(need))}


def test_with_several_pairs_an_inner_fold_chooses_and_the_test_fold_never_trains_its_networks():
    config, corpus = with_classify(**GRID), corpus_of(10, n_folds=5)
    step = stage.plan(config, corpus).trained[Condition(500, "native", "cssd")][0]
    tried = [need for need in step.needs if need.stage == "train" and len(need.settings.held_out) == 2]
    assert {need.settings.transfer.cells for need in tried} == {(cell,) for cell in step.settings.transfer.cells}
    assert len(tried) == 4
    assert all(
        1 in need.settings.held_out for need in needed(step) if need.stage == "train" and need.settings.recipe
    )


def test_choosing_steps_are_those_that_the_students_need():
    config, corpus = with_classify(**GRID), corpus_of(10, n_folds=5)
    condition = Condition(500, "native", "cssd")
    chosen = stage.plan(config, corpus).chosen_by[condition]
    steps = stage.plan(config, corpus).trained[condition]
    for fold, step in enumerate(steps):
        assert {runs[fold] for runs in chosen.values()} <= set(step.needs)


def test_only_arms_that_choose_their_own_pair_try_all_pairs():
    """The others take the pair of BASD or CSSD, or none: nothing would read what they answered."""
    arms = ("finetuned", "basd", "cssd", "generation2", "ladder", "dkd", "ema")
    planned = stage.plan(with_classify(**GRID, arms=arms, grids=("native",)), CORPUS)
    assert {condition.arm for condition, by_cell in planned.chosen_by.items() if by_cell} == {"basd", "cssd"}
    assert planned.steps[-1] == planned.diagnosis


def test_one_pair_is_no_choice():
    assert stage.plan(CONFIG, CORPUS).chosen_by[Condition(500, "native", "cssd")] == {}


def test_a_pair_that_is_given_for_a_rate_and_arm_is_taken():
    one = ChosenTransfer(network="small_vgg", rate_hz=500, arm="cssd", alpha=0.1, temperature=7.0)
    config = with_classify(**GRID, chosen=(one,))
    assert [c.temperature for c in cells_of(config, Condition(500, "shared", "cssd"))] == [7.0]
    assert len(cells_of(config, Condition(500, "shared", "basd"))) == 4


@given(n_folds=st.integers(3, 9), data=st.data())
def test_the_validation_fold_is_the_inner_fold_that_is_not_tested(n_folds, data):
    folds = list(range(1, n_folds + 1))
    tested = data.draw(st.sampled_from(folds))
    (inner,) = inner_folds((tested,), folds)
    assert set(inner) == {tested, validation_fold(inner, folds)}
    assert len(inner) == 2


def test_out_of_fold_teachers_never_saw_the_clips_they_teach():
    corpus = corpus_of(10, n_folds=5)
    step = stage.plan(with_classify(arms=("out_of_fold",)), corpus).trained[
        Condition(500, "shared", "out_of_fold")
    ][0]
    held_out = {need.settings.held_out for need in step.needs if need.stage == "train"}
    assert held_out == {(1, 2), (1, 3), (1, 4), (1, 5)}


def test_a_generation_is_taught_by_the_one_before():
    arms, step = (
        [],
        stage.plan(with_classify(arms=("generation3",)), CORPUS).trained[Condition(500, "shared", "generation3")][
            0
        ],
    )
    while step:
        arms.append(step.settings.arm)
        step = next((need for need in step.needs if need.stage == "train"), None)
    assert arms == ["generation3", "generation2", "basd", "finetuned"]


def test_the_network_put_to_use_holds_out_nothing_and_nor_do_its_teachers():
    step = final_step(CONFIG, CORPUS, Condition(500, "native", "cssd"))
    assert step.settings.held_out == ()
    assert [need.settings.held_out for need in step.needs if need.stage == "train"] == [()]


def test_mixed_rates_share_one_network_that_hears_them_all():
    steps = stage.plan(with_classify(arms=("mixed_rate",)), CORPUS).trained
    (mixed,) = {
        need
        for runs in steps.values()
        for step in runs[:1]
        for need in step.needs
        if need.stage == "train" and need.settings.arm == "mixed_rate"
    }
    assert {need.settings.rate_hz for need in mixed.needs} == {500, 1000, 16000}
    assert mixed.settings.recipe


def test_a_short_schedule_is_a_quarter_and_a_long_one_twice():
    steps = stage.plan(with_classify(arms=("cssd_early", "double_length"), epochs=20), CORPUS).trained
    early = next(n for n in steps[Condition(500, "shared", "cssd_early")][0].needs if n.stage == "train")
    assert early.settings.recipe.epochs == 5
    assert steps[Condition(500, "shared", "double_length")][0].settings.recipe.epochs == 40


def test_adapters_start_from_the_full_rate_network_which_is_trained_in_full():
    steps = stage.plan(with_classify(adapt="lora"), CORPUS).trained
    student = steps[Condition(500, "shared", "finetuned")][0]
    assert student.settings.adapt == "lora"
    assert student.needs[-1] == steps[reference_of(CONFIG)][0]
    assert student.needs[-1].settings.adapt == "full"


def test_published_weights_name_a_network_by_their_content(tmp_path):
    def key(path, content):
        path.write_bytes(content)
        config = with_classify(network="cnn14", grids=("shared",), checkpoint=str(path))
        return keys(config)[reference_of(config)]

    first = key(tmp_path / "a.pth", b"1")
    assert first == key(tmp_path / "b.pth", b"1")
    assert first != key(tmp_path / "a.pth", b"2")


def test_published_weights_that_are_not_there_are_named():
    with pytest.raises(MissingResourceError, match=r"no/such\.pth: cannot be read"):
        stage.plan(with_classify(network="cnn14", grids=("shared",), checkpoint="no/such.pth"), CORPUS)


def test_only_the_papers_protocol_keeps_the_best_epoch():
    assert not stage.plan(CONFIG, CORPUS).trained[reference_of(CONFIG)][0].settings.recipe.is_best_kept
    paper = with_classify(protocol="paper", patience=10)
    assert stage.plan(paper, CORPUS).trained[reference_of(CONFIG)][0].settings.recipe.patience == 10
    assert not final_step(paper, CORPUS, reference_of(CONFIG)).settings.recipe.is_best_kept


@pytest.mark.parametrize("network", get_args(Network))
def test_every_network_names_its_sources(network):
    steps = stage.plan(with_classify(network=network, grids=("shared",)), CORPUS).trained
    assert steps[reference_of(CONFIG)][0].settings.network == network
