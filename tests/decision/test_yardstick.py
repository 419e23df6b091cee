"""What nobody recovers even at the full rate is no evidence of privacy."""

import pytest
from tests.decision.test_frontier import point
from tests.decision.test_leaks import FULL_HZ, RATES, attack, found, measured, published

from lowsr_tradeoff.decision.answer import misses
from lowsr_tradeoff.decision.leaks import leaks
from lowsr_tradeoff.decision.yardstick import fault_of
from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.settings.limits import Constraints

# German: 0 of 56 words at 1 kHz and at 16 kHz. Shifted by a row: 4 % at 16 kHz, below what other rows give.
GERMAN = [attack(1000, measured(0.0, 0.0, 0.06)), attack(FULL_HZ, measured(0.0, 0.0, 0.06), chance=0.01)]
SHIFTED = [attack(1000, measured(0.01, 0, 0.04)), attack(FULL_HZ, measured(0.04, 0.02, 0.07), chance=0.29)]


@pytest.mark.parametrize("attacks", [GERMAN, SHIFTED])
@pytest.mark.parametrize("others", [[], [published(hz, 0.9) for hz in RATES]])
def test_transcripts_that_do_not_belong_to_the_files_meet_no_limit(attacks, others):
    words = found([*attacks, *others])
    for leak in words.values():
        assert (
            "transcripts and sound files do not belong together, or the language is not English"
            in leak.envelope.reason
        )
        assert leak.draws == ()
        fails = misses(
            point().model_copy(update={"word_recovery": leak.envelope}), Constraints(max_word_recovery=1.0)
        )
        assert "not known, because at the full rate of 16000 Hz" in fails[0].sentence


def test_the_figure_and_its_chance_level_are_in_the_reason():
    assert fault_of(SHIFTED, "words", FULL_HZ).startswith(
        "at the full rate of 16000 Hz recogniser recovers 4.0 % of the words, and 29.0 % by chance"
    )


def test_half_of_the_words_well_above_chance_will_do_from_any_recogniser():
    half = attack(FULL_HZ, measured(0.5, 0.45, 0.55), chance=0.05)
    assert fault_of([half], "words", FULL_HZ) is None
    assert fault_of([GERMAN[1], half], "words", FULL_HZ) is None
    alike = attack(FULL_HZ, measured(0.95, 0.9, 1), chance=0.95)
    assert fault_of([alike], "words", FULL_HZ).endswith("or too much alike, to tell that from guessing")


def test_two_speakers_are_enough_to_show_that_transcripts_belong_to_their_files():
    """Their interval says how other speakers would do, and is nearly as wide as can be."""
    figure = measured(0.95, 0.1, 0.999)
    assert fault_of([attack(FULL_HZ, figure, chance=0.03)], "words", FULL_HZ) is None
    two_words = figure.model_copy(update={"n": 2})
    chance = measured(0.0, n_of="words").model_copy(update={"n": 2})
    few = attack(FULL_HZ, two_words).model_copy(update={"chance": chance})
    assert "too few recordings" in fault_of([few], "words", FULL_HZ)


def test_known_words_have_to_be_clearly_above_chance():
    def at_full_rate(share):
        return [attack(FULL_HZ, share, kind="known words", chance=0.1)]

    assert fault_of(at_full_rate(0.2), "known words", FULL_HZ) is None
    assert "to tell that from guessing" in fault_of(at_full_rate(0.12), "known words", FULL_HZ)
    every = leaks(at_full_rate(0.12), RATES, FULL_HZ, "ideal")
    assert {leak.envelope.value for leak in every if leak.kind == "known words"} == {None}


def test_without_a_figure_at_the_full_rate_nothing_is_known():
    lost = attack(FULL_HZ, missing("its step failed: killed", "words"), is_lost=True)
    assert "its step failed: killed" in fault_of([attack(1000, 0.1), lost], "words", FULL_HZ)
    assert "none was run there" in fault_of([attack(1000, 0.1)], "words", FULL_HZ)


def test_who_speaks_needs_no_yardstick():
    assert fault_of([attack(1000, 0.1, kind="who")], "who", FULL_HZ) is None
    assert fault_of([], "words", FULL_HZ) is None
