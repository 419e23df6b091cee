"""What one classification costs on a named network, without loading the classifier or torch.

``configs/model_costs.json`` holds every layer with its multiply-accumulates per position and how far the image has
shrunk where it works; the counts for any image follow. ``tests/power/test_network_costs.py`` holds them against
those that the classifier counts on the networks themselves, and says how to write the table again.
"""

import math
from collections import Counter
from functools import cache
from importlib import resources

from pydantic import TypeAdapter

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.mel import Layout, count_mel_weights, front_of, lay_out
from lowsr_tradeoff.records.network import Grid, ModelCost, Network
from lowsr_tradeoff.settings.groups import Settings

TABLE = resources.files("lowsr_tradeoff") / "configs" / "model_costs.json"


class FixedFrontEnd(Settings):
    """The front end of a network that has one of its own."""

    model_rate_hz: int
    fft_size: int
    hop: int
    mel_bands: int
    mel_nonzeros: int


class Layer(Settings):
    """One layer, or several equal ones.

    Attributes:
        operator: ``"conv"``, ``"depthwise"``, ``"linear"``; ``None`` where nothing is multiplied.
        macs: Multiply-accumulates per position written.
        holds: Channels and steps of what it reads, writes and a way around it keeps.
        writes_at: The step of the positions written.
        times: How many such layers there are.
    """

    operator: str | None
    macs: int
    holds: tuple[tuple[int, int], ...]
    writes_at: int
    times: int


class NetworkShape(Settings):
    """A network without its weights.

    Attributes:
        steps: How the sides of the maps shrink: c halves and rounds up, f down, h down but never below one.
        head_in: Values that the head reads.
        parameters: Trained values but for the head's.
        front_end: Of its own; ``None`` for a network that takes either grid.
        layers: All but the head.
    """

    steps: str
    head_in: int
    parameters: int
    front_end: FixedFrontEnd | None
    layers: tuple[Layer, ...]


def network_cost(network: Network, rate_hz: int, grid: Grid, window_s: float, n_classes: int) -> ModelCost:
    """Return what one window costs, weights and values at one byte each (int8).

    Raises:
        ConfigError: The network does not have the grid, the window is too short for it, or one class is no choice.
    """
    if n_classes < 2:
        raise ConfigError(f"--classes {n_classes}: give 2 or more")
    shape = _shapes()[network]
    layout = _layout(network, shape, rate_hz, grid, window_s)
    image = layout.image
    parameters = shape.parameters + (shape.head_in + 1) * n_classes
    return ModelCost(
        rate_hz=rate_hz,
        grid=grid,
        model_rate_hz=layout.model_rate_hz,
        window_s=window_s,
        parameters=parameters,
        macs=_macs(shape, image, n_classes),
        fft_size=layout.fft_size,
        frames=layout.n_frames,
        mel_bands=layout.mel_bands,
        mel_nonzeros=shape.front_end.mel_nonzeros if shape.front_end else count_mel_weights(layout),
        weight_bytes=parameters,
        activation_bytes=max(shape.head_in + n_classes, *(_held(shape, layer, image) for layer in shape.layers)),
    )


def grids_of(network: Network) -> tuple[Grid, ...]:
    """Return the grids that a network can take: one with a front end of its own has the shared one alone."""
    return ("shared",) if _shapes()[network].front_end else ("shared", "native")


def side(n: int, steps: str) -> int:
    """Return a side of the maps after some steps.

    Raises:
        ConfigError: Nothing is left of it.

    >>> side(50, "chh"), side(3, "ccc"), side(2, "chhh")
    (6, 1, 1)
    """
    for step in steps:
        n = -(-n // 2) if step == "c" else n // 2
        n = max(n, 1) if step == "h" else n
    if n == 0:
        raise ConfigError("the window is too short for the network; give a longer one")
    return n


@cache
def _shapes() -> dict[Network, NetworkShape]:
    return TypeAdapter(dict[Network, NetworkShape]).validate_json(TABLE.read_text(encoding="utf-8"))


def _layout(network: Network, shape: NetworkShape, rate_hz: int, grid: Grid, window_s: float) -> Layout:
    if shape.front_end and grid != "shared":
        raise ConfigError(f"{network} has a front end of its own: it has the shared grid alone")
    return lay_out(rate_hz, grid, window_s, front_of(network))


def _macs(shape: NetworkShape, image: tuple[int, int], n_classes: int) -> dict[str, int]:
    counts = Counter({"linear": shape.head_in * n_classes})
    for layer in shape.layers:
        if layer.operator is not None:
            counts[layer.operator] += layer.times * layer.macs * _positions(shape, layer.writes_at, image)
    return dict(counts)


def _held(shape: NetworkShape, layer: Layer, image: tuple[int, int]) -> int:
    return sum(channels * _positions(shape, at, image) for channels, at in layer.holds)


def _positions(shape: NetworkShape, at: int, image: tuple[int, int]) -> int:
    """Positions of the maps after some steps; one where there are no sides any more."""
    return 1 if at > len(shape.steps) else math.prod(side(n, shape.steps[:at]) for n in image)
