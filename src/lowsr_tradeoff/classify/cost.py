"""What one classification costs to compute, counted on the network that runs.

The network is counted from its log-mel input on. The front end before it is given as its parts (FFTs, mel weights),
because a device bills an FFT by its size and not as a matrix product.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import conv_flop_count

from lowsr_tradeoff.classify.features import Layout, mel_bank
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.records import Grid, ModelCost


@dataclass(frozen=True)
class Call:
    """One layer at work: the shapes it read and wrote for one image."""

    layer: nn.Module
    read: torch.Size
    written: torch.Size


def model_cost(network: nn.Module, layout: Layout, rate_hz: int, grid: Grid) -> ModelCost:
    """Return the cost of one window, weights and values at one byte each (int8).

    Args:
        network: Takes ``(1, 1, bands, frames)``; only its shapes matter.
        layout: Of the features it takes.
        rate_hz: The microphone's rate.
        grid: The layout's name.

    Raises:
        StageError: A layer cannot be counted.
    """
    calls = calls_of(network, layout.image)
    parameters = sum(weight.numel() for weight in network.parameters())
    return ModelCost(
        rate_hz=rate_hz,
        grid=grid,
        model_rate_hz=layout.model_rate_hz,
        window_s=layout.window_s,
        parameters=parameters,
        macs=macs(calls),
        fft_size=layout.fft_size,
        frames=layout.n_frames,
        mel_bands=layout.mel_bands,
        mel_nonzeros=int((mel_bank(layout) != 0).sum()),
        weight_bytes=parameters,
        activation_bytes=activation_bytes(calls),
    )


@torch.inference_mode()
def calls_of(network: nn.Module, image: tuple[int, int]) -> list[Call]:
    """Return the layers that work on one image of (bands, frames), in order."""
    calls: list[Call] = []

    def note(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        calls.append(Call(layer, inputs[0].shape, output.shape))

    leaves = [layer for layer in network.modules() if not list(layer.children())]
    hooks = [layer.register_forward_hook(note) for layer in leaves]
    network.eval()(torch.zeros(1, 1, *image))
    for hook in hooks:
        hook.remove()
    return calls


def macs(calls: list[Call]) -> dict[str, int]:
    """Return the multiply-accumulates of convolutions and of linear layers.

    Normalisation, rectifier and pooling cost additions and comparisons, which are left out here as usual.

    Raises:
        StageError: A layer has weights of another kind.
    """
    counts = {"conv": 0, "linear": 0}
    for call in calls:
        match call.layer:
            case nn.Conv2d(weight=weight):
                counts["conv"] += conv_flop_count(list(call.read), list(weight.shape), list(call.written)) // 2
            case nn.Linear(in_features=n_in):
                counts["linear"] += n_in * call.written.numel()
            case nn.BatchNorm2d():
                pass
            case layer if list(layer.parameters()):
                raise StageError(
                    f"{type(layer).__name__}: has weights that classify/cost.py does not count; add it"
                )
    return counts


def activation_bytes(calls: list[Call]) -> int:
    """Return the most values that one layer reads and writes together, at one byte each."""
    return max(math.prod(call.read) + math.prod(call.written) for call in calls)
