"""Augmentation of the training clips: roll in time, mask a span of frames and of bands, mix pairs.

All draws of an epoch come at once from one generator, so that arms with equal seeds have equal augmentation.

Reference: masks after SpecAugment (Park et al., arXiv 1904.08779), pairs after mixup (Zhang et al., arXiv
1710.09412).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

MAX_HIDDEN_FRAMES = 15
MAX_HIDDEN_FRAMES_SHARE = 0.12
MAX_HIDDEN_BANDS_SHARE = 1 / 8


@dataclass(frozen=True)
class Draws:
    """The augmentation of each clip, in the order of training; the first axis of every tensor is the clip.

    Attributes:
        order: Clip number. Shape ``(n,)``.
        shift: Columns to roll by. Shape ``(n, 1, 1, 1)``.
        kept_bands: Zero where a band is hidden. Shape ``(n, 1, bands, 1)``.
        kept_frames: Zero where a frame is hidden. Shape ``(n, 1, 1, n_kept)``: of a rolled clip, the first frames
            are used.
        share: Share of the clip itself in its mix. Shape ``(n, 1)``.
    """

    order: Tensor
    shift: Tensor
    kept_bands: Tensor
    kept_frames: Tensor
    share: Tensor

    def to(self, device: torch.device) -> Self:
        """Return the same draws on a device."""
        return type(self)(*(column.to(device) for column in vars(self).values()))

    def batches(self, n_batches: int) -> list[Self]:
        """Return the draws cut into batches of nearly equal size."""
        columns = (column.tensor_split(n_batches) for column in vars(self).values())
        return [type(self)(*parts) for parts in zip(*columns, strict=True)]


def draw_epoch(
    n_clips: int,
    image: tuple[int, int],
    mixup: float,
    rng: np.random.Generator,
    *,
    crop: float = 1.0,
    is_varied: bool = True,
) -> Draws:
    """Return the draws of one epoch over clips of (bands, frames), each cut to a share ``crop`` of its frames.

    Shares come from Beta(a, a) with a = ``mixup``, 0 for unmixed clips; without ``is_varied``, nothing is rolled or
    hidden.
    """
    bands, frames = image
    n_kept = max(1, round(crop * frames))
    hidden_frames = min(MAX_HIDDEN_FRAMES, int(MAX_HIDDEN_FRAMES_SHARE * n_kept)) * is_varied
    hidden_bands = int(MAX_HIDDEN_BANDS_SHARE * bands) * is_varied
    kept_frames = _all_but_a_span(n_clips, n_kept, hidden_frames, rng)
    kept_bands = _all_but_a_span(n_clips, bands, hidden_bands, rng)
    share = rng.beta(mixup, mixup, n_clips) if mixup else np.ones(n_clips)
    return Draws(
        order=torch.from_numpy(rng.permutation(n_clips)),
        shift=torch.from_numpy(rng.integers(0, frames if is_varied else 1, (n_clips, 1, 1, 1))),
        kept_bands=torch.from_numpy(kept_bands[:, None, :, None]),
        kept_frames=torch.from_numpy(kept_frames[:, None, None, :]),
        share=torch.from_numpy(share.astype(np.float32)[:, None]),
    )


def _all_but_a_span(n_clips: int, size: int, max_width: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Ones, except one span of zeros per clip, its width uniform in 0…max_width. Shape ``(n_clips, size)``."""
    width = rng.integers(0, max_width + 1, (n_clips, 1))
    start = rng.integers(0, size - width + 1)
    position = np.arange(size)
    return ((position < start) | (position >= start + width)).astype(np.float32)


def vary(images: Tensor, draws: Draws, fill: float = 0.0) -> Tensor:
    """Return the drawn images, rolled, cut, masked with ``fill`` and mixed; ``fill`` is the mean of the images.

    Shape ``(n_clips, 1, bands, frames)`` → ``(batch, 1, bands, n_kept)``.
    """
    chosen = images[draws.order]
    frames, n_kept = chosen.shape[-1], draws.kept_frames.shape[-1]
    source = (torch.arange(n_kept, device=images.device) - draws.shift) % frames
    rolled = chosen.gather(-1, source.expand(*chosen.shape[:-1], n_kept))
    kept = draws.kept_bands * draws.kept_frames
    masked = rolled * kept + fill * (1 - kept) if fill else rolled * kept
    return mix(masked, draws.share[..., None, None])


def mix(values: Tensor, share: Tensor) -> Tensor:
    """Return each row mixed with its mirror in the batch: ``share * own + (1 - share) * mirror's``.

    >>> mix(torch.tensor([[0.0], [1.0]]), torch.tensor([[1.0], [0.5]]))
    tensor([[0.0000],
            [0.5000]])
    """
    return torch.lerp(values.flip(0), values, share)
