"""Differences as text and as a page: supported ones stand out, hostile names stay text, nothing is fetched."""

import re

import pytest
from tests.replaced import replaced

from lowsr_tradeoff.decision.compare_runs import compare
from lowsr_tradeoff.reports.page.comparison import INTERVALS, lines, page
from lowsr_tradeoff.reports.wording import hz

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture(scope="module")
def comparison(tradeoff):
    def lowered(found):
        ends = {name: getattr(found.accuracy, name) - 0.1 for name in ("value", "low", "high")}
        draws = tuple(draw - 0.1 for draw in found.accuracy_draws)
        return found.model_copy(
            update={"accuracy": found.accuracy.model_copy(update=ends), "accuracy_draws": draws}
        )

    changed = replaced(
        tradeoff,
        {
            "recognition.results": (lowered(tradeoff.recognition.results[0]), *tradeoff.recognition.results[1:]),
            "settings": {**tradeoff.settings, "seed": HOSTILE},
        },
    )
    return compare([("a", tradeoff), (HOSTILE, changed)])


def test_text_names_what_was_changed_and_the_supported_differences_alone(comparison):
    told = "\n".join(lines(comparison))
    assert f"Settings:\n  seed: 0 → {HOSTILE}" in told
    assert "1 difference supported." in told
    (line,) = re.findall(r"^  accuracy.*points.*$", told, re.MULTILINE)
    assert "500 Hz" in line
    assert "-10.0 points" in line
    assert INTERVALS in told
    assert "Synthetic data" in told


def test_the_page_has_every_difference_in_a_table(comparison):
    made = page(comparison)
    assert made.count('<th scope="row">') >= len(comparison.differences)
    for found in comparison.differences:
        assert hz(found.rate_hz) in made
    assert made.count("<b>-10.0 points</b>") == 1
    for title in ("Recognition", "Attackers", "Power", "What is not compared"):
        assert f">{title}</h2>" in made


def test_the_page_asks_for_nothing_and_runs_nothing(comparison):
    made = page(comparison)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', made)
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "<script" not in made
    assert not re.findall(r'(?:src|href)="(?!#|data:,)', made)


def test_names_from_users_stay_text(comparison):
    made = page(comparison)
    assert "<img" not in made
    assert "&lt;img src=x" in made
