"""How far the power model was from published measurements."""

from lowsr_tradeoff.records.base import Measurement, Record


class ErrorTarget(Record):
    """What an error must not exceed; factors are at least 1.

    Attributes:
        median: Most that the median error factor may be.
        p90: Most that nine errors in ten may be.
        worst: Most that any error may be.
        coverage: Least and greatest share of rows within their 95 % interval.
    """

    median: float | None = None
    p90: float | None = None
    worst: float | None = None
    coverage: tuple[float, float] | None = None


class ModelError(Record):
    """How far one way of predicting was from measurements it had not seen.

    The error factor of a row is predicted over measured or its inverse, whichever is at least 1.

    Attributes:
        check: What was predicted.
        scope: On which devices.
        method: How it was predicted.
        held_out: What of each row's own data the prediction did not see.
        median: Median error factor over rows.
        p90: Error factor that nine rows in ten keep.
        worst: Largest error factor.
        coverage: Share of rows within their 95 % interval.
        target: What was wanted; ``None`` for a peer that stands beside for comparison.
        is_met: Whether the central values keep the target; ``None`` without one.
        not_predicted: Published rows that nothing predicts, with the reason.
    """

    check: str
    scope: str
    method: str
    held_out: str
    median: Measurement
    p90: Measurement
    worst: Measurement
    coverage: Measurement
    target: ErrorTarget | None = None
    is_met: bool | None = None
    not_predicted: tuple[str, ...] = ()
