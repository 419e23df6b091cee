"""Average power and duty of a streaming wake word against MLPerf Tiny v1.3.

For 20 minutes a board receives 16 kHz audio over I2S, transforms 1024 samples every 512 (32 ms), runs a small
network:

    power = duty * active power + (1 - duty) * idle power while capturing

Active power is that of the same board's inference rows. Predicted are:

* the duty of each part, from the other parts: a hop's cycles scale as those of the four benchmark networks do;
* power at a part's second clock, from its first, whose idle power is fitted. Duty there is 0.93 to 0.97, so this
  tests active power and duty far more than idle power;
* power at a first clock, with the idle power per MHz of the other parts;
* power from the rows of the part's datasheet, where they were read: nothing of the board but its duty.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.power.validation.prediction import Prediction, model_error, read_table
from lowsr_tradeoff.records.power import ErrorTarget, ModelError

TARGET = ErrorTarget(worst=1.30)
SCOPE = "streaming wake word"
NOT_PREDICTED = (
    "U3C5 at 96 MHz, 4.319 mW: no power of its signal processor while computing is published",
    "NDP120 at 49 MHz, 0.507 mW: no power between frames is published, and no inference rows at this clock",
)


@dataclass(frozen=True)
class Board:
    """One part whose inference rows and first streaming row are known.

    Clock, average power and duty are the stream's; active power and cycles are those of the newest inference rows.
    """

    part: str
    clock_mhz: float
    power_mw: float
    duty: float
    active_mw: float
    cycles: tuple[float, ...]


def streaming_errors() -> tuple[ModelError, ...]:
    """Return the errors of duty, of power at a second clock, and of power with the idle power of others."""
    known = boards()
    return (
        model_error(
            predict_duties(known),
            "duty",
            SCOPE,
            "cycles of a hop in proportion to those of the benchmark networks",
            "the part's own stream",
            TARGET,
        ),
        model_error(
            predict_second_clocks(known),
            "average power at a second clock",
            SCOPE,
            "active and idle power in proportion to the clock; idle power solved at the first clock",
            "the row at the second clock",
            TARGET,
            NOT_PREDICTED,
        ),
        model_error(
            predict_first_clocks(known),
            "average power",
            SCOPE,
            "duty as measured; idle power per MHz of the other parts",
            "the part's own stream, but for its duty",
            TARGET,
            NOT_PREDICTED,
        ),
        model_error(
            predict_from_datasheet(known),
            "average power from the datasheet",
            SCOPE,
            "duty as measured; running and sleep power of the maker's table",
            "every power of the board",
            TARGET,
        ),
    )


def streaming_mw(duty: float, active_mw: float, idle_mw: float) -> float:
    """Return the average power of computing for a share of the time.

    >>> streaming_mw(0.25, 8.0, 4.0)
    5.0
    """
    return duty * active_mw + (1 - duty) * idle_mw


def idle_mw(board: Board) -> float:
    """Return the power between frames that follows from a board's average power."""
    return (board.power_mw - board.duty * board.active_mw) / (1 - board.duty)


def boards() -> tuple[Board, ...]:
    """Return the boards with inference rows, at their first clock."""
    return tuple(
        Board(
            part=row["part"],
            clock_mhz=float(row["clock_mhz"]),
            power_mw=float(row["power_mw"]),
            duty=float(row["duty"]),
            active_mw=float(np.mean([float(own["mW"]) for own in newest])),
            cycles=tuple(float(own["perf_ms"]) * float(own["MHz"]) * 1e3 for own in newest),
        )
        for row in read_table("streaming_wake_word")
        if row["duty"] and (newest := _newest_inference_rows(row["part"]))
    )


def predict_duties(known: Sequence[Board]) -> list[Prediction]:
    """Return each board's duty: cycles per second of the other boards, scaled by the benchmarks, over its clock."""
    predictions = []
    for board in known:
        log_cycles = [
            math.log(other.duty * other.clock_mhz) + float(np.mean(np.log(board.cycles) - np.log(other.cycles)))
            for other in known
            if other.part != board.part
        ]
        predicted = math.exp(np.mean(log_cycles)) / board.clock_mhz
        predictions.append(Prediction(_row(board), board.part, board.duty, predicted))
    return predictions


def predict_second_clocks(known: Sequence[Board]) -> list[Prediction]:
    """Return the average power at every second clock from the first clock's row."""
    by_part = {board.part: board for board in known}
    predictions = []
    for row in read_table("streaming_wake_word"):
        if not row["duty"]:
            board = by_part[row["part"]]
            ratio = float(row["clock_mhz"]) / board.clock_mhz
            predicted = streaming_mw(board.duty / ratio, board.active_mw * ratio, idle_mw(board) * ratio)
            name = f"{board.part} at {row['clock_mhz']} MHz"
            predictions.append(Prediction(name, board.part, float(row["power_mw"]), predicted))
    return predictions


def predict_first_clocks(known: Sequence[Board]) -> list[Prediction]:
    """Return each board's average power with the idle power per MHz of the others, geometric mean."""
    predictions = []
    for board in known:
        others = [math.log(idle_mw(other) / other.clock_mhz) for other in known if other.part != board.part]
        idle_of_others_mw = math.exp(np.mean(others)) * board.clock_mhz
        predicted = streaming_mw(board.duty, board.active_mw, idle_of_others_mw)
        predictions.append(Prediction(_row(board), board.part, board.power_mw, predicted))
    return predictions


def predict_from_datasheet(known: Sequence[Board]) -> list[Prediction]:
    """Return the average power at every clock of which the maker's table was read."""
    by_part = {board.part: board for board in known}
    measured = {
        (row["part"], row["clock_mhz"]): float(row["power_mw"]) for row in read_table("streaming_wake_word")
    }
    predictions = []
    for row in read_table("datasheet_clocks"):
        board, clock_mhz = by_part[row["part"]], float(row["clock_mhz"])
        duty = board.duty * board.clock_mhz / clock_mhz
        predicted = streaming_mw(duty, float(row["active_mw"]), float(row["idle_mw"]))
        name = f"{board.part} at {row['clock_mhz']} MHz"
        predictions.append(Prediction(name, board.part, measured[row["part"], row["clock_mhz"]], predicted))
    return predictions


def _row(board: Board) -> str:
    return f"{board.part} at {board.clock_mhz:.0f} MHz"


def _newest_inference_rows(part: str) -> list[dict[str, str]]:
    """Return a part's inference rows of its newest round, by benchmark."""
    rows = [row for row in read_table("mlperf_tiny_energy") if part in row["sys"]]
    newest = max((row["v"] for row in rows), default="")
    return sorted((row for row in rows if row["v"] == newest), key=lambda row: row["bm"])
