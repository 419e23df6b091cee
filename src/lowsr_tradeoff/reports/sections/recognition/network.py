"""The network: what it is, and what it costs to compute."""

from markupsafe import Markup

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import digits, hz, kib


def entry(tradeoff: Tradeoff) -> Entry:
    """Return the network, as the page prints it."""
    return Entry(
        heading="The network",
        table=table(tradeoff),
        note=Markup(
            "Multiply-accumulates of the network alone, one window after the other; the features come on top and"
            " are"
            ' counted under <a href="#power-section">Power</a>.'
        ),
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return what the network costs to compute second by second, by rate and features."""
    unique = {(result.rate_hz, result.grid): result.cost for result in tradeoff.recognition.results}
    return Table(
        f"The network: {_description(tradeoff)}",
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
                kib(cost.weight_bytes),
                kib(cost.activation_bytes),
            )
            for (rate_hz, grid), cost in unique.items()
        ),
        n_heads=2,
    )


def _description(tradeoff: Tradeoff) -> str:
    """Its name, what it starts from and what of it is trained, as the settings say."""
    match tradeoff.settings.get("classify"):
        case {"network": str(network), "adapt": str(adapt), "checkpoint": checkpoint}:
            start = "from published weights" if checkpoint else "from random weights"
            adapted = {"full": "all of it trained", "probe": "its head trained alone"}
            return f"{network}, {start}, {adapted.get(adapt, f'adapted by {adapt}')}"
        case _:
            return "not named in the settings"
