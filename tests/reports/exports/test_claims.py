"""The claim sheet says what was tested, by whom, and never more than that."""

import re

from tests.replaced import replaced

from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.reports.exports.claims import claims
from lowsr_tradeoff.reports.wording import percent


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
        assert f"| {found.rate_hz} Hz | {found.attacker} as published | word recovery |" in text
        assert str(percent(found.word_recovery)) in text


def test_what_was_not_tested_is_named_with_the_reason_and_rates(tradeoff):
    found = claims(tradeoff)
    assert (
        "Whisper adapted to the rate, word recovery at 500 Hz, 1000 Hz, 2000 Hz, 4000 Hz and 16000 Hz: not asked"
        in found
    )
    assert "- People listening." in found


def test_it_never_promises(tradeoff, build):
    for text in (claims(tradeoff), claims(build(constraints={"max_word_recovery": 0.9}))):
        assert not re.search(r"\b(private|anonymous|unintelligible|safe)\b", text, re.IGNORECASE)


def test_a_rate_without_any_attacker_says_so(tradeoff):
    deaf = tuple(
        found.model_copy(update={"value": missing("no", "words"), "chance": None})
        for found in tradeoff.privacy.attacks
    )
    assert "| 500 Hz | none was tested |" in claims(replaced(tradeoff, {"privacy.attacks": deaf}))


def test_where_a_step_failed_the_strongest_attacker_is_not_known(tradeoff):
    lost = tuple(
        found.model_copy(update={"value": missing("its step failed", "words"), "chance": None, "is_lost": True})
        for found in tradeoff.privacy.attacks
        if found.recovers == "words"
    )
    text = claims(replaced(tradeoff, {"privacy.attacks": lost}))
    assert f"| 500 Hz | not known: {lost[0].attacker}, whose step failed |" in text


def test_names_of_users_break_no_line_and_no_cell(build):
    text = claims(build(attacker="a|b\n# <b>c</b>", corpus="x\n# y"))
    assert "\n# " not in text.split("\n", 1)[1].replace("\n## ", "")
    assert "<b>" not in text
    assert "a/b # (b)c(/b) as published" in text
