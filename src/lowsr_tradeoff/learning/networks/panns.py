"""The common parts of the published PANNs, with the names of their checkpoints.

Own modules after Kong et al. (arXiv 1912.10211), named as in github.com/qiuqiangkong/audioset_tagging_cnn (MIT).
Front ends are in ``learning/panns_log_mel.py``. Dropout (0.2 between blocks, 0.5 around ``fc1``) is left out:
training here drops values of the embedding instead.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lowsr_tradeoff.learning.networks.recogniser import Recogniser, mean_plus_max

MEL_BANDS = 64


class Panns(Recogniser):
    """First and last layers of all PANNs: a normalisation per mel band, and two linear layers.

    Images and maps are transposed: their height is time.
    """

    def __init__(self, n_maps: int, n_embedding: int, n_classes: int) -> None:
        super().__init__()
        self.bn0 = nn.BatchNorm2d(MEL_BANDS)
        self.fc1 = nn.Linear(n_maps, n_embedding)
        self.fc_audioset = nn.Linear(n_embedding, n_classes)

    @property
    def head(self) -> nn.Linear:  # type: ignore[override] # registered once, under the name in the checkpoints
        """The layer that computes class scores from the embedding."""
        return self.fc_audioset

    def standardised(self, images: Tensor) -> Tensor:
        """Return the first convolution's input. Shape ``(n, 1, 64, frames)`` → ``(n, 1, frames, 64)``."""
        by_band: Tensor = self.bn0(images.transpose(1, 2))
        return by_band.permute(0, 2, 3, 1)

    def summarise(self, last: Tensor) -> Tensor:
        """Return the embedding of the last maps. Shape ``(n, channels, frames, bands)`` → ``(n, d)``."""
        return functional.relu(self.fc1(mean_plus_max(last.transpose(2, 3))))


class LargePanns(Panns):
    """The common parts of Cnn14 and ResNet38: an embedding of 2048 values, and the end of the paper's code."""

    memory_format = torch.contiguous_format  # 1.2 to 1.6 times faster than channels last, one thread

    def __init__(self, n_classes: int, *, as_published: bool = False) -> None:
        super().__init__(2048, 2048, n_classes)
        self.as_published = as_published

    def ended(self, last: Tensor) -> Tensor:
        """Return the last maps; as published, every second row and column, by 1x1 pooling of stride (2, 2)."""
        return last[:, :, ::2, ::2] if self.as_published else last


class ConvBlock(nn.Module):
    """Two 3x3 convolutions, each normalised and rectified; pooling is the caller's."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.conv1 = conv3x3(n_in, n_out)
        self.conv2 = conv3x3(n_out, n_out)
        self.bn1 = nn.BatchNorm2d(n_out)
        self.bn2 = nn.BatchNorm2d(n_out)

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of the same height and width."""
        once = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return functional.relu(self.bn2(self.conv2(once)), inplace=True)


def conv3x3(n_in: int, n_out: int, groups: int = 1) -> nn.Conv2d:
    """Return a 3x3 convolution that keeps height and width, without a bias."""
    return nn.Conv2d(n_in, n_out, 3, padding=1, groups=groups, bias=False)
