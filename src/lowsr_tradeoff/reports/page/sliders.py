"""The data of the page's sliders: every operating point, the ends of its intervals, and its joint draws.

The page decides in JavaScript by the rules of :func:`decision.answer.decide`, on figures with all their digits,
and counts the draws that meet all limits as :func:`decision.chances.p_meets` does. Draws are whole numbers of two
bytes, with as many decimals as fit: five for a share that varies by less than 0.65.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records.decision import LEAK_FIELDS, OperatingPoint
from lowsr_tradeoff.records.privacy import LeakKind
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.decision.placing import is_on_frontier
from lowsr_tradeoff.reports.wording import point_name

# Hours that a slider stops at: round numbers, about six for each factor of ten, up to two years.
HOURS = (
    *(1, 1.5, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 96, 120, 168, 240, 336, 504, 720, 1000, 1500, 2000, 3000),
    *(4000, 6000, 8760, 12000, 17520),
)
# Largest size of a page's draws before compression; a very large study embeds fewer of each figure.
MOST_BYTES = 1_000_000
DECIMALS = 5
# Leaks that have a limit, as the page's script calls them.
LIMITED: dict[str, LeakKind] = {"words": "words", "known": "known words", "who": "who"}
TOP = 65_535


@dataclass(frozen=True)
class PageDraws:
    """The draws of a study's points.

    Attributes:
        n_draws: Draws of each figure in the page.
        scales: Per row, the units in 1 and the offset in units.
        rows: Per point the row of each figure that can have a limit; ``None`` where it was not drawn.
        content: All rows, two bytes a draw, little-endian.
    """

    n_draws: int
    scales: list[tuple[int, int]]
    rows: dict[str, dict[str, int | None]]
    content: bytes


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


def hours_offered(tradeoff: Tradeoff) -> tuple[float, ...]:
    """Return the hours that the slider stops at, up to the first that no point can reach."""
    most = max((point.battery_hours.high or 0.0 for point in tradeoff.points), default=0.0)
    return tuple(hours for before, hours in zip((0.0, *HOURS[:-1]), HOURS, strict=True) if before <= most)


def page_draws(tradeoff: Tradeoff) -> PageDraws:
    """Return the draws of every point, each row once.

    Raises:
        DataError: The range of the draws is too wide for any figure.
    """
    drawn = {point.point_id: figures for point, figures in _drawn(tradeoff)}
    rows = list(dict.fromkeys(draws for figures in drawn.values() for draws in figures.values() if draws))
    number = {draws: index for index, draws in enumerate(rows)}
    n_draws = min(MOST_BYTES // (2 * len(rows)), *map(len, rows)) if rows else 0
    kept = [_quantised(draws[:n_draws]) for draws in rows]
    return PageDraws(
        n_draws=n_draws,
        scales=[(scale, base) for scale, base, _ in kept],
        rows={
            name: {axis: number.get(draws) for axis, draws in figures.items()} for name, figures in drawn.items()
        },
        content=b"".join(units for _, _, units in kept),
    )


def without_draws(tradeoff: Tradeoff) -> Tradeoff:
    """Return a study whose figures keep their intervals and lose their draws, which take more than all the rest."""
    power = {"power_mw_draws": (), "battery_hours_draws": ()}
    recognised = tuple(
        found.model_copy(update={"accuracy_draws": (), "alarm": found.alarm and found.alarm.without_draws()})
        for found in tradeoff.recognition.results
    )
    recovered = tuple(found.model_copy(update={"value_draws": ()}) for found in tradeoff.privacy.attacks)
    drawn = tuple(found.model_copy(update=power) for found in tradeoff.power.results)
    return tradeoff.model_copy(
        update={
            "recognition": tradeoff.recognition.model_copy(update={"results": recognised}),
            "privacy": tradeoff.privacy.model_copy(update={"attacks": recovered}),
            "leaks": tuple(leak.model_copy(update={"draws": ()}) for leak in tradeoff.leaks),
            "power": tradeoff.power.model_copy(update={"results": drawn}),
        }
    )


def _point(point: OperatingPoint) -> dict[str, Any]:
    axes = {
        "accuracy": point.accuracy,
        **{name: getattr(point, LEAK_FIELDS[kind]) for name, kind in LIMITED.items()},
        "privacy": point.privacy,
        "power": point.power_mw,
        "hours": point.battery_hours,
        "recall": point.recall,
        "alarms": point.false_alarms_per_hour,
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
        **{name: (figure.value, figure.low, figure.high) for name, figure in axes.items()},
    }


def _drawn(tradeoff: Tradeoff) -> Iterator[tuple[OperatingPoint, dict[str, tuple[float, ...]]]]:
    recognised = {(found.rate_hz, found.grid, found.arm): found for found in tradeoff.recognition.results}
    hours = {
        (found.rate_hz, found.grid, found.device): found.battery_hours_draws for found in tradeoff.power.results
    }
    leaked = {(leak.kind, leak.rate_hz): leak.draws for leak in tradeoff.leaks}
    for point in tradeoff.points:
        found = recognised.get((point.rate_hz, point.grid, point.arm))
        alarm = found.alarm if found else None
        heard = {
            "accuracy": found.accuracy_draws if found else (),
            "recall": alarm.recall_draws if alarm else (),
            "alarms": alarm.false_alarm_draws if alarm else (),
            **{name: leaked.get((kind, point.rate_hz), ()) for name, kind in LIMITED.items()},
        }
        if point.device in tradeoff.other_front_ends:
            heard = dict.fromkeys(heard, ())
        yield point, {**heard, "hours": hours.get((point.rate_hz, point.grid, point.device), ())}


def _quantised(draws: tuple[float, ...]) -> tuple[int, int, bytes]:
    """Units in one, units taken off, and the rest in two bytes each."""
    values = np.array(draws)
    with np.errstate(over="ignore"):
        span = np.ptp(values)
        fitting = (10**decimals for decimals in range(DECIMALS, -DECIMALS, -1) if span * 10.0**decimals < TOP)
        scale = next(fitting, None)
    if scale is None:
        raise DataError(f"the draws of a figure span {span:g}, as none can; run the study again to make them anew")
    units = np.rint(values * scale).astype(np.int64)
    return scale, int(units.min()), (units - units.min()).astype("<u2").tobytes()
