"""The head of a network alone, on embeddings that are computed once: a probe of what the network already tells."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.learning.train import BATCH_TO_PREDICT, fit
from lowsr_tradeoff.learning.training_data import TrainingData

# The head of a published network, before the whole network is trained.
HEAD_FIRST = Recipe(
    epochs=20,
    batch_size=32,
    learning_rate=5e-3,
    weight_decay=1e-2,
    is_varied=False,
    mixup=0.3,
    optimiser="adamw_one_cycle",
)
# Of the largest deviation. A value that varies less is not blown up to the same size: its weights would be so large
# that 8 bits could not hold those of the others beside them.
LEAST_DEVIATION = 0.1
TINY = 1e-12


class HeadAlone(Recogniser):
    """The head of a network, for images that are its embeddings, ``(n, 1, 1, d)``; they share their weights."""

    memory_format = torch.contiguous_format

    def __init__(self, head: nn.Linear) -> None:
        super().__init__()
        self.head = head

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the embeddings as maps. Shape ``(n, 1, 1, d)`` → ``(n, d, 1, 1)``."""
        return (images.permute(0, 3, 1, 2),)

    def summarise(self, last: Tensor) -> Tensor:
        """Return the embeddings. Shape ``(n, d, 1, 1)`` → ``(n, d)``."""
        return last.flatten(1)


class Probe(HeadAlone):
    """A head for standardised embeddings.

    Embeddings of published networks differ in scale by a factor of twenty; standardised, one rate fits.

    Args:
        head: The head that training starts from, for embeddings as they are.
        embeddings: Of the clips that it is trained on.
    """

    def __init__(self, head: nn.Linear, embeddings: Tensor) -> None:
        super().__init__(nn.Linear(head.in_features, head.out_features, device=head.weight.device))
        self.mean = embeddings.mean(dim=0).flatten()
        deviation = embeddings.std(dim=0).flatten()
        self.deviation = deviation.clamp(min=max(LEAST_DEVIATION * float(deviation.max()), TINY))
        self.head.load_state_dict(head.state_dict())

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the standardised embeddings as maps. Shape ``(n, 1, 1, d)`` → ``(n, d, 1, 1)``."""
        return super().maps((images - self.mean) / self.deviation)

    @torch.no_grad()
    def write_to(self, head: nn.Linear) -> None:
        """Give a network the trained head, changed so that it takes embeddings as they are."""
        head.weight.copy_(self.head.weight / self.deviation)
        head.bias.copy_(self.head.bias - head.weight @ self.mean)


def fit_head(network: Recogniser, data: TrainingData, recipe: Recipe, rng: np.random.Generator) -> float:
    """Train a network's head in place, on embeddings that are computed once; return the last epoch's mean loss.

    Clips are mixed by the recipe, and neither rolled nor cut nor masked.
    """
    embeddings = tuple(embedded(network, view) for view in data.views)
    probe = Probe(network.head, torch.cat(embeddings))
    of_head = recipe.model_copy(update={"is_varied": False, "crop": 1.0})
    loss = fit(probe, replace(data, views=embeddings, fill=0.0), of_head, rng)
    probe.write_to(network.head)
    return loss


@torch.no_grad()
def embedded(network: Recogniser, images: Tensor) -> Tensor:
    """Return the embeddings, in evaluation mode. Shape ``(n, 1, bands, frames)`` → ``(n, 1, 1, d)``."""
    network.eval()
    batches = [
        network.embed(batch.contiguous(memory_format=network.memory_format))
        for batch in torch.split(images, BATCH_TO_PREDICT)
    ]
    return torch.cat(batches)[:, None, None]
