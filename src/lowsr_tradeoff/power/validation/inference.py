"""Energy and latency of whole networks against MLPerf Tiny: one benchmark held out per device and stack.

The rows are the energy results of rounds v0.7 to v1.3 (mlcommons/tiny_results_v*, Apache-2.0). Each benchmark is
predicted from the other benchmarks of its device and stack. The ratios between operator costs come from *other
parts* only; a stricter check also leaves out all rows of the same organisation, whose boards share software.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.power.validation.operator_costs import Array, fit_costs, fit_prior, predict
from lowsr_tradeoff.power.validation.prediction import Prediction, model_error, read_table
from lowsr_tradeoff.records.power import ErrorTarget, ModelError

# Multiply-accumulates of each benchmark's network by operator type; pointwise is a 1 x 1 convolution.
NETWORK_MACS = {
    "ad": {"conv": 0, "pointwise": 0, "depthwise": 0, "linear": 264_192},
    "ic": {"conv": 12_238_848, "pointwise": 262_144, "depthwise": 0, "linear": 640},
    "kws": {"conv": 320_000, "pointwise": 2_048_000, "depthwise": 288_000, "linear": 768},
    "vww": {"conv": 497_664, "pointwise": 6_193_152, "depthwise": 798_336, "linear": 512},
}
BENCHMARKS = tuple(NETWORK_MACS)
TYPES = ("conv", "depthwise", "linear")
FINER_TYPES = ("conv", "pointwise", "depthwise", "linear")
PARTS = ("H7A3", "U575", "L4R5", "U385", "RA6M4", "RX65N", "xG24", "gap9", "9120")
ACCELERATORS = ("gap9", "9120")
# Without the one held out, there must be at least two.
MIN_BENCHMARKS = 3

TARGET = ErrorTarget(median=1.15, p90=1.40, coverage=(0.85, 0.95))
HELD_OUT = "the benchmark on its device and stack; the ratios between operator types see no row of the same part"
STRICTLY = f"{HELD_OUT} or of the same organisation"
SINGLE = "one cost per multiply-accumulate"
BY_TYPE = "cost per operator type (conv, depthwise, linear)"
BY_FINER_TYPE = "cost per operator type (conv, pointwise, depthwise, linear)"


@dataclass(frozen=True)
class Benchmarks:
    """One measured quantity of every benchmark on every device and stack; 1 where it is not known.

    Shape:
        ``(n_stacks,)``; measured, is_known: ``(n_stacks, n_benchmarks)``.
    """

    stacks: NDArray[np.str_]
    parts: NDArray[np.str_]
    organisations: NDArray[np.str_]
    measured: Array
    is_known: NDArray[np.bool_]

    def only(self, chosen: NDArray[np.bool_]) -> "Benchmarks":
        """Return the chosen stacks."""
        stacks, parts, organisations = self.stacks[chosen], self.parts[chosen], self.organisations[chosen]
        return Benchmarks(stacks, parts, organisations, self.measured[chosen], self.is_known[chosen])


def inference_errors() -> tuple[ModelError, ...]:
    """Return the errors of energy and latency: of this model, a finer one, and the usual single cost."""
    tables = (("inference energy", read_energy_pj()), ("inference latency", read_cycles()))
    return tuple(error for check, table in tables for error in _errors(check, table))


def read_energy_pj() -> Benchmarks:
    """Return the energy of one inference in pJ."""
    return _read(lambda row: float(row["uJ"]) * 1e6)


def read_cycles() -> Benchmarks:
    """Return the clock cycles of one inference: latency times clock."""
    return _read(lambda row: float(row["perf_ms"]) * float(row["MHz"]) * 1e3)


def macs_table(types: Sequence[str]) -> Array:
    """Return multiply-accumulates, shape ``(n_benchmarks, n_types)``; pointwise counts as conv unless in types."""
    networks = list(NETWORK_MACS.values())
    if "pointwise" not in types:
        networks = [{**macs, "conv": macs["conv"] + macs["pointwise"]} for macs in networks]
    return np.array([[macs[name] for name in types] for macs in networks], dtype=np.float64)


def leave_one_out(table: Benchmarks, others: Benchmarks, types: Sequence[str]) -> list[Prediction]:
    """Return a prediction of every known row from the stack's other benchmarks, and type ratios of other stacks."""
    macs = macs_table(types)
    prior = fit_prior(others.measured, others.is_known, macs)
    predictions = []
    for benchmark in range(len(BENCHMARKS)):
        fit = fit_costs(table.measured, _without(table, benchmark), macs, prior)
        log_value, sd = predict(fit, macs[benchmark], prior.noise)
        predictions += _predictions(table, benchmark, np.exp(log_value), sd)
    return predictions


def single_cost(table: Benchmarks) -> list[Prediction]:
    """Return a prediction of every known row from one cost per multiply-accumulate: the others' geometric mean."""
    macs = macs_table(TYPES).sum(axis=1)
    log_cost = np.log(table.measured / macs)
    predictions = []
    for benchmark in range(len(BENCHMARKS)):
        is_seen = _without(table, benchmark)
        mean = np.where(is_seen, log_cost, 0).sum(axis=1) / is_seen.sum(axis=1)
        predictions += _predictions(table, benchmark, macs[benchmark] * np.exp(mean), None)
    return predictions


def _errors(check: str, table: Benchmarks) -> tuple[ModelError, ...]:
    is_accelerator = np.isin(table.parts, ACCELERATORS)
    boards, accelerators = table.only(~is_accelerator), table.only(is_accelerator)
    by_type = _predict_all(boards, boards, TYPES)
    strictly = _predict_all(boards, boards, TYPES, is_strict=True)
    by_finer_type = _predict_all(boards, boards, FINER_TYPES)
    of_accelerators = _predict_all(accelerators, table, TYPES)
    # Accelerators have no target: moving the weights limits them, not multiplying.
    return (
        model_error(by_type, check, "microcontrollers", BY_TYPE, HELD_OUT, TARGET),
        model_error(strictly, check, "microcontrollers", BY_TYPE, STRICTLY),
        model_error(by_finer_type, check, "microcontrollers", BY_FINER_TYPE, HELD_OUT),
        model_error(single_cost(boards), check, "microcontrollers", SINGLE, HELD_OUT),
        model_error(of_accelerators, check, "accelerators", BY_TYPE, HELD_OUT),
        model_error(single_cost(accelerators), check, "accelerators", SINGLE, HELD_OUT),
    )


def _predict_all(
    table: Benchmarks, others: Benchmarks, types: Sequence[str], *, is_strict: bool = False
) -> list[Prediction]:
    """Return predictions of all stacks, those of one part and organisation at a time."""
    predictions = []
    for part, organisation in sorted(set(zip(table.parts, table.organisations, strict=True))):
        chosen = (table.parts == part) & (table.organisations == organisation)
        is_other = (others.parts != part) & ((others.organisations != organisation) | (not is_strict))
        predictions += leave_one_out(table.only(chosen), others.only(is_other), types)
    return predictions


def _without(table: Benchmarks, benchmark: int) -> NDArray[np.bool_]:
    """Return which rows are known when one benchmark is held out."""
    is_seen: NDArray[np.bool_] = table.is_known & (np.arange(len(BENCHMARKS)) != benchmark)
    return is_seen


def _predictions(table: Benchmarks, benchmark: int, predicted: Array, log_sd: Array | None) -> list[Prediction]:
    return [
        Prediction(
            row=f"{table.stacks[i]} {BENCHMARKS[benchmark]}",
            device=str(table.parts[i]),
            measured=float(table.measured[i, benchmark]),
            predicted=float(predicted[i]),
            log_sd=None if log_sd is None else float(log_sd[i]),
        )
        for i in np.flatnonzero(table.is_known[:, benchmark])
    ]


def _read(quantity: Callable[[Mapping[str, str]], float]) -> Benchmarks:
    stacks: dict[str, dict[str, float]] = {}
    for row in read_table("mlperf_tiny_energy"):
        stacks.setdefault(f"{row['v']} {row['org']} {row['sys']}", {})[row["bm"]] = quantity(row)
    complete = {name: values for name, values in stacks.items() if len(values) >= MIN_BENCHMARKS}
    return Benchmarks(
        stacks=np.array(list(complete)),
        parts=np.array([next(part for part in PARTS if part in name) for name in complete]),
        organisations=np.array([name.split()[1] for name in complete]),
        measured=np.array([[values.get(name, 1.0) for name in BENCHMARKS] for values in complete.values()]),
        is_known=np.array([[name in values for name in BENCHMARKS] for values in complete.values()]),
    )
