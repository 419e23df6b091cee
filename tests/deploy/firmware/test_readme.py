"""The page says what is in the folder, what it takes, and what nobody knows."""

import pytest
from tests.deploy.small_model import package
from tests.reports.conftest import PLAIN, build_tradeoff

from lowsr_tradeoff.deploy.firmware.budget import NUMBERS, effort_of, memory_of
from lowsr_tradeoff.deploy.firmware.readme import readme, standing_of
from lowsr_tradeoff.deploy.firmware.record import ChainAccuracy, HandoverRecord
from lowsr_tradeoff.deploy.firmware.target import choose_target
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.settings.front_end import FrontEnd


@pytest.fixture(scope="module")
def handover():
    settings = package().settings
    shared = HandoverRecord.model_fields.keys() & type(settings).model_fields.keys()
    return HandoverRecord(
        **{name: getattr(settings, name) for name in shared},
        name="1000-native-cssd-phone_cpu",
        standing="The study recommends no point.",
        device="phone_cpu",
        window_s=0.5,
        n_patches=1,
        input_scale=0.014,
        input_zero_point=-57,
        score_tolerance=0.25,
        n_vectors=7,
        held_out=(),
        memory=tuple(memory_of(lay_out(1000, "native", 0.5), number, 100_000, 960) for number in NUMBERS),
        effort=effort_of(choose_target(PLAIN, 1000, "cssd", "phone_cpu")),
        corpus_digest="ab" * 32,
    )


def test_what_is_unknown_or_was_not_counted_is_said(handover):
    page = readme(handover, 12)
    assert "| network, cycles per window | not measured: no figure is known for the speed of" in page
    assert "was not counted; `handover --held-out` does" in page
    assert "75.0 % [65.0, 85.0], n = 12 clips" in page
    assert f"| q15 | {handover.memory[1].flash:,}: weights 100,000" in page
    assert "round its samples" not in page


def test_what_was_counted_is_shown_with_its_difference(handover):
    share = Measurement(value=0.75, low=0.65, high=0.85, n=12, n_of="clips")
    less = share.model_copy(update={"value": -0.25, "low": -0.5, "high": 0.0})
    chain = ChainAccuracy(chain="C in q15, int8 network", accuracy=share, difference=less, within_a_point=False)
    page = readme(handover.model_copy(update={"held_out": (chain,)}), 12)
    assert "| C in q15, int8 network | 75.0 %" in page
    assert "-25.0 points [-50.0, +0.0], n = 12 clips" in page


def test_a_converter_of_more_bits_than_the_front_end_takes_is_told(handover):
    fine = handover.model_copy(update={"front_end": FrontEnd(bits=24, noise_floor_dbfs=None)})
    assert "converter has 24 bits; round its samples to 16" in readme(fine, 12)
    assert "noise floor none" in readme(fine, 12)


def test_a_point_that_the_study_does_not_recommend_is_told_with_where_it_stands():
    tradeoff = build_tradeoff(constraints={"min_accuracy": 0.6})
    recommended = tradeoff.decision.recommended
    assert standing_of(tradeoff, recommended) == "The study recommends this very point."
    other = standing_of(tradeoff, "500-native-cssd-stm32u575")
    assert other.startswith(f"The study recommends another point, {recommended}. This one: ")
    assert "does not qualify: sounds recognised" in other
    assert standing_of(PLAIN, "1000-native-cssd-gap9") == (
        "The study recommends no point. This one: its device is none of the study's."
    )
