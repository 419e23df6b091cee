"""Cnn14 of PANNs (Kong et al., arXiv 1912.10211, table 1): six blocks of two convolutions, 80.8 million weights."""

from itertools import pairwise

from torch import Tensor
from torch.nn import functional

from lowsr_tradeoff.learning.networks.panns import ConvBlock, LargePanns

WIDTHS = (1, 64, 128, 256, 512, 1024, 2048)


class Cnn14(LargePanns):
    """Cnn14 for any of its rates: only the front end and the trained weights differ."""

    def __init__(self, n_classes: int, *, as_published: bool = False) -> None:
        super().__init__(n_classes, as_published=as_published)
        for number, (n_in, n_out) in enumerate(pairwise(WIDTHS), start=1):
            self.add_module(f"conv_block{number}", ConvBlock(n_in, n_out))

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the maps after each block, of 64 to 2048 channels."""
        x = self.standardised(images)
        after_blocks = []
        *blocks, last = (layer for layer in self.children() if isinstance(layer, ConvBlock))
        for block in blocks:
            x = functional.avg_pool2d(block(x), 2)
            after_blocks.append(x)
        return *after_blocks, self.ended(last(x))
