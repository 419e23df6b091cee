"""What the page's own sliders choose from: every operating point with the ends that limits are held against.

The page decides in JavaScript by the rules of :func:`decision.frontier.decide`; figures keep all their
digits, so that both come to the same answer.
"""

from typing import Any

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.page_draws import PageDraws
from lowsr_tradeoff.reports.placing import is_on_frontier
from lowsr_tradeoff.reports.wording import point_name

# Hours that a slider stops at: handy numbers, about six for each factor of ten, up to two years.
HOURS = (
    *(1, 1.5, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 96, 120, 168, 240, 336, 504, 720, 1000, 1500, 2000, 3000),
    *(4000, 6000, 8760, 12000, 17520),
)


def choices(tradeoff: Tradeoff, drawn: PageDraws) -> dict[str, Any]:
    """Return the points, the study's own limits and device, and the hours that can be asked for."""
    return {
        "points": [{**_point(point), "rows": drawn.rows[point.point_id]} for point in tradeoff.points],
        "n_draws": drawn.n_draws,
        "scales": drawn.scales,
        "asked": tradeoff.decision.constraints,
        "device": tradeoff.decision.device,
        "hours": hours_offered(tradeoff),
    }


def devices(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the devices that have points, the deciding one first."""
    return tuple(dict.fromkeys((tradeoff.decision.device, *(point.device for point in tradeoff.points))))


def hours_offered(tradeoff: Tradeoff) -> tuple[float, ...]:
    """Return the hours that the slider stops at, up to the first that no point can reach."""
    most = max((point.battery_hours.high or 0.0 for point in tradeoff.points), default=0.0)
    return tuple(hours for before, hours in zip((0.0, *HOURS[:-1]), HOURS, strict=True) if before <= most)


def _point(point: OperatingPoint) -> dict[str, Any]:
    axes = {
        "accuracy": point.accuracy,
        "words": point.word_recovery,
        "power": point.power_mw,
        "hours": point.battery_hours,
    }
    return {
        "id": point.point_id,
        "name": point_name(point),
        "rate_hz": point.rate_hz,
        "device": point.device,
        "attacker": point.attacker,
        "infeasible": point.infeasible,
        "is_on_frontier": is_on_frontier(point),
        "reasons": {name: figure.reason for name, figure in axes.items() if figure.reason},
        **{name: _ends(figure) for name, figure in axes.items()},
    }


def _ends(figure: Measurement) -> tuple[float | None, float | None, float | None]:
    return figure.value, figure.low, figure.high
