"""A network that predicts the mel bands above half the rate from those below.

Whisper reads log-mel frames, so no waveform is made. The network predicts the difference between the frames of the
full-band recording and those of the capture restored to 16 kHz; three convolutions over time see 13 frames of 10
ms. Bands that the capture holds whole are not changed.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.optimise import descend, no_moments
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.learning.train import seeded_generator
from lowsr_tradeoff.settings.groups import DeviceType

WIDTH, SPAN = 128, 5
# Frames that one step learns from per clip.
EXCERPT = 200

# Log-mel frames as Whisper takes them, (mels, frames).
Frames = NDArray[np.float32]


class Extender(nn.Module):
    """Convolutions over time, from all bands to all bands."""

    def __init__(self, n_mels: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(n_mels, WIDTH, SPAN, padding=SPAN // 2)
        self.second = nn.Conv1d(WIDTH, WIDTH, SPAN, padding=SPAN // 2)
        self.last = nn.Conv1d(WIDTH, n_mels, SPAN, padding=SPAN // 2)

    def forward(self, frames: Tensor) -> Tensor:
        """Return what to add to the frames. Shape ``(n, mels, frames)``, before and after."""
        hidden = functional.gelu(self.first(frames))
        predicted: Tensor = self.last(functional.gelu(self.second(hidden)))
        return predicted


@dataclass(frozen=True)
class Pair:
    """One clip's frames as captured and as they were, of the same shape."""

    captured: Frames
    original: Frames


def learn(
    pairs: Sequence[Pair],
    missing: NDArray[np.bool_],
    recipe: Recipe,
    seeds: tuple[int, ...],
    device_type: DeviceType = "cpu",
) -> Extender:
    """Return the network fitted to pairs by the mean square error of the missing bands, at its last step.

    Shape of ``missing``: ``(mels,)``.

    Raises:
        StageError: The training diverged.
    """
    torch.set_num_threads(1)
    network = untrained(len(missing), seeded_generator(seeds)).to(device_type)
    parameters = list(network.parameters())
    moments, rng = no_moments(parameters), np.random.default_rng(seeds)
    wanted = torch.from_numpy(np.flatnonzero(missing)).to(device_type)
    n_steps, loss = recipe.epochs * _n_batches(len(pairs), recipe), torch.zeros(())
    for step, batch in enumerate(_batches(pairs, recipe, rng)):
        captured, original = (frames.to(device_type) for frames in batch)
        error = network(captured) + captured - original
        loss = error[:, wanted].square().mean()
        loss.backward()
        descend(parameters, moments, recipe, step, n_steps)
    if not math.isfinite(float(loss.detach())):
        raise StageError(f"the bandwidth extension diverged at a learning rate of {recipe.learning_rate}")
    return network.eval()


def untrained(n_mels: int, generator: torch.Generator) -> Extender:
    """Return a network that adds nothing yet; its weights come from the generator alone."""
    with torch.device("meta"):
        network = Extender(n_mels)
    network = network.to_empty(device="cpu")
    for layer in (network.first, network.second):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
    nn.init.zeros_(network.last.weight)
    for layer in (network.first, network.second, network.last):
        nn.init.zeros_(cast("nn.Parameter", layer.bias))
    return network


@torch.inference_mode()
def extend(network: Extender, frames: Frames, missing: NDArray[np.bool_]) -> Frames:
    """Return frames with the bands that the capture lacks made up, and the others as they are."""
    device = network.first.weight.device
    x, wanted = torch.from_numpy(np.ascontiguousarray(frames)).to(device), torch.from_numpy(missing).to(device)
    whole = torch.where(wanted[:, None], x + network(x[None])[0], x)
    extended: Frames = whole.cpu().numpy()
    return extended


def _n_batches(n_pairs: int, recipe: Recipe) -> int:
    return -(-n_pairs // recipe.batch_size)


def _batches(pairs: Sequence[Pair], recipe: Recipe, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Excerpts of equal length, every clip once per epoch."""
    n_frames = min(EXCERPT, *(pair.captured.shape[1] for pair in pairs))
    for _ in range(recipe.epochs):
        for part in np.array_split(rng.permutation(len(pairs)), _n_batches(len(pairs), recipe)):
            cut = [_excerpt(pairs[i], n_frames, rng) for i in part]
            yield (
                torch.from_numpy(np.stack([pair.captured for pair in cut])),
                torch.from_numpy(np.stack([pair.original for pair in cut])),
            )


def _excerpt(pair: Pair, n_frames: int, rng: np.random.Generator) -> Pair:
    start = rng.integers(pair.captured.shape[1] - n_frames + 1)
    return Pair(*(x[:, start : start + n_frames] for x in (pair.captured, pair.original)))
