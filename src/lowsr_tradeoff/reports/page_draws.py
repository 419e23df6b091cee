"""Joint draws as the page takes them: whole numbers of two bytes, one after the other.

The page counts in how many draws a point meets all limits, as :func:`decision.chances.p_meets` does. A draw
keeps as many decimals as fit: five of a share that varies by less than 0.65.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.decision.frontier import strongest_at
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.run import Tradeoff

Draws = tuple[float, ...]

# What the draws of one page may take before they are packed; a very large study embeds fewer of each figure.
MOST_BYTES = 1_000_000
DECIMALS = 5
TOP = 65_535


@dataclass(frozen=True)
class PageDraws:
    """The draws of a study's points.

    Attributes:
        n_draws: Draws of each figure that the page holds.
        scales: Per row how many units make one, and the units that are taken off.
        rows: Per point the row of accuracy, words and hours; ``None`` where the figure was not drawn.
        content: All rows, two bytes a draw, little end first.
    """

    n_draws: int
    scales: list[tuple[int, int]]
    rows: dict[str, dict[str, int | None]]
    content: bytes


def page_draws(tradeoff: Tradeoff) -> PageDraws:
    """Return the draws of every point, each row once.

    Raises:
        DataError: Draws are further apart than those of any figure.
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
    recognised = tuple(found.model_copy(update={"accuracy_draws": ()}) for found in tradeoff.recognition.results)
    recovered = tuple(found.model_copy(update={"value_draws": ()}) for found in tradeoff.privacy.attacks)
    drawn = tuple(found.model_copy(update=power) for found in tradeoff.power.results)
    return tradeoff.model_copy(
        update={
            "recognition": tradeoff.recognition.model_copy(update={"results": recognised}),
            "privacy": tradeoff.privacy.model_copy(update={"attacks": recovered}),
            "power": tradeoff.power.model_copy(update={"results": drawn}),
        }
    )


def _drawn(tradeoff: Tradeoff) -> Iterator[tuple[OperatingPoint, dict[str, Draws]]]:
    accuracy = {
        (found.rate_hz, found.grid, found.arm): found.accuracy_draws for found in tradeoff.recognition.results
    }
    hours = {
        (found.rate_hz, found.grid, found.device): found.battery_hours_draws for found in tradeoff.power.results
    }
    rates_hz = dict.fromkeys(point.rate_hz for point in tradeoff.points)
    strongest = {
        rate_hz: strongest_at(tradeoff.privacy.attacks, rate_hz, tradeoff.front_end) for rate_hz in rates_hz
    }
    for point in tradeoff.points:
        attack = strongest[point.rate_hz]
        yield (
            point,
            {
                "accuracy": accuracy.get((point.rate_hz, point.grid, point.arm), ()),
                "words": attack.value_draws if attack else (),
                "hours": hours.get((point.rate_hz, point.grid, point.device), ()),
            },
        )


def _quantised(draws: Draws) -> tuple[int, int, bytes]:
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
