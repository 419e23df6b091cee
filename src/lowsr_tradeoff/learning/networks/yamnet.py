"""YAMNet and its wearable-size version: MobileNetV1 over patches of 0.96 s, trained on AudioSet.

YAMNet: Plakal & Ellis, github.com/tensorflow/models, research/audioset/yamnet: 3.7 million weights. Its published
file holds normalisation folded into the convolutions, and rectifiers that stop at 6. ``yamnet_256``: of
STMicroelectronics' STM32 model zoo, the first five blocks, trained anew: 135 thousand weights, normalisation apart,
plain rectifiers.
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
NORMALISATION_EPS = 1e-4


class SameConv(nn.Conv2d):
    """A 3x3 convolution that padded as TensorFlow does: with stride 2, even sides get zeros at the end alone."""

    def __init__(self, n_in: int, n_out: int, stride: int, groups: int, *, bias: bool) -> None:
        super().__init__(n_in, n_out, 3, stride, padding=2 - stride, groups=groups, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of half the bands and frames, or of as many."""
        return super().forward(functional.pad(x, (0, 1, 0, 1)) if self.stride[0] == 2 else x)


class Yamnet(Recogniser):
    """Class scores of the mean embedding of a clip's patches, which lie evenly over it.

    Args:
        n_classes: Outputs of the head.
        blocks: Output channels and stride of each block after the stem.
        is_folded: Whether normalisation is folded into the convolutions and rectifiers stop at 6, as published by
            Google.
    """

    def __init__(self, n_classes: int, blocks: tuple[tuple[int, int], ...], *, is_folded: bool) -> None:
        super().__init__()
        self.stem = nn.Sequential(*_normalised(SameConv(1, STEM, 2, 1, bias=is_folded), is_folded=is_folded))
        widths = (STEM, *(n_out for n_out, _ in blocks))
        self.blocks = nn.Sequential(
            *(
                _separable(n_in, n_out, stride, is_folded=is_folded)
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


def _separable(n_in: int, n_out: int, stride: int, *, is_folded: bool) -> nn.Sequential:
    depthwise = SameConv(n_in, n_in, stride, n_in, bias=is_folded)
    pointwise = nn.Conv2d(n_in, n_out, 1, bias=is_folded)
    return nn.Sequential(*_normalised(depthwise, is_folded=is_folded), *_normalised(pointwise, is_folded=is_folded))


def _normalised(convolution: nn.Conv2d, *, is_folded: bool) -> tuple[nn.Module, ...]:
    if is_folded:
        return convolution, nn.ReLU6(inplace=True)
    return convolution, nn.BatchNorm2d(convolution.out_channels, NORMALISATION_EPS), nn.ReLU(inplace=True)
