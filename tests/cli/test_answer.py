"""What a run prints when it ends: the answer, and a row a rate that fits a terminal of 80 columns."""

import re

import pytest
from tests.reports.conftest import PLAIN

from lowsr_tradeoff.cli.answer import answer
from lowsr_tradeoff.cli.printing import Marked
from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.reports.sections.decision import placing
from lowsr_tradeoff.reports.wording import hz


def text(tradeoff):
    parts = [line if isinstance(line, tuple) else (line,) for line in answer(tradeoff)]
    return ["".join(part.word if isinstance(part, Marked) else str(part) for part in line) for line in parts]


def rows(tradeoff):
    return [line for line in text(tradeoff) if re.match(r"[0-9.]+ k?Hz  ", line)]


def test_every_rate_is_one_row_that_fits_with_the_figures_of_its_best_network():
    found = rows(PLAIN)
    assert [row.split("  ")[0].strip() for row in found] == ["500 Hz", "1 kHz", "2 kHz", "4 kHz", "16 kHz"]
    assert max(map(len, found)) <= 80
    for row, point in zip(found, placing.shown_by_rate(PLAIN), strict=True):
        accuracy = point.accuracy
        assert f"{100 * accuracy.value:.0f} %  {100 * accuracy.low:.0f} to {100 * accuracy.high:.0f}" in row
        assert f"{point.battery_hours.value / 24:.0f}  {point.battery_hours.low / 24:.0f} to " in row


@pytest.mark.parametrize("name", ["min_accuracy", "max_word_recovery"])
def test_with_limits_a_row_says_whether_they_are_met(name):
    qualifying = tuple(point.point_id for point in placing.shown_by_rate(PLAIN)[:2])
    decision = PLAIN.decision.model_copy(
        update={"constraints": {name: 0.5}, "qualifying": qualifying, "recommended": qualifying[0]}
    )
    tradeoff = PLAIN.model_copy(update={"decision": decision})
    shown = {hz(point.rate_hz) for point in placing.shown_by_rate(tradeoff) if point.point_id in qualifying}
    met = {row.split("  ")[0].strip() for row in rows(tradeoff) if row.endswith("   met")}
    assert met == shown
    assert all(row.endswith(("   met", "   missed")) for row in rows(tradeoff))
    assert max(map(len, rows(tradeoff))) <= 80


def test_what_is_not_known_or_cannot_run_says_so_in_its_row():
    points = tuple(
        point.model_copy(
            update={"accuracy": missing("no fold was left", "clips"), "infeasible": ("too much memory",)}
        )
        for point in PLAIN.points
    )
    for row in rows(PLAIN.model_copy(update={"points": points})):
        assert "not known" in row
        assert "cannot run it" in row
