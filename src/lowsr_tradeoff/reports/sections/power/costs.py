"""What one classification computes."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import digits, hz, kib


def table(tradeoff: Tradeoff) -> Table:
    """Return what one classification computes, by rate and features."""
    unique = {(result.rate_hz, result.grid): result.cost for result in tradeoff.recognition.results}
    return Table(
        "What one classification computes, counted on the trained network",
        ("Rate", "Features", "Window", "Front end", "Multiply-accumulates", "Parameters", "Weights", "Activations"),
        tuple(
            (
                hz(cost.rate_hz),
                cost.grid,
                f"{cost.window_s:g} s",
                f"{cost.frames} FFTs of {cost.fft_size} points at {hz(cost.model_rate_hz)}, {cost.mel_bands} bands",
                f"{digits(sum(cost.macs.values()) / 1e6)} million",
                f"{cost.parameters}",
                kib(cost.weight_bytes),
                kib(cost.activation_bytes),
            )
            for cost in unique.values()
        ),
        n_heads=2,
    )
