"""YAMNet and its wearable-size version: MobileNetV1 over patches of 0.96 s, trained on AudioSet.

YAMNet: Plakal & Ellis, github.com/tensorflow/models, research/audioset/yamnet: 3.7 million weights; rectifiers of
the published file stop at 6. ``yamnet_256``: STMicroelectronics' STM32 model zoo, the first five blocks, trained
anew: 135 thousand weights, plain rectifiers. Both have their normalisation folded into the convolutions: statistics
of small batches of low-rate clips, whose upper bands are constant, did not carry over to other clips.
After Howard et al. (arXiv 1704.04861).
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from lowsr_tradeoff.learning.mel import PATCH_FRAMES, patch_starts
from lowsr_tradeoff.learning.networks.recogniser import Recogniser

STEM = 32
# Output channels and stride of each block.
SMALL_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1))
BLOCKS = (*SMALL_BLOCKS, (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))


class SameConv(nn.Conv2d):
    """A 3x3 convolution that padded as TensorFlow does: with stride 2, even sides get zeros at the end alone."""

    def __init__(self, n_in: int, n_out: int, stride: int, groups: int = 1) -> None:
        super().__init__(n_in, n_out, 3, stride, padding=2 - stride, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of half the bands and frames, or of as many."""
        return super().forward(functional.pad(x, (0, 1, 0, 1)) if self.stride[0] == 2 else x)


class Yamnet(Recogniser):
    """Class scores of the mean embedding of a clip's patches, which lie evenly over it.

    Args:
        n_classes: Outputs of the head.
        blocks: Output channels and stride of each block after the stem.
        rectifier: After every convolution.
    """

    def __init__(self, n_classes: int, blocks: tuple[tuple[int, int], ...], rectifier: type[nn.Module]) -> None:
        super().__init__()
        self.stem = nn.Sequential(SameConv(1, STEM, 2), rectifier())
        widths = (STEM, *(n_out for n_out, _ in blocks))
        self.blocks = nn.Sequential(
            *(
                nn.Sequential(
                    SameConv(n_in, n_in, stride, groups=n_in), rectifier(), nn.Conv2d(n_in, n_out, 1), rectifier()
                )
                for (n_in, n_out), (_, stride) in zip(pairwise(widths), blocks, strict=True)
            )
        )
        self.head = nn.Linear(widths[-1], n_classes)

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the maps after each block, the patches of a clip side by side."""
        patches = patches_of(images)
        x = self.stem(patches.flatten(0, 1).contiguous(memory_format=self.memory_format))
        after_blocks = []
        for block in self.blocks:
            x = block(x)
            after_blocks.append(_side_by_side(x, patches.shape[1]))
        return tuple(after_blocks)

    def summarise(self, last: Tensor) -> Tensor:
        """Return the mean over patches, bands and frames. Shape ``(n, channels, bands, frames)`` → ``(n, d)``."""
        return last.mean(dim=(2, 3))


def patches_of(images: Tensor) -> Tensor:
    """Return the patches of 96 frames that lie evenly over each image.

    Shape ``(n, 1, bands, frames)`` → ``(n, n_patches, 1, bands, 96)``.
    """
    starts = patch_starts(images.shape[-1])
    return torch.stack([images[..., start : start + PATCH_FRAMES] for start in starts], dim=1)


def _side_by_side(maps: Tensor, n_patches: int) -> Tensor:
    """Shape ``(n * n_patches, channels, bands, frames)`` → ``(n, channels, bands, n_patches * frames)``."""
    return maps.reshape(-1, n_patches, *maps.shape[1:]).permute(0, 2, 3, 1, 4).flatten(3)
