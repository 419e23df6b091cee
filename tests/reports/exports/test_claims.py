"""The claim sheet says what was tested, by whom, and never more than that."""

import re

from tests.replaced import replaced

from lowsr_tradeoff.decision.leaks import at, leaks
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.reports.exports.claims import claims
from lowsr_tradeoff.reports.wording import hz, percent


def test_it_names_corpus_front_end_weights_policy_and_the_strongest_with_its_interval(tradeoff):
    text = claims(tradeoff)
    assert "against the attackers tested" in text
    for part in (
        "demo",
        "64 utterances",
        "16 speakers",
        "front end: ideal",
        "greedy, no prompt",
        "1a5a1a5a",
        "c0dec0de",
    ):
        assert part in text
    for found in tradeoff.privacy.words:
        recovered = f"| {percent(found.word_recovery)} | {found.attacker} as published |"
        assert f"| Words recovered | {hz(found.rate_hz)} {recovered}" in text


def test_what_was_not_tested_is_named_with_the_reason_and_rates(tradeoff):
    found = claims(tradeoff)
    assert (
        "Whisper adapted to the rate, word recovery at 500 Hz, 1 kHz, 2 kHz, 4 kHz and 16 kHz: not asked" in found
    )
    assert "- People listening." in found


def test_it_never_promises(tradeoff, build):
    for text in (claims(tradeoff), claims(build(constraints={"max_word_recovery": 0.9}))):
        assert not re.search(r"\b(private|anonymous|unintelligible|safe)\b", text, re.IGNORECASE)


def changed(tradeoff, **fields):
    """The study with other attacks on words, and the leaks of these."""
    attacks = tuple(
        found.model_copy(update=fields) if found.recovers == "words" else found
        for found in tradeoff.privacy.attacks
    )
    leaked = leaks(attacks, (*tradeoff.rates_hz, 16000), 16000, "ideal")
    return replaced(tradeoff, {"privacy.attacks": attacks, "leaks": leaked})


def test_without_a_figure_at_any_rate_one_line_says_so(tradeoff):
    text = claims(changed(tradeoff, value=missing("no", "words"), chance=None))
    assert (
        "| Words recovered | every rate | not measured: no attacker on words has a figure at the full rate" in text
    )


def test_where_a_step_failed_the_strongest_attacker_is_not_known(tradeoff):
    lost = tradeoff.privacy.attacks[0].model_copy(
        update={"attacker": "other", "value": missing("its step failed", "words"), "chance": None, "is_lost": True}
    )
    attacks = (*tradeoff.privacy.attacks, lost)
    leaked = leaks(attacks, (*tradeoff.rates_hz, 16000), 16000, "ideal")
    text = claims(replaced(tradeoff, {"privacy.attacks": attacks, "leaks": leaked}))
    assert "| Words recovered | 500 Hz | not measured: its step failed | other |" in text


def test_who_speaks_is_told_at_each_rate(tradeoff):
    text = claims(tradeoff)
    for rate in (500, 1000, 2000, 4000, 16000):
        assert re.search(
            rf"Speaker identified \| {hz(rate)} \| (8|9)\d\.\d % .*speaker verification, lazy-informed", text
        )


def test_what_nobody_recovers_at_the_full_rate_is_said_before_the_figures(tradeoff):
    german = Measurement(value=0.02, low=0, high=0.05, n=56, n_of="words")
    text = claims(changed(tradeoff, value=german))
    assert "**No figure on words can be used: at the full rate of 16000 Hz" in text


def test_names_of_users_break_no_line_and_no_cell(build):
    text = claims(build(attacker="a|b\n# <b>c</b>", corpus="x\n# y"))
    assert "\n# " not in text.split("\n", 1)[1].replace("\n## ", "")
    assert "<b>" not in text
    assert "a/b # (b)c(/b) as published" in text


def test_who_speaks_is_named_first(tradeoff):
    short = claims(tradeoff).split("## In short\n\n")[1].split("\n\n")[0].splitlines()
    who = at(tradeoff.leaks, "who", 500).envelope.value
    assert short[0].startswith(f"- Speakers identified: {100 * who:.0f} % at 500 Hz (by chance 6 %) and ")
    assert [line.split(":")[0] for line in short[1:3]] == ["- Sex told from the voice", "- Speech noticed"]
    assert short[1].endswith("not known")
