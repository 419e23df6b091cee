"""Average power and duty of a streaming wake word against MLPerf Tiny v1.3.

For 20 minutes a board hears 16 kHz audio over I2S, transforms 1024 samples every 512 (32 ms) and runs a small
network:

    power = duty * active power + (1 - duty) * idle power while capturing

Active power is that of the same board's inference rows. What is fitted and what is predicted:

* Duty is predicted for each part from the others: the cycles that a hop takes scale as the cycles of the four
  benchmark networks do.
* The power at a part's second clock is predicted from its first: active and idle power in proportion to the clock,
  duty against it. Idle power is solved from the first clock's row, which is thereby fitted and no evidence. At the
  second clocks duty is 0.93 to 0.97, so they test active power and duty far more than idle power.
* The power at a first clock is predicted with the idle power per MHz of the other parts. It says how far a part's
  idle power can be had from others: not within 20 %, so a profile needs its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.power.validation.prediction import Prediction, model_error, read_table
from lowsr_tradeoff.records.power import ErrorTarget, ModelError

TARGET = ErrorTarget(worst=1.20)
SCOPE = "streaming wake word"
NOT_PREDICTED = (
    "U3C5 at 96 MHz, 4.319 mW: no power of its signal processor while computing is published",
    "NDP120 at 49 MHz, 0.507 mW: no power between frames is published, and no inference rows at this clock",
)


@dataclass(frozen=True)
class Board:
    """One part whose inference rows and first streaming row are known.

    Attributes:
        part: The chip.
        clock_mhz: Its first clock.
        power_mw: Average over the stream.
        duty: Share of the time that is computing.
        active_mw: Power while computing, from its newest inference rows.
        cycles: Clock cycles of each benchmark network on it.
    """

    part: str
    clock_mhz: float
    power_mw: float
    duty: float
    active_mw: float
    cycles: tuple[float, ...]


def streaming_errors() -> tuple[ModelError, ...]:
    """Return the errors of duty, of power at a second clock, and of power with others' idle power."""
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
    )


def streaming_mw(duty: float, active_mw: float, idle_mw: float) -> float:
    """Return the average power of computing a share of the time.

    >>> streaming_mw(0.25, 8.0, 4.0)
    5.0
    """
    return duty * active_mw + (1 - duty) * idle_mw


def idle_mw(board: Board) -> float:
    """Return the power between frames that explains a board's average."""
    return (board.power_mw - board.duty * board.active_mw) / (1 - board.duty)


def boards() -> tuple[Board, ...]:
    """Return the boards with inference rows, at their first clock."""
    firsts = [row for row in read_table("streaming_wake_word") if row["duty"]]
    newest = {row["part"]: _newest(row["part"]) for row in firsts}
    return tuple(
        Board(
            part=row["part"],
            clock_mhz=float(row["clock_mhz"]),
            power_mw=float(row["power_mw"]),
            duty=float(row["duty"]),
            active_mw=float(np.mean([float(own["mW"]) for own in newest[row["part"]]])),
            cycles=tuple(float(own["perf_ms"]) * float(own["MHz"]) * 1e3 for own in newest[row["part"]]),
        )
        for row in firsts
        if newest[row["part"]]
    )


def predict_duties(known: Sequence[Board]) -> list[Prediction]:
    """Return each board's duty from the other boards' streams."""
    return [
        Prediction(f"{board.part} at {board.clock_mhz:.0f} MHz", board.part, board.duty, _duty(board, known))
        for board in known
    ]


def predict_second_clocks(known: Sequence[Board]) -> list[Prediction]:
    """Return the average power at every second clock from the first clock's row."""
    by_part = {board.part: board for board in known}
    rows = [row for row in read_table("streaming_wake_word") if not row["duty"]]
    return [
        Prediction(
            f"{row['part']} at {row['clock_mhz']} MHz",
            row["part"],
            float(row["power_mw"]),
            _at_clock(by_part[row["part"]], float(row["clock_mhz"])),
        )
        for row in rows
    ]


def predict_first_clocks(known: Sequence[Board]) -> list[Prediction]:
    """Return each board's average power with the idle power per MHz of the others, geometric mean."""
    predictions = []
    for board in known:
        others = [math.log(idle_mw(other) / other.clock_mhz) for other in known if other.part != board.part]
        borrowed_mw = math.exp(np.mean(others)) * board.clock_mhz
        predicted = streaming_mw(board.duty, board.active_mw, borrowed_mw)
        row = f"{board.part} at {board.clock_mhz:.0f} MHz"
        predictions.append(Prediction(row, board.part, board.power_mw, predicted))
    return predictions


def _duty(board: Board, known: Sequence[Board]) -> float:
    """Others' cycles per second of sound, each scaled by the benchmark networks, over the board's own clock."""
    log_cycles = [
        math.log(other.duty * other.clock_mhz) + float(np.mean(np.log(board.cycles) - np.log(other.cycles)))
        for other in known
        if other.part != board.part
    ]
    return math.exp(np.mean(log_cycles)) / board.clock_mhz


def _at_clock(board: Board, clock_mhz: float) -> float:
    ratio = clock_mhz / board.clock_mhz
    return streaming_mw(board.duty / ratio, board.active_mw * ratio, idle_mw(board) * ratio)


def _newest(part: str) -> list[dict[str, str]]:
    """A part's inference rows of its newest round, by benchmark."""
    rows = [row for row in read_table("mlperf_tiny_energy") if part in row["sys"]]
    newest = max((row["v"] for row in rows), default="")
    return sorted((row for row in rows if row["v"] == newest), key=lambda row: row["bm"])
