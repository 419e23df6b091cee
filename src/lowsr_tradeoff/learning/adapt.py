"""Train a part of a trained network: all of it, its last blocks, its head, or adapters of low rank (LoRA, DoRA).

An adapter keeps a layer's weight W0 and trains a small change: ``W = W0 + scale * B @ A``, one row per output, the
kernel of a convolution flattened. It changes the weight, not the layer, so every subclass of a linear layer or
convolution can be adapted, and merging keeps W. With adapters, batch normalisation trains too, since the level of
its input changes.

Reference: LoRA, Hu et al., arXiv 2106.09685, section 4.1; DoRA, Liu et al., arXiv 2402.09353, section 4.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records.network import Adapt
from lowsr_tradeoff.settings.classify import LAST_BLOCKS

RANK = 8
SCALE = 1.0
SHORTEST = 1e-12
ADAPTERS = ("lora", "dora")

Layer = nn.Linear | nn.Conv1d | nn.Conv2d
Normalisation = nn.BatchNorm1d | nn.BatchNorm2d
Chosen = Callable[[str, nn.Module], bool]


@dataclass(frozen=True)
class Adaptation:
    """Which parts of a network train.

    Attributes:
        trained: Names of the parameters that train.
        adapted: Names of the layers with an adapter.
        skipped: Name and reason of each layer that should have an adapter and cannot; it stays frozen.
    """

    trained: tuple[str, ...]
    adapted: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


class LowRank(nn.Module):
    """``W0 + scale * B @ A``; B is zero at first, so that training starts from W0 exactly."""

    def __init__(self, weight: Tensor, rank: int, scale: float, generator: torch.Generator) -> None:
        super().__init__()
        n_outputs, n_inputs = weight.shape[0], weight[0].numel()
        rank = min(rank, n_outputs, n_inputs)
        bound = n_inputs**-0.5
        drawn = torch.empty(rank, n_inputs).uniform_(-bound, bound, generator=generator)
        self.scale = scale
        self.a = nn.Parameter(drawn.to(weight))
        self.b = nn.Parameter(weight.new_zeros(n_outputs, rank))

    def forward(self, weight: Tensor) -> Tensor:
        """Return the changed weight, of the same shape."""
        return weight + self.scale * (self.b @ self.a).view(weight.shape)


class Magnitude(nn.Module):
    """``m * V / |V|``, row by row; m is ``|W0|`` at first.

    ``|V|`` is a constant in the gradient (DoRA, section 4.3), and at least 1e-12, also in m at the start: a row of
    zeros, such as the imaginary part of a DFT at 0 Hz, would be 0 / 0.
    """

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.m = nn.Parameter(_lengths(weight).detach().clone())

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weight with rows of length m, of the same shape."""
        return weight * (self.m / _lengths(weight).detach())


def _lengths(weight: Tensor) -> Tensor:
    dims = tuple(range(1, weight.ndim))
    lengths: Tensor = torch.linalg.vector_norm(weight, dim=dims, keepdim=True)
    return lengths.clamp_min(SHORTEST)


def adapt(
    network: nn.Module,
    how: Adapt,
    generator: torch.Generator,
    rank: int = RANK,
    scale: float = SCALE,
    head: str | None = "head",
    chosen: Chosen = lambda _name, _layer: True,
) -> Adaptation:
    """Return what trains of a network, after freezing the rest and adding adapters in place.

    Args:
        network: Already trained.
        how: ``"full"``: everything trains. ``"probe"``: the head. ``"last:2"``: the head and the last two blocks.
            ``"lora"``, ``"dora"``: the head, the batch normalisations, and an adapter of each chosen linear layer
            and convolution.
        generator: Source of the adapters' first weights.
        rank: Of the adapters; limited to the weight's own.
        scale: Weight of the adapters, alpha / rank in the LoRA paper.
        head: Name of the part that always trains, without adapters; ``None`` if there is none.
        chosen: Whether to adapt a layer, from its name and itself.

    Raises:
        ConfigError: There is nothing to train or to adapt.
    """
    network.requires_grad_(how == "full")
    layers = _layers(network, head, chosen) if how in ADAPTERS else []
    fitting = [(name, layer) for name, layer in layers if _groups(layer) == 1]
    for _, layer in fitting:
        _add_adapter(layer, how, rank, scale, generator)
    for part in _whole_parts(network, how, head):
        part.requires_grad_(requires_grad=True)
    trained = tuple(name for name, parameter in network.named_parameters() if parameter.requires_grad)
    if not trained or (how in ADAPTERS and not fitting):
        raise ConfigError(f'adapt = "{how}" finds nothing to train; name a head, or choose layers without groups')
    skipped = tuple(
        f"{name}: its {_groups(layer)} groups share no inputs, a change of low rank would join them"
        for name, layer in layers
        if _groups(layer) > 1
    )
    return Adaptation(trained, tuple(name for name, _ in fitting), skipped)


def _layers(network: nn.Module, head: str | None, chosen: Chosen) -> list[tuple[str, Layer]]:
    in_head = set() if head is None else set(network.get_submodule(head).modules())
    return [
        (name, module)
        for name, module in network.named_modules()
        if isinstance(module, Layer) and module not in in_head and chosen(name, module)
    ]


def _groups(layer: Layer) -> int:
    return 1 if isinstance(layer, nn.Linear) else layer.groups


def _add_adapter(layer: Layer, how: Adapt, rank: int, scale: float, generator: torch.Generator) -> None:
    weight = layer.weight
    parametrize.register_parametrization(layer, "weight", LowRank(weight, rank, scale, generator))
    if how == "dora":
        parametrize.register_parametrization(layer, "weight", Magnitude(weight))


def _whole_parts(network: nn.Module, how: Adapt, head: str | None) -> Iterator[nn.Module]:
    """Parts that train without adapters."""
    if head is not None:
        yield network.get_submodule(head)
    if how in ADAPTERS:
        yield from (module for module in network.modules() if isinstance(module, Normalisation))
    if last := LAST_BLOCKS.fullmatch(how):
        yield from _last_blocks(network, int(last[1]))


def _last_blocks(network: nn.Module, n_blocks: int) -> list[nn.Module]:
    blocks = list(network.get_submodule("blocks").children())
    if n_blocks > len(blocks):
        raise ConfigError(f'adapt = "last:{n_blocks}": the network has {len(blocks)} blocks; give a smaller number')
    return blocks[-n_blocks:]


def parameters_to_train(network: nn.Module) -> list[nn.Parameter]:
    """Return the parameters that are not frozen, in the network's order."""
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def start_training(network: nn.Module) -> None:
    """Put a network in training mode, except frozen batch normalisations, which keep their statistics.

    ``network.train()`` would change them, and a probe would read other features than its network's.
    """
    network.train()
    for module in network.modules():
        if isinstance(module, Normalisation) and module.affine and not module.weight.requires_grad:
            module.eval()


def merge(network: nn.Module) -> None:
    """Replace weights and adapters by the adapted weights, and unfreeze everything.

    The outputs stay bit-identical, and the state has the names from before the adaptation.
    """
    for layer in list(network.modules()):
        if isinstance(layer, Layer) and any(isinstance(part, LowRank) for part in layer.modules()):
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)
            _put_bias_last(layer)
    network.requires_grad_(requires_grad=True)


def _put_bias_last(layer: Layer) -> None:
    """Register the bias after the merged weight again: an optimiser depends on the order of parameters."""
    bias = cast("nn.Parameter | None", layer.bias)
    del layer.bias
    layer.register_parameter("bias", bias)
