import re

from tests.replaced import replaced
from tests.reports.conftest import QUALIFIES, TOO_MUCH, changed_all

from lowsr_tradeoff.decision.leaks import leaks
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.reports.sections.decision.not_measured import not_measured
from lowsr_tradeoff.reports.sections.decision.placing import find, shown_by_rate
from lowsr_tradeoff.reports.sections.decision.verdict import (
    change,
    direction,
    explanation,
    headline,
    unusable,
    verdict,
    warnings,
)
from lowsr_tradeoff.reports.wording import hz


def test_the_answer_names_the_rate_and_the_device(build):
    tradeoff = build(constraints=QUALIFIES)
    best = find(tradeoff, tradeoff.decision.recommended)
    assert headline(tradeoff) == f"{hz(best.rate_hz)} meets what you need on stm32u575."
    assert explanation(tradeoff)[0] == "No other rate does."
    assert explanation(tradeoff)[-1] == "All limits hold together in over 99 of 100 resamples."


def test_other_rates_that_meet_the_limits_are_named(build):
    tradeoff = build(constraints={"min_accuracy": 0.6})
    assert headline(tradeoff) == "1 kHz meets what you need on stm32u575, with the least power."
    assert explanation(tradeoff)[0] == "So do 2 kHz, 4 kHz and 16 kHz."


def test_where_none_does_the_closest_says_by_how_much_it_misses(build):
    tradeoff = build(constraints=TOO_MUCH)
    assert tradeoff.decision.recommended is None
    assert headline(tradeoff) == "No rate meets all of this on stm32u575."
    closest = find(tradeoff, tradeoff.decision.nearest)
    low = f"{100 * closest.accuracy.low:.0f} %"
    assert f"Closest: 500 Hz – sounds recognised could be as low as {low} (you need 80 %)." in explanation(tradeoff)


def test_without_limits_it_says_what_lower_rates_change(tradeoff):
    assert headline(tradeoff) == "Lower rates hide more words, but recognise fewer sounds."
    low, *_, full = shown_by_rate(tradeoff)
    (sentence,) = explanation(tradeoff)
    for figure in (low.accuracy, full.accuracy, low.word_recovery, full.word_recovery):
        assert f"{100 * figure.value:.0f}" in sentence
    kinds = [kind for _, kind in change(tradeoff, "stm32u575") if kind]
    assert kinds == ["sounds", "leak", "battery"]


def test_the_direction_is_read_off_the_intervals(tradeoff):
    wide = Measurement(value=0.5, low=0.0, high=1.0, n=9, n_of="clips")
    assert direction(changed_all(tradeoff, "points", {"word_recovery": wide}), "stm32u575") == (
        "Lower rates do not hide more words, and recognise fewer sounds."
    )
    assert "does not differ clearly" in direction(changed_all(tradeoff, "points", {"accuracy": wide}), "stm32u575")
    none = replaced(tradeoff, {"points": ()})
    assert direction(none, "stm32u575") == "Nothing can be compared on stm32u575."
    assert len(list(change(none, "stm32u575"))) == 1


def test_made_up_data_are_called_so_and_real_data_are_not(build):
    assert "not for decisions" in warnings(build())[0]
    assert warnings(build(is_synthetic=False)) == ()


def test_recordings_in_two_folds_are_named(tradeoff):
    events, speech = tradeoff.corpora
    split = events.model_copy(update={"split_sources": ("7", "9"), "n_split_clips": 5})
    (sentence,) = set(warnings(tradeoff.model_copy(update={"corpora": (split, speech)}))) - set(warnings(tradeoff))
    assert "2 recordings (7 and 9)" in sentence
    assert f"5 of {events.n_clips} clips" in sentence


def test_it_never_promises_anonymity(build):
    for constraints in (None, QUALIFIES, TOO_MUCH):
        text = " ".join((*verdict(build(constraints=constraints)), *not_measured(build()))).lower()
        assert not re.search(r"anonym|speech-free|\bprivate\b|\bsafe\b", text)


def test_the_papers_protocol_is_warned_of_in_the_answer(build):
    assert "All accuracies: best epoch chosen on the test fold: optimistic." in verdict(build(is_paper=True))
    assert not any("optimistic" in line for line in verdict(build()))


def test_what_nobody_recovers_at_the_full_rate_is_said_first(tradeoff):
    german = tuple(
        found.model_copy(update={"value": Measurement(value=0.02, low=0, high=0.05, n=56, n_of="words")})
        if found.recovers == "words" and found.value.value is not None
        else found
        for found in tradeoff.privacy.attacks
    )
    changed = replaced(tradeoff, {"privacy.attacks": german, "leaks": leaks(german, (500, 16000), 16000, "ideal")})
    first, second, *_ = verdict(changed)
    assert first.startswith("No figure on words can be used: at the full rate of 16000 Hz whisper tiny.en")
    assert "do not belong together, or the language is not English" in first
    assert second == headline(tradeoff)
    assert unusable(tradeoff) == ()


def test_the_leak_that_is_the_axis_is_what_lower_rates_hide(build):
    tradeoff = build(axis="who")
    assert headline(tradeoff) == "Lower rates hide more of who speaks, but recognise fewer sounds."
    assert "speakers identified by an attacker" in explanation(tradeoff)[0]
