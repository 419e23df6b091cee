"""The head of a network alone, on embeddings that are computed once: a probe of what the network already tells."""

import torch
from torch import Tensor

from lowsr_tradeoff.learning.networks.recogniser import Recogniser

# The batch that fits into 1 GB for the largest network.
BATCH = 32


class Probe(Recogniser):
    """Trains the head of another network in place; its images are that network's embeddings, ``(n, 1, 1, d)``."""

    memory_format = torch.contiguous_format

    def __init__(self, network: Recogniser) -> None:
        super().__init__()
        self.head = network.head

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the embeddings as maps of one value a channel. Shape ``(n, 1, 1, d)`` → ``(n, d, 1, 1)``."""
        return (images.permute(0, 3, 1, 2),)

    def summarise(self, last: Tensor) -> Tensor:
        """Return the embeddings. Shape ``(n, d, 1, 1)`` → ``(n, d)``."""
        return last.flatten(1)


@torch.no_grad()
def embedded(network: Recogniser, images: Tensor) -> Tensor:
    """Return the embeddings of images, in evaluation mode. Shape ``(n, 1, bands, frames)`` → ``(n, 1, 1, d)``."""
    network.eval()
    batches = [
        network.embed(batch.contiguous(memory_format=network.memory_format)) for batch in torch.split(images, BATCH)
    ]
    return torch.cat(batches)[:, None, None]
