from dataclasses import replace
from typing import get_args

import pytest

from lowsr_tradeoff.classify.arms import Listener, listeners_of, origin_of, reference_of, teachers_of
from lowsr_tradeoff.records.network import Arm
from lowsr_tradeoff.settings.groups import ClassifySettings
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(rates_hz=(500, 1000))
REFERENCE = reference_of(CONFIG)
EVERY_ARM = get_args(Arm)


def test_a_rate_that_is_the_reference_appears_once():
    listeners = listeners_of(StudyConfig(rates_hz=(1000, 16000)))
    assert [x for x in listeners if x.rate_hz == 16000] == [Listener(16000, "shared", "finetuned")]


def test_raw_has_no_native_layout():
    assert {x.grid for x in listeners_of(CONFIG) if x.arm == "raw"} == {"shared"}


@pytest.mark.parametrize("arm", ["cssd_low", "attention", "mixed_rate"])
def test_what_hears_with_the_references_layout_has_no_other(arm):
    config = CONFIG.model_copy(update={"classify": ClassifySettings(arms=(arm,))})
    assert {x.grid for x in listeners_of(config) if x.arm == arm} == {"shared"}


def test_the_ladder_ends_below_its_rung():
    config = StudyConfig(rates_hz=(2000, 4000, 8000), classify=ClassifySettings(arms=("ladder",)))
    assert {x.rate_hz for x in listeners_of(config) if x.arm == "ladder"} == {2000}


def test_the_microphone_rate_decides_who_teaches():
    listener = Listener(1000, "native", "cssd")
    assert teachers_of(listener, REFERENCE) == (REFERENCE,)
    assert teachers_of(replace(listener, arm="finetuned"), REFERENCE) == ()
    assert teachers_of(replace(listener, arm="basd_cssd"), REFERENCE) == (
        replace(listener, arm="finetuned"),
        REFERENCE,
    )


@pytest.mark.parametrize("arm", EVERY_ARM)
def test_every_chain_of_teachers_ends(arm):
    """No arm is its own teacher, however far back."""
    waiting, seen = [Listener(500, "shared", arm)], []
    while waiting:
        listener = waiting.pop()
        assert listener not in seen
        seen.append(listener)
        waiting += teachers_of(listener, REFERENCE)
        assert len(seen) < 10


@pytest.mark.parametrize(
    ("arm", "is_adapted", "origin"),
    [
        ("finetuned", False, None),
        ("finetuned", True, REFERENCE),
        ("warm_start", False, REFERENCE),
        ("raw", False, REFERENCE),
    ],
)
def test_where_a_network_starts(arm, is_adapted, origin):
    assert origin_of(Listener(500, "shared", arm), REFERENCE, is_adapted=is_adapted) == origin
    assert origin_of(REFERENCE, REFERENCE, is_adapted=is_adapted) is None
