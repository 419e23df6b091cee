"""Energy and latency of whole networks against MLPerf Tiny: one benchmark held out per device and stack.

The rows are the energy results of rounds v0.7 to v1.3 (mlcommons/tiny_results_v*, Apache-2.0). For each device and
stack, each benchmark in turn is predicted from its other benchmarks. What the operator types cost relative to each
other is learnt from *other parts* only: no row of the same chip, whatever its stack or round, is seen. A stricter
check sees no row of the same organisation either, because one vendor's boards share its software.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.power.validation.operator_costs import (
    BENCHMARKS,
    Array,
    fit_costs,
    fit_prior,
    network_macs,
    predict,
)
from lowsr_tradeoff.power.validation.prediction import Prediction, model_error, read_table
from lowsr_tradeoff.records.power import ErrorTarget, ModelError

PARTS = ("H7A3", "U575", "L4R5", "U385", "RA6M4", "RX65N", "xG24", "gap9", "9120")
ACCELERATORS = ("gap9", "9120")
# One benchmark left out, the others must be at least two.
MIN_BENCHMARKS = 3
HELD_OUT = "the benchmark on its device and stack; the ratios between operator types see no row of the same part"
STRICTLY = f"{HELD_OUT} or of the same organisation"
TARGET = ErrorTarget(median=1.20, p90=1.50, coverage=(0.85, 0.95))
TYPES = ("conv", "depthwise", "linear")
FINER_TYPES = ("conv", "pointwise", "depthwise", "linear")
SINGLE = "one cost per multiply-accumulate"


@dataclass(frozen=True)
class Benchmarks:
    """One measured quantity of every benchmark on every device and stack.

    Attributes:
        stacks: Round, organisation and system, a name each.
        parts: The chip of each.
        organisations: Who handed it in.
        measured: The quantity; 1 where not known.
        is_known: Where it is.

    Shape:
        ``(n_stacks,)`` and ``(n_stacks, n_benchmarks)``.
    """

    stacks: tuple[str, ...]
    parts: NDArray[np.str_]
    organisations: NDArray[np.str_]
    measured: Array
    is_known: NDArray[np.bool_]

    def of(self, chosen: NDArray[np.bool_]) -> "Benchmarks":
        """Return the chosen stacks."""
        names = tuple(name for name, is_in in zip(self.stacks, chosen, strict=True) if is_in)
        return Benchmarks(
            names, self.parts[chosen], self.organisations[chosen], self.measured[chosen], self.is_known[chosen]
        )


def inference_errors() -> tuple[ModelError, ...]:
    """Return the errors of energy and latency: the model's, a finer one's and the usual single cost's."""
    tables = (("inference energy", read_energy_pj()), ("inference latency", read_cycles()))
    return tuple(
        error
        for check, table in tables
        for error in (*_of_controllers(check, table), *_of_accelerators(check, table))
    )


def read_energy_pj() -> Benchmarks:
    """Return the energy of one inference in pJ."""
    return _read(lambda row: float(row["uJ"]) * 1e6)


def read_cycles() -> Benchmarks:
    """Return the clock cycles of one inference: latency times clock."""
    return _read(lambda row: float(row["perf_ms"]) * float(row["MHz"]) * 1e3)


def macs_table(types: Sequence[str]) -> Array:
    """Return the multiply-accumulates of each benchmark by operator type; 1 x 1 goes to ``conv`` unless apart.

    Shape:
        ``(n_benchmarks, n_types)``.
    """
    networks = [network_macs(benchmark) for benchmark in BENCHMARKS]
    if "pointwise" not in types:
        networks = [{**macs, "conv": macs["conv"] + macs["pointwise"]} for macs in networks]
    return np.array([[macs[name] for name in types] for macs in networks], dtype=np.float64)


def leave_one_out(table: Benchmarks, others: Benchmarks, types: Sequence[str]) -> list[Prediction]:
    """Return a prediction of every known row of some stacks from the stack's other benchmarks.

    Args:
        table: Stacks to predict.
        others: Stacks that the ratios between operator types are learnt from.
        types: Operator types told apart.
    """
    macs = macs_table(types)
    prior = fit_prior(others.measured, others.is_known, macs)
    predictions = []
    for benchmark in range(len(BENCHMARKS)):
        is_seen = table.is_known & (np.arange(len(BENCHMARKS)) != benchmark)
        log_value, sd = predict(fit_costs(table.measured, is_seen, macs, prior), macs[benchmark], prior.noise)
        predictions += _rows(table, benchmark, np.exp(log_value), sd)
    return predictions


def single_cost(table: Benchmarks) -> list[Prediction]:
    """Return a prediction of every known row from one cost per multiply-accumulate: the others' geometric mean."""
    macs = macs_table(TYPES).sum(axis=1)
    log_cost = np.log(table.measured / macs)
    predictions = []
    for benchmark in range(len(BENCHMARKS)):
        is_seen = table.is_known & (np.arange(len(BENCHMARKS)) != benchmark)
        mean = np.where(is_seen, log_cost, 0).sum(axis=1) / is_seen.sum(axis=1)
        predictions += _rows(table, benchmark, macs[benchmark] * np.exp(mean), None)
    return predictions


def _of_controllers(check: str, table: Benchmarks) -> tuple[ModelError, ...]:
    own = table.of(~np.isin(table.parts, ACCELERATORS))
    scope = "microcontrollers"
    return (
        model_error(_in_turn(own, own, TYPES), check, scope, _method(TYPES), HELD_OUT, TARGET),
        model_error(_in_turn(own, own, TYPES, strictly=True), check, scope, _method(TYPES), STRICTLY, TARGET),
        model_error(_in_turn(own, own, FINER_TYPES), check, scope, _method(FINER_TYPES), HELD_OUT),
        model_error(single_cost(own), check, scope, SINGLE, HELD_OUT),
    )


def _of_accelerators(check: str, table: Benchmarks) -> tuple[ModelError, ...]:
    """No target covers them: they are bound by what moves weights, not by multiplying."""
    own = table.of(np.isin(table.parts, ACCELERATORS))
    scope = "accelerators"
    return (
        model_error(_in_turn(own, table, TYPES), check, scope, _method(TYPES), HELD_OUT),
        model_error(single_cost(own), check, scope, SINGLE, HELD_OUT),
    )


def _method(types: Sequence[str]) -> str:
    return f"cost per operator type ({', '.join(types)})"


def _in_turn(
    table: Benchmarks, others: Benchmarks, types: Sequence[str], *, strictly: bool = False
) -> list[Prediction]:
    """Predictions of all stacks, those of one part and organisation at a time."""
    predictions = []
    for part, organisation in sorted(set(zip(table.parts, table.organisations, strict=True))):
        chosen = (table.parts == part) & (table.organisations == organisation)
        foreign = (others.parts != part) & ((others.organisations != organisation) | (not strictly))
        predictions += leave_one_out(table.of(chosen), others.of(foreign), types)
    return predictions


def _rows(table: Benchmarks, benchmark: int, predicted: Array, sd: Array | None) -> list[Prediction]:
    return [
        Prediction(
            row=f"{table.stacks[i]} {BENCHMARKS[benchmark]}",
            device=str(table.parts[i]),
            measured=float(table.measured[i, benchmark]),
            predicted=float(predicted[i]),
            log_sd=None if sd is None else float(sd[i]),
        )
        for i in np.flatnonzero(table.is_known[:, benchmark])
    ]


def _read(quantity: Callable[[Mapping[str, str]], float]) -> Benchmarks:
    stacks: dict[str, dict[str, float]] = {}
    for row in read_table("mlperf_tiny_energy"):
        stacks.setdefault(f"{row['v']} {row['org']} {row['sys']}", {})[row["bm"]] = quantity(row)
    complete = {name: values for name, values in stacks.items() if len(values) >= MIN_BENCHMARKS}
    measured = np.array([[values.get(benchmark, 1.0) for benchmark in BENCHMARKS] for values in complete.values()])
    is_known = np.array([[benchmark in values for benchmark in BENCHMARKS] for values in complete.values()])
    parts = np.array([next(part for part in PARTS if part in name) for name in complete])
    organisations = np.array([name.split()[1] for name in complete])
    return Benchmarks(tuple(complete), parts, organisations, measured, is_known)
