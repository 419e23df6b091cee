"""Draw over the sampling rate against recorders: vendor's currents and measured hours on a battery.

Every part's power is modelled as ``static + slope * rate``. For each series the lowest and the highest rate from 8
to 48 kHz give both terms; the rates between are predicted. Only relative draw is claimed: hours stand for its
inverse.
"""

from collections.abc import Iterable
from itertools import groupby

from lowsr_tradeoff.power.validation.prediction import Prediction, model_error, read_table
from lowsr_tradeoff.records.power import ErrorTarget, ModelError

LOWEST_HZ, HIGHEST_HZ = 8000, 48000
TARGET = ErrorTarget(worst=1.10)

# (sampling rate in Hz, draw in any unit)
Draw = tuple[int, float]


def recorder_errors() -> tuple[ModelError, ...]:
    """Return the errors of relative draw between the two rates that are known, one per recorder."""
    return tuple(
        model_error(
            [prediction for name, draws in series for prediction in predict_between(recorder, name, draws)],
            "relative draw over the sampling rate, 8 to 48 kHz",
            recorder,
            "static part and a slope from the lowest and the highest rate",
            "the rates between",
            TARGET,
        )
        for recorder, series in _recorders()
    )


def predict_between(recorder: str, series: str, draws: Iterable[Draw]) -> list[Prediction]:
    """Return the draw at every rate between the lowest and the highest from the line through these two."""
    known = sorted(draws)
    static, slope = line_through(known[0], known[-1])
    return [
        Prediction(f"{series} at {rate_hz} Hz", f"{recorder}, {series}", draw, static + slope * rate_hz)
        for rate_hz, draw in known[1:-1]
    ]


def line_through(first: Draw, second: Draw) -> tuple[float, float]:
    """Return the static part and the slope per Hz of the line through two draws.

    >>> line_through((1000, 5.0), (3000, 9.0))
    (3.0, 0.002)
    """
    slope = (second[1] - first[1]) / (second[0] - first[0])
    return first[1] - slope * first[0], slope


def static_share(draws: Iterable[Draw], rate_hz: int) -> float:
    """Return the share of the draw at one rate that does not depend on the rate, by the same line.

    >>> static_share([(1000, 5.0), (3000, 9.0)], 1000)
    0.6
    """
    known = sorted(draws)
    static, slope = line_through(known[0], known[-1])
    return static / (static + slope * rate_hz)


def read_series() -> list[tuple[str, str, list[Draw]]]:
    """Return recorder, series and draws from 8 to 48 kHz; currents in mA, and batteries per hour."""
    rows = [row for row in read_table("recorders") if LOWEST_HZ <= int(row["rate_hz"]) <= HIGHEST_HZ]
    grouped = groupby(rows, key=lambda row: (row["recorder"], row["series"]))
    return [(*names, [(int(row["rate_hz"]), _draw(row)) for row in group]) for names, group in grouped]


def _recorders() -> list[tuple[str, list[tuple[str, list[Draw]]]]]:
    grouped = groupby(read_series(), key=lambda series: series[0])
    return [(recorder, [(name, draws) for _, name, draws in group]) for recorder, group in grouped]


def _draw(row: dict[str, str]) -> float:
    value = float(row["value"])
    return 1 / value if row["quantity"] == "hours" else value
