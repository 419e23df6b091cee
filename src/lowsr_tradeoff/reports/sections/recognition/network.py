"""The network: what it is, and what it costs to compute."""

from collections.abc import Iterable
from pathlib import PurePath

from markupsafe import Markup

from lowsr_tradeoff.corpora.published.catalogue import downloads
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, table_of
from lowsr_tradeoff.reports.wording import digits, hz
from lowsr_tradeoff.settings.classify import is_file


def entry(tradeoff: Tradeoff) -> Entry:
    """Return the network, as the page prints it."""
    return Entry(
        heading="The network",
        table=table(tradeoff),
        note=Markup(
            "Multiply-accumulates of the network alone, one window after the other; the features come on top and"
            " are"
            ' counted under <a href="#power-use">Where the power goes</a>.'
        ),
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return what the network costs to compute second by second, by rate and features."""
    return table_of(
        f"The network: {_description(tradeoff)}",
        _costs(tradeoff),
        (
            ("Rate", lambda cost: hz(cost.rate_hz)),
            ("Features", lambda cost: cost.grid),
            ("Million multiply-accumulates a second", lambda cost: digits(_million_macs(cost) / cost.window_s)),
            ("The same a window", lambda cost: digits(_million_macs(cost))),
            ("Window", lambda cost: f"{cost.window_s:g} s"),
            ("Parameters", lambda cost: str(cost.parameters)),
            ("Weights at int8", lambda cost: _kib(cost.weight_bytes)),
            ("Activations at int8", lambda cost: _kib(cost.activation_bytes)),
        ),
        n_heads=2,
    )


def one_classification(tradeoff: Tradeoff) -> Table:
    """Return what one classification computes, features and network, by rate and features."""
    return table_of(
        "What one classification computes, counted on the trained network",
        _costs(tradeoff),
        (
            ("Rate", lambda cost: hz(cost.rate_hz)),
            ("Features", lambda cost: cost.grid),
            ("Window", lambda cost: f"{cost.window_s:g} s"),
            ("Front end", _front_end),
            ("Multiply-accumulates", lambda cost: f"{digits(_million_macs(cost))} million"),
            ("Parameters", lambda cost: str(cost.parameters)),
            ("Weights", lambda cost: _kib(cost.weight_bytes)),
            ("Activations", lambda cost: _kib(cost.activation_bytes)),
        ),
        n_heads=2,
    )


def _costs(tradeoff: Tradeoff) -> Iterable[ModelCost]:
    results = tradeoff.recognition.results
    return {(each.rate_hz, each.grid): each.cost for each in results if each.cost is not None}.values()


def _million_macs(cost: ModelCost) -> float:
    return sum(cost.macs.values()) / 1e6


def _front_end(cost: ModelCost) -> str:
    if not cost.frames:
        return f"inside the network, which hears samples at {hz(cost.model_rate_hz)}; its FFTs are not counted"
    return f"{cost.frames} FFTs of {cost.fft_size} points at {hz(cost.model_rate_hz)}, {cost.mel_bands} bands"


def is_from_file(tradeoff: Tradeoff) -> bool:
    """Return whether the network was brought as a file, and trained by nobody here."""
    match tradeoff.settings.get("classify"):
        case {"network": network}:
            return is_file(network)
        case _:
            return False


def _description(tradeoff: Tradeoff) -> str:
    """Its name, what it starts from and what of it is trained, as the settings say."""
    match tradeoff.settings.get("classify"):
        case {"network": str(network)} if is_file(network):
            return f"{PurePath(network).name}, as it is, nothing trained"
        case {"network": str(network), "adapt": str(adapt), "checkpoint": checkpoint}:
            start = _published(str(checkpoint)) if checkpoint else "from random weights"
            adapted = {"full": "all of it trained", "probe": "its head trained alone"}
            return f"{network}, {start}, {adapted.get(adapt, f'adapted by {adapt}')}"
        case _:
            return "not named in the settings"


def _published(checkpoint: str) -> str:
    """The file of the weights, with publisher and licence where it is named as one that can be fetched."""
    name = PurePath(checkpoint).name
    known = (download for download in downloads().values() if name in download.files)
    return next(
        (f"from {name} ({each.source}; licence {each.licence})" for each in known), f"from the weights in {name}"
    )


def _kib(n_bytes: float) -> str:
    return f"{digits(n_bytes / 1024)} KiB"
