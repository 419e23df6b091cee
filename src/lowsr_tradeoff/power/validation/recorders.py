"""Power over the sampling rate against recorders: currents from the vendor and measured hours on a battery.

Every part's power is modelled as ``static + slope * rate``, with both terms from the lowest and highest rate
between 8 and 48 kHz; the rates between are predicted. Only relative power is compared: hours count as its inverse.
"""

from collections.abc import Iterable

from lowsr_tradeoff.power.validation.prediction import Prediction, model_error, read_table
from lowsr_tradeoff.records.power import ErrorTarget, ModelError

LOWEST_HZ, HIGHEST_HZ = 8000, 48000
TARGET = ErrorTarget(worst=1.10)

# (sampling rate in Hz, power in any unit)
Reading = tuple[int, float]


def recorder_errors() -> tuple[ModelError, ...]:
    """Return the errors of relative power between the two known rates, one for each recorder."""
    by_recorder: dict[str, list[Prediction]] = {}
    for recorder, series, readings in read_series():
        by_recorder.setdefault(recorder, []).extend(predict_between(recorder, series, readings))
    return tuple(
        model_error(
            predictions,
            "relative draw over the sampling rate, 8 to 48 kHz",
            recorder,
            "static part and a slope from the lowest and the highest rate",
            "the rates between",
            TARGET,
        )
        for recorder, predictions in by_recorder.items()
    )


def predict_between(recorder: str, series: str, readings: Iterable[Reading]) -> list[Prediction]:
    """Return the power at each rate between the lowest and the highest, from the line through these two."""
    known = sorted(readings)
    static, slope = line_through(known[0], known[-1])
    return [
        Prediction(f"{series} at {rate_hz} Hz", f"{recorder}, {series}", power, static + slope * rate_hz)
        for rate_hz, power in known[1:-1]
    ]


def line_through(first: Reading, second: Reading) -> tuple[float, float]:
    """Return the static part and the slope per Hz of the line through two readings.

    >>> line_through((1000, 5.0), (3000, 9.0))
    (3.0, 0.002)
    """
    slope = (second[1] - first[1]) / (second[0] - first[0])
    return first[1] - slope * first[0], slope


def read_series() -> list[tuple[str, str, list[Reading]]]:
    """Return recorder, series and readings from 8 to 48 kHz: currents in mA, and batteries per hour."""
    series: dict[tuple[str, str], list[Reading]] = {}
    for row in read_table("recorders"):
        rate_hz, value = int(row["rate_hz"]), float(row["value"])
        if LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
            power = 1 / value if row["quantity"] == "hours" else value
            series.setdefault((row["recorder"], row["series"]), []).append((rate_hz, power))
    return [(recorder, name, readings) for (recorder, name), readings in series.items()]
