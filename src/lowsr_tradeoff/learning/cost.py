"""Computing cost of one classification, counted on the network that runs.

The network is counted from its log-mel input on. The front end is given as its parts (FFTs, mel weights), because
a device needs less for an FFT than for a matrix product. So are the PANNs': their own code runs the FFT as a
convolution, three quarters of the cost of MobileNetV2.
"""

import math
from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import conv_flop_count

from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.log_mel import mel_bank
from lowsr_tradeoff.learning.mel import Layout
from lowsr_tradeoff.records.network import Grid, ModelCost

# Computed in place.
IN_PLACE = (
    *(nn.BatchNorm1d, nn.BatchNorm2d, nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU),
    *(nn.Hardswish, nn.Sigmoid, nn.Tanh, nn.Flatten, nn.Dropout, nn.Dropout2d, nn.Identity),
)


@dataclass(frozen=True)
class Call:
    """One layer applied to one image: input and output shapes, and values kept for a skip connection."""

    layer: nn.Module
    read: torch.Size
    written: torch.Size
    n_kept: int = 0


def model_cost(network: nn.Module, layout: Layout, rate_hz: int, grid: Grid) -> ModelCost:
    """Return the cost of one window, weights and values at one byte each (int8); only shapes matter.

    Raises:
        StageError: A layer cannot be counted.
    """
    calls = calls_of(network, layout.image)
    _check_all_counted(network, calls)
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


def _check_all_counted(network: nn.Module, calls: list[Call]) -> None:
    """Raise ``StageError`` for weights that none of the called layers has."""
    counted = {id(weight) for call in calls for weight in call.layer.parameters()}
    if missed := [name for name, weight in network.named_parameters() if id(weight) not in counted]:
        raise StageError(
            f"{', '.join(missed[:5])}: weights that no layer is called with, so what they cost cannot be counted; "
            "compute with the layers of torch.nn"
        )


@torch.inference_mode()
def calls_of(network: nn.Module, image: tuple[int, int]) -> list[Call]:
    """Return the layers that one image of (bands, frames) passes, in order."""
    calls: list[Call] = []
    kept: list[Tensor] = []

    def keep(_block: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        kept.append(inputs[0])

    def let_go(_block: nn.Module, _inputs: tuple[Tensor, ...], _output: Tensor) -> None:
        kept.pop()

    def note(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor | tuple[Tensor, ...]) -> None:
        n_kept = sum(x.numel() for x in kept if x is not inputs[0])
        written = output if isinstance(output, Tensor) else output[0]
        calls.append(Call(layer, inputs[0].shape, written.shape, n_kept))

    leaves = [layer for layer in network.modules() if not list(layer.children())]
    blocks = [layer for layer in network.modules() if getattr(layer, "keeps_input", False)]
    hooks = [layer.register_forward_hook(note) for layer in leaves]
    hooks += [block.register_forward_pre_hook(keep) for block in blocks]
    hooks += [block.register_forward_hook(let_go) for block in blocks]
    device = next(network.parameters()).device
    network.eval()(torch.zeros(1, 1, *image, device=device))
    for hook in hooks:
        hook.remove()
    return calls


def macs(calls: list[Call]) -> dict[str, int]:
    """Return the multiply-accumulates by operator: ``"conv"``, ``"depthwise"`` (grouped convolution), ``"linear"``.

    A recurrent layer multiplies every weight once a step, as linear ones do. Normalisation, rectifier and pooling,
    which add and compare, are left out as usual.

    Raises:
        StageError: A layer has weights of another kind.
    """
    counts: Counter[str] = Counter()
    for call in calls:
        match call.layer:
            case nn.Conv1d(weight=weight, groups=groups) | nn.Conv2d(weight=weight, groups=groups):
                operator = "conv" if groups == 1 else "depthwise"
                counts[operator] += conv_flop_count(list(call.read), list(weight.shape), list(call.written)) // 2
            case nn.Linear(in_features=n_in):
                counts["linear"] += n_in * call.written.numel()
            case nn.RNNBase(input_size=n_in):
                weights = sum(weight.numel() for weight in call.layer.parameters() if weight.ndim > 1)
                counts["linear"] += call.read.numel() // n_in * weights
            case nn.BatchNorm1d() | nn.BatchNorm2d() | nn.LayerNorm() | nn.GroupNorm():
                pass
            case layer if list(layer.parameters()):
                raise StageError(
                    f"{type(layer).__name__}: has weights whose cost is not counted; take convolutions, linear, "
                    "recurrent and normalisation layers of torch.nn"
                )
    return dict(counts)


def activation_bytes(calls: list[Call]) -> int:
    """Return the most bytes held at once (int8): one layer's inputs, outputs and values of skip connections.

    Patches of an image lie along the first axis; a device computes one after the other.
    """
    at_work = (call for call in calls if not isinstance(call.layer, IN_PLACE))
    sizes = (math.prod(call.read[1:]) + math.prod(call.written[1:]) + call.n_kept for call in at_work)
    return max(sizes, default=0)
