"""Cnn14 of PANNs (Kong et al., arXiv 1912.10211, table 1): six blocks of two convolutions, 80.8 million weights."""

from torch import Tensor
from torch.nn import functional

from lowsr_tradeoff.learning.networks.panns import ConvBlock, LargePanns


class Cnn14(LargePanns):
    """Cnn14 for any of its rates: the network is the same, the front end and the trained weights differ."""

    def __init__(self, n_classes: int, *, as_published: bool = False) -> None:
        super().__init__(n_classes, as_published=as_published)
        self.conv_block1 = ConvBlock(1, 64)
        self.conv_block2 = ConvBlock(64, 128)
        self.conv_block3 = ConvBlock(128, 256)
        self.conv_block4 = ConvBlock(256, 512)
        self.conv_block5 = ConvBlock(512, 1024)
        self.conv_block6 = ConvBlock(1024, 2048)

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the maps after each block, of 64 to 2048 channels."""
        x = self.standardised(images)
        after_blocks = []
        for block in (self.conv_block1, self.conv_block2, self.conv_block3, self.conv_block4, self.conv_block5):
            x = functional.avg_pool2d(block(x), 2)
            after_blocks.append(x)
        last = self.conv_block6(x)
        return *after_blocks, self.ended(last)
