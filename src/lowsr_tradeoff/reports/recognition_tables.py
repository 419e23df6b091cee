"""The tables of recognition beside its figures: ways of training, choices, networks, published figures."""

from lowsr_tradeoff.classify.arms import EXPLAINED, GROUPS, arm_name, group_of, in_order
from lowsr_tradeoff.records.classify import ClassifyResult, Published
from lowsr_tradeoff.records.network import Arm, Grid
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.table import Cell, Table
from lowsr_tradeoff.reports.tables import named
from lowsr_tradeoff.reports.wording import Shown, accuracy_title, count, digits, hz, percent, points


def by_rate(tradeoff: Tradeoff) -> Table:
    """Return accuracy with its interval: a row for each training and features, a column for each rate."""
    found: dict[tuple[Arm, Grid], dict[int, Cell]] = {}
    for result in tradeoff.recognition.results:
        found.setdefault((result.arm, result.grid), {})[result.rate_hz] = _brief(result)
    rates_hz = sorted({result.rate_hz for result in tradeoff.recognition.results})
    lines = [line for arm in in_order(arm for arm, _ in found) for line in found if line[0] == arm]
    return Table(
        f"{accuracy_title(tradeoff)} and 95 % interval by rate and training{_tested_on(tradeoff)}",
        ("Group", "Training", "Features", *map(hz, rates_hz)),
        tuple(
            (group_of(arm), arm_name(arm), grid, *(found[arm, grid].get(rate, "not run") for rate in rates_hz))
            for arm, grid in lines
        ),
        n_heads=3,
    )


def arms(tradeoff: Tradeoff) -> Table:
    """Return what each way of training of the study does, in one line."""
    there = {result.arm for result in tradeoff.recognition.results}
    return Table(
        "The ways of training compared",
        ("Group", "Training", "What it is"),
        tuple(
            (group, arm_name(arm), EXPLAINED[arm]) for group, members in GROUPS for arm in members if arm in there
        ),
        n_heads=2,
    )


def networks(tradeoff: Tradeoff) -> Table:
    """Return what the network costs to compute second by second, by rate and features."""
    unique = {(result.rate_hz, result.grid): result.cost for result in tradeoff.recognition.results}
    return Table(
        f"The network: {_network(tradeoff)}",
        (
            *("Rate", "Features", "Million multiply-accumulates a second", "The same a window", "Window"),
            *("Parameters", "Weights at int8", "Activations at int8"),
        ),
        tuple(
            (
                hz(rate_hz),
                grid,
                digits(sum(cost.macs.values()) / 1e6 / cost.window_s),
                digits(sum(cost.macs.values()) / 1e6),
                f"{cost.window_s:g} s",
                f"{cost.parameters}",
                f"{digits(cost.weight_bytes / 1000)} kB",
                f"{digits(cost.activation_bytes / 1000)} kB",
            )
            for (rate_hz, grid), cost in unique.items()
        ),
        n_heads=2,
    )


def optimism(tradeoff: Tradeoff) -> Table:
    """Return by how much the best epoch on the test fold flatters."""
    return Table(
        "The paper's protocol against the last epoch of the same networks",
        ("Rate", "Training", "Features", "Best epoch on the test fold", "Last epoch", "Optimism"),
        tuple(
            (
                *(hz(one.rate_hz), arm_name(one.arm), one.grid),
                *(percent(one.best_epoch), percent(one.last_epoch), points(one.difference)),
            )
            for one in tradeoff.recognition.optimism
        ),
        n_heads=3,
    )


def published(tradeoff: Tradeoff) -> Table:
    """Return published accuracies beside those measured here."""
    return Table(
        "Published beside measured, shared features",
        ("Rate", "Training", "Published", accuracy_title(tradeoff), "Measured against published", "Source"),
        tuple(
            (
                *(hz(one.rate_hz), arm_name(one.arm), f"{100 * one.published:.1f} %"),
                *(percent(one.measured), _against(one), one.source),
            )
            for one in tradeoff.recognition.published
        ),
        n_heads=2,
    )


def published_lines(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return published beside measured accuracies as lines of text; none where nothing was published."""
    return tuple(
        f"{hz(one.rate_hz)} ({arm_name(one.arm)}): published {100 * one.published:.1f} %, measured"
        f" {percent(one.measured)}; {_against(one)}; {one.source}"
        for one in tradeoff.recognition.published
    )


def sensitivity(tradeoff: Tradeoff) -> Table:
    """Return how every pair of alpha and T did on the inner folds, and how often it was chosen."""
    return Table(
        "Alpha and T: accuracy on the inner folds, and test folds that chose the pair",
        ("Rate", "Training", "Features", "Alpha", "T", "Accuracy on inner folds", "Chosen by"),
        tuple(
            (
                *named(one),
                *(f"{one.alpha:g}", f"{one.temperature:g}"),
                *(percent(one.accuracy), count(one.n_chosen, "test fold")),
            )
            for one in tradeoff.recognition.sensitivity
        ),
        n_heads=5,
    )


def _brief(result: ClassifyResult) -> Cell:
    """Without n, which the caption says once."""
    shown, accuracy = percent(result.accuracy), result.accuracy
    if accuracy.value is None or accuracy.low is None or accuracy.high is None:
        return shown
    return Shown(shown.value, f"[{100 * accuracy.low:.1f}, {100 * accuracy.high:.1f}]")


def _tested_on(tradeoff: Tradeoff) -> str:
    sizes = sorted({result.n_clips for result in tradeoff.recognition.results})
    return f", n = {' or '.join(map(str, sizes))} clips" if sizes else ""


def _network(tradeoff: Tradeoff) -> str:
    """Its name, what it starts from and what of it is trained, as the settings say."""
    match tradeoff.settings.get("classify"):
        case {"network": str(network), "adapt": str(adapt), "checkpoint": checkpoint}:
            start = "from published weights" if checkpoint else "from random weights"
            return f"{network}, {start}, {_adapted(adapt)}"
        case _:
            return "not named in the settings"


def _adapted(adapt: str) -> str:
    match adapt:
        case "full":
            return "all of it trained"
        case "probe":
            return "its head trained alone"
        case _:
            return f"adapted by {adapt}"


def _against(one: Published) -> str:
    measured = one.measured
    if measured.value is None:
        return "nothing to compare"
    apart = f"{100 * (measured.value - one.published):+z.1f} points"
    if measured.low is None or measured.high is None:
        return apart
    is_inside = measured.low <= one.published <= measured.high
    return f"{apart}; published lies {'inside' if is_inside else 'outside'} the measured interval"
