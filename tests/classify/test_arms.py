"""Every arm is one row, and a row is all that an arm needs."""

from dataclasses import replace
from functools import partial
from typing import get_args

import pytest

from lowsr_tradeoff.classify import arms, stage
from lowsr_tradeoff.classify.arms import (
    ARMS,
    REFERENCE,
    Arm,
    Source,
    arm_name,
    arm_of,
    conditions_of,
    controls_of,
    drawn,
    in_order,
    origin_of,
    reference_of,
    teachers_of,
)
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning import losses
from lowsr_tradeoff.learning.distances import label_loss, soft_distance
from lowsr_tradeoff.records.network import ArmName, Condition
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import load_config

CONFIG = StudyConfig(rates_hz=(500, 1000))
REFERENCE_16K = reference_of(CONFIG)
EVERY_ARM = get_args(ArmName)


def test_the_rows_are_those_that_settings_and_records_name_in_the_order_of_the_report():
    assert tuple(arm.name for arm in ARMS) == EVERY_ARM
    assert len({arm.title for arm in ARMS}) == len(ARMS)
    assert all(arm.meaning for arm in ARMS)


def test_arms_of_a_group_stand_together():
    groups = list(dict.fromkeys(arm.group for arm in ARMS))
    assert [arm.group for arm in ARMS] == [group for group in groups for arm in ARMS if arm.group == group]


@pytest.mark.parametrize("arm", ARMS, ids=lambda arm: arm.name)
def test_every_row_names_a_loss_there_is_and_arms_there_are(arm):
    assert arm.loss in {"softened", *losses.LOSSES}
    assert {source.arm for source in (*arm.teachers, *arm.rivals)} <= set(EVERY_ARM)
    assert set(arm.family) <= {rival.arm for rival in arm.rivals}
    assert arm_of(arm.tuned_as).tuned_as == arm.tuned_as
    assert arm.is_trained or arm.start


def test_the_papers_arms_are_drawn_first_and_no_more_than_there_are_colours():
    assert drawn(reversed(EVERY_ARM)) == ("raw", "finetuned", "basd", "cssd", "classical", "basd_cssd")
    assert drawn(["dkd", "finetuned"]) == in_order(["dkd", "finetuned"]) == ("finetuned", "dkd")
    assert (arm_name("dkd"), arm_name("of another version")) == ("DKD", "of another version")


def test_a_rate_that_is_the_reference_appears_once():
    conditions = conditions_of(StudyConfig(rates_hz=(1000, 16000)))
    assert [x for x in conditions if x.rate_hz == 16000] == [Condition(16000, "shared", "finetuned")]


@pytest.mark.parametrize("arm", ["raw", "cssd_low", "attention", "mixed_rate"])
def test_what_uses_the_references_layout_has_no_other(arm):
    config = CONFIG.model_copy(update={"classify": ClassifySettings(arms=(arm,))})
    assert {x.grid for x in conditions_of(config) if x.arm == arm} == {"shared"}


def test_the_control_is_one_a_rate_the_full_one_among_them_whatever_the_grids():
    for grids in (("shared",), ("native",), ("shared", "native")):
        config = CONFIG.model_copy(update={"classify": ClassifySettings(arms=("cssd", "classical"), grids=grids)})
        assert [condition.rate_hz for condition in controls_of(config)] == [500, 1000, 16000]
        assert not any(condition.arm == "classical" for condition in conditions_of(config))
    assert controls_of(CONFIG.model_copy(update={"classify": ClassifySettings(arms=("cssd",))})) == ()


def test_the_ladder_ends_below_its_rung():
    config = StudyConfig(rates_hz=(2000, 4000, 8000), classify=ClassifySettings(arms=("ladder",)))
    assert {x.rate_hz for x in conditions_of(config) if x.arm == "ladder"} == {2000}


def test_the_microphone_rate_decides_who_teaches():
    condition = Condition(1000, "native", "cssd")
    assert teachers_of(condition, REFERENCE_16K) == (REFERENCE_16K,)
    assert teachers_of(replace(condition, arm="finetuned"), REFERENCE_16K) == ()
    assert teachers_of(replace(condition, arm="basd_cssd"), REFERENCE_16K) == (
        replace(condition, arm="finetuned"),
        REFERENCE_16K,
    )


@pytest.mark.parametrize("arm", EVERY_ARM)
def test_every_chain_of_teachers_ends(arm):
    """No arm is its own teacher, however far back."""
    waiting, seen = [Condition(500, "shared", arm)], []
    while waiting:
        condition = waiting.pop()
        assert condition not in seen
        seen.append(condition)
        waiting += teachers_of(condition, REFERENCE_16K)
        assert len(seen) < 10


@pytest.mark.parametrize(
    ("arm", "is_adapted", "origin"),
    [
        ("finetuned", False, None),
        ("finetuned", True, REFERENCE_16K),
        ("warm_start", False, REFERENCE_16K),
        ("raw", False, REFERENCE_16K),
    ],
)
def test_where_a_network_starts(arm, is_adapted, origin):
    assert origin_of(Condition(500, "shared", arm), REFERENCE_16K, is_adapted=is_adapted) == origin
    assert origin_of(REFERENCE_16K, REFERENCE_16K, is_adapted=is_adapted) is None


def test_an_arm_that_there_is_not_is_refused_with_the_near_name():
    with pytest.raises(ConfigError, match=r'classify\.arms\.0: there is no "csd"; did you mean cssd\?'):
        load_config(None, {"classify": {"arms": ["csd"]}})


def test_another_way_of_training_is_one_row_and_for_another_loss_one_function(
    monkeypatch, tones_in_three_folds, tmp_path
):
    """A row of a name that settings allow: a warm start, taught by fine-tuning with a loss of its own."""

    def hard_and_soft(batch, teachers, own):
        assert own.item() == pytest.approx(label_loss(batch.logits, batch.labels, 0.2).item())
        return own + 0.5 * soft_distance(batch.logits, teachers.logits[0], 3.0)

    row = Arm("hint", "new", "made up", "rivals", teachers=(Source("finetuned"),), start=REFERENCE, loss="new",
              smoothing=0.2, epochs=2.0, rivals=(Source("finetuned"),))  # fmt: skip
    monkeypatch.setattr(arms, "ARMS", tuple(row if arm.name == row.name else arm for arm in ARMS))
    monkeypatch.setitem(losses.LOSSES, "new", hard_and_soft)
    chosen = ClassifySettings(epochs=1, batch_size=8, grids=("native",), arms=("finetuned", "hint"))
    config = StudyConfig(rates_hz=(1000,), n_resamples=200, classify=chosen, front_end=FrontEnd())
    store = Store(tmp_path)
    plan = stage.plan(config, tones_in_three_folds)
    execute(plan.steps, store, partial(run_batch, {"events": tones_in_three_folds}, store), 1, lambda _: None)
    new, finetuned = Condition(1000, "native", "hint"), Condition(1000, "native", "finetuned")
    step = plan.trained[new][0]
    assert [need.settings.condition for need in step.needs if need.stage == "train"] == [
        finetuned,
        reference_of(config),
    ]
    assert (step.settings.recipe.epochs, arm_name("hint")) == (2, "new")
    found = stage.results(plan, store)
    assert [result.arm for result in found.results] == ["finetuned", "hint", "finetuned"]
    assert [contrast.against for contrast in found.contrasts if contrast.arm == "hint"] == ["finetuned"]
