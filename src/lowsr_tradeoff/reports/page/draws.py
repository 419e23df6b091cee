"""The joint draws in the page, which counts those that meet all limits as :func:`decision.chances.p_meets` does.

They are whole numbers of two bytes, with as many decimals as fit: five for a share that varies by less than 0.65.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.decision.limits import LEAKS_BY_FIGURE

# Largest size of a page's draws before compression; a very large study embeds fewer of each figure.
MOST_BYTES = 1_000_000
DECIMALS = 5
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
            **{name: leaked.get((kind, point.rate_hz), ()) for name, kind in LEAKS_BY_FIGURE.items()},
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
