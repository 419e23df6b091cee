import numpy as np
import pytest
from tests.replaced import replaced

from lowsr_tradeoff.decision.chances import p_meets
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.reports.page import draws
from lowsr_tradeoff.reports.page.draws import page_draws, without_draws
from lowsr_tradeoff.settings.limits import Constraints


def rows_of(found) -> np.ndarray:
    units = np.frombuffer(found.content, "<u2").reshape(-1, found.n_draws).astype(int)
    return np.array([(base + row) / scale for (scale, base), row in zip(found.scales, units, strict=True)])


def test_shares_come_back_to_five_decimals_and_hours_within_half_a_unit(tradeoff):
    found = page_draws(tradeoff)
    rows = rows_of(found)
    assert found.n_draws == len(tradeoff.recognition.results[0].accuracy_draws)
    for result in tradeoff.recognition.results:
        (name,) = (p.point_id for p in tradeoff.points if p.device == tradeoff.decision.device
                   and (p.rate_hz, p.grid, p.arm) == (result.rate_hz, result.grid, result.arm))  # fmt: skip
        kept = rows[found.rows[name]["accuracy"]]
        assert kept == pytest.approx(result.accuracy_draws, abs=5.1e-6)
    for result in tradeoff.power.results:
        if result.battery_hours_draws:
            (row,) = {found.rows[p.point_id]["hours"] for p in tradeoff.points
                      if (p.rate_hz, p.grid, p.device) == (result.rate_hz, result.grid, result.device)}  # fmt: skip
            assert rows[row] == pytest.approx(result.battery_hours_draws, abs=0.5 / found.scales[row][0])


def test_what_cannot_run_has_no_hours(tradeoff):
    found = page_draws(tradeoff)
    (name,) = (p.point_id for p in tradeoff.points if p.infeasible)
    assert found.rows[name]["hours"] is None
    assert found.rows[name]["accuracy"] is not None


def test_a_large_study_keeps_the_first_of_its_draws(tradeoff, monkeypatch):
    whole = page_draws(tradeoff)
    monkeypatch.setattr(draws, "MOST_BYTES", len(whole.content) // 3)
    part = page_draws(tradeoff)
    assert len(part.content) <= len(whole.content) // 3
    assert rows_of(part) == pytest.approx(rows_of(whole)[:, : part.n_draws], abs=0.5)


def test_a_study_without_draws_embeds_none(tradeoff):
    found = page_draws(without_draws(tradeoff))
    assert (found.n_draws, found.content) == (0, b"")
    assert all(row is None for figures in found.rows.values() for row in figures.values())


def test_units_give_the_study_s_own_probability(build):
    asked = {"min_accuracy": 0.55, "max_word_recovery": 0.1, "min_battery_hours": 2000.0}
    tradeoff = build(constraints=asked)
    found = page_draws(tradeoff)
    rows = rows_of(found)
    for point in tradeoff.points:
        if not point.infeasible:
            accuracy, words, hours = (
                tuple(rows[found.rows[point.point_id][axis]]) for axis in ("accuracy", "words", "hours")
            )
            drawn = {"accuracy": accuracy, "word_recovery": words, "battery_hours": hours}
            assert p_meets(drawn, Constraints(**asked), is_feasible=True) == pytest.approx(point.p_meets, abs=0.01)


@pytest.mark.parametrize("drawn", [(0.0, 1e30), (-1e308, 1e308)])
def test_draws_that_no_figure_has_are_refused(tradeoff, drawn):
    """A page is drawn again from a file that anybody may have changed."""
    first = tradeoff.recognition.results[0].model_copy(update={"accuracy_draws": drawn})
    points = tuple(
        point
        for point in tradeoff.points
        if (point.rate_hz, point.grid, point.arm) == (first.rate_hz, first.grid, first.arm)
    )
    with pytest.raises(DataError, match="the draws of a figure span"):
        page_draws(replaced(tradeoff, {"recognition.results": (first,), "points": points}))
