"""The interface of every network: maps of a log-mel image, one embedding of the last maps, one linear head."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

M = TypeVar("M", bound=nn.Module)


class Recogniser(nn.Module):
    """Class scores from log-mel images; losses can use the steps between.

    A network defines :meth:`maps`, and :meth:`summarise` unless it pools as PANNs do. There is no dropout inside:
    training drops values of the embedding with its own generator.

    Attributes:
        head: The layer that computes class scores from the embedding.
        memory_format: Of the weights, the fastest to train on a CPU.
    """

    head: nn.Linear
    memory_format: ClassVar[torch.memory_format] = torch.channels_last

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return maps after each stage. Shape ``(n, 1, bands, frames)`` → ``(n, channels, height, width)`` each."""
        raise NotImplementedError

    def summarise(self, last: Tensor) -> Tensor:
        """Return the embedding of the last maps. Shape ``(n, channels, bands, frames)`` → ``(n, d)``."""
        return mean_plus_max(last)

    def embed(self, images: Tensor) -> Tensor:
        """Return the input of the head. Shape ``(n, 1, bands, frames)`` → ``(n, d)``."""
        return self.summarise(self.maps(images)[-1])

    def forward(self, images: Tensor) -> Tensor:
        """Return class scores. Shape ``(n, 1, bands, frames)`` → ``(n, n_classes)``."""
        scores: Tensor = self.head(self.embed(images))
        return scores


def mean_plus_max(maps: Tensor) -> Tensor:
    """Return mean plus maximum over time of the mean over bands: the pooling of PANNs (arXiv 1912.10211).

    Shape ``(n, channels, bands, frames)`` → ``(n, channels)``.
    """
    # Unlike mean and amax, these hand back gradients in the memory order of the convolutions.
    over_time = functional.adaptive_avg_pool2d(maps, (1, maps.shape[3]))
    pooled = functional.adaptive_avg_pool2d(over_time, 1) + functional.adaptive_max_pool2d(over_time, 1)
    return pooled.flatten(start_dim=1)


class SilentNorm(nn.BatchNorm2d):
    """Batch normalisation of initial gain zero: residual blocks start as the identity (arXiv 1706.02677, 5.1)."""

    def reset_parameters(self) -> None:
        """Set the gain to zero and the rest as usual."""
        super().reset_parameters()
        nn.init.zeros_(self.weight)


def initialised(make: Callable[[], M], generator: torch.Generator) -> M:
    """Return untrained layers with weights from the CPU generator alone.

    He initialisation of the convolutions (arXiv 1502.01852), Glorot's of the linear layers (AISTATS 2010). ``make``
    builds them without memory for weights, as torch's own initialisation is slow and advances the global generator.
    """
    with torch.device("meta"):
        layers = make()
    blank = {name: torch.empty(meta.shape, dtype=meta.dtype) for name, meta in layers.state_dict().items()}
    layers.load_state_dict(blank, assign=True)
    for layer in layers.modules():
        match layer:
            case nn.Conv2d():
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
            case nn.Linear():
                nn.init.xavier_uniform_(layer.weight, generator=generator)
                nn.init.zeros_(layer.bias)
            case nn.BatchNorm2d():
                layer.reset_parameters()
    return layers
