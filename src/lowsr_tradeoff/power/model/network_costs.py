"""What one classification costs on a named network, without loading the classifier or torch.

``configs/model_costs.json`` lists every layer with its multiply-accumulates per position and how far the image has
shrunk there; the counts for any image follow. ``tests/power/trace_networks.py`` writes the table;
``tests/power/model/test_network_costs.py`` compares it with the counts of the networks themselves.
"""

import math
from collections import Counter
from functools import cache
from importlib import resources

from pydantic import TypeAdapter

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.mel import YAMNET_RATES_HZ, count_mel_weights, front_of, lay_out
from lowsr_tradeoff.records.network import Grid, ModelCost, Network
from lowsr_tradeoff.settings.classify import COMPACT, YAMNETS
from lowsr_tradeoff.settings.groups import Settings

TABLE = resources.files("lowsr_tradeoff") / "configs" / "model_costs.json"


class Layer(Settings):
    """One layer, or several equal ones.

    Attributes:
        operator: ``"conv"``, ``"depthwise"``, ``"linear"``; ``None`` where nothing is multiplied.
        macs: Multiply-accumulates per position written.
        holds: Channels and step of the maps that it reads, writes and keeps for a parallel branch.
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
        parameters: Trained values without those of the head.
        mel_nonzeros: Non-zero weights of its own mel bank; ``None`` where they follow from the layout.
    """

    steps: str
    head_in: int
    parameters: int
    mel_nonzeros: int | None
    layers: tuple[Layer, ...]

    def n_positions(self, step: int, image: tuple[int, int]) -> int:
        """Return the positions of a map after some steps; 1 after the last step, where maps have no sides."""
        if step > len(self.steps):
            return 1
        return math.prod(side(n, self.steps[:step]) for n in image)


def network_cost(network: Network, rate_hz: int, grid: Grid, window_s: float, n_classes: int) -> ModelCost:
    """Return what one window costs, weights and values at one byte each (int8).

    Raises:
        ConfigError: The network does not have the grid, the window is too short for it, or there is only one class.
    """
    if n_classes < 2:
        raise ConfigError(f"--classes {n_classes}: give 2 or more")
    if grid not in grids_at(network, rate_hz):
        raise ConfigError(f"{network} has a front end of its own: at {rate_hz} Hz it has the shared grid alone")
    shape, layout = _shapes()[network], lay_out(rate_hz, grid, window_s, front_of(network))
    macs, held = Counter({"linear": shape.head_in * n_classes}), [shape.head_in + n_classes]
    n_patches = len(layout.starts)
    for layer in shape.layers:
        held.append(sum(channels * shape.n_positions(step, layout.patch) for channels, step in layer.holds))
        if layer.operator is not None:
            n_positions = n_patches * shape.n_positions(layer.writes_at, layout.patch)
            macs[layer.operator] += layer.times * layer.macs * n_positions
    parameters = shape.parameters + (shape.head_in + 1) * n_classes
    return ModelCost(
        rate_hz=rate_hz,
        grid=grid,
        model_rate_hz=layout.model_rate_hz,
        window_s=window_s,
        parameters=parameters,
        macs=dict(macs),
        fft_size=layout.fft_size,
        frames=layout.n_frames,
        mel_bands=layout.mel_bands,
        mel_nonzeros=shape.mel_nonzeros or count_mel_weights(layout),
        weight_bytes=parameters,
        activation_bytes=max(held),
    )


def grids_at(network: Network, rate_hz: int) -> tuple[Grid, ...]:
    """Return the grids that a network can take at a rate: PANNs the shared one, YAMNets both at some rates."""
    has_native = network in COMPACT or (network in YAMNETS and rate_hz in YAMNET_RATES_HZ)
    return ("shared", "native") if has_native else ("shared",)


def side(n: int, steps: str) -> int:
    """Return a side of the maps after some steps.

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
