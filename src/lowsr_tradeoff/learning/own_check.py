"""A network of the user's own, tried on random images before any work: what does not fit is told with a remedy."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor

from lowsr_tradeoff.errors import ConfigError, LowsrError
from lowsr_tradeoff.learning.cost import model_cost
from lowsr_tradeoff.learning.losses import FEATURE_MAPS
from lowsr_tradeoff.learning.mel import Layout
from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.own import BLOCKS, OwnRecogniser, told
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.records.network import Condition, OwnNetwork

# Batch normalisation needs more than one image to train.
N_TRIED = 2
# What two ways of computing the same scores in single precision may differ by, relative to the largest.
SAME = 1e-4


def check_own(
    network: OwnNetwork, n_classes: int, layouts: Mapping[Condition, Layout], losses: frozenset[str], n_blocks: int
) -> Recogniser:
    """Return a network of the user's that can be trained by every arm and counted, on images of every layout.

    Args:
        network: Its name and code.
        n_classes: Of the corpus.
        layouts: Of the images that it is to hear.
        losses: Of the arms that train it.
        n_blocks: How many of its blocks are adapted alone.

    Raises:
        ConfigError: It cannot be imported or made, fails on an image, or its scores are not those of a head.
    """
    made = untrained(network, n_classes, torch.Generator().manual_seed(0))
    try:
        _check_blocks(made, n_blocks)
        for condition, layout in layouts.items():
            _check_scores(made, n_classes, condition, layout)
            model_cost(made, layout, condition.rate_hz, condition.grid)
            if FEATURE_MAPS in losses and len(made.maps(_images(layout))) == 1:
                raise ConfigError("none of its children gives maps, which the arm attention compares; leave it out")
    except LowsrError as error:
        raise ConfigError(f"{network.name}: {error}") from error
    return made


def _check_blocks(made: Recogniser, n_blocks: int) -> None:
    if not n_blocks:
        return
    assert isinstance(made, OwnRecogniser)
    n_there = len(list(made.blocks.children())) if hasattr(made.module, BLOCKS) else 0
    if n_blocks > n_there:
        raise ConfigError(f'adapt = "last:{n_blocks}" trains its last blocks, and "{BLOCKS}" holds {n_there}')


def _images(layout: Layout) -> Tensor:
    return torch.randn(N_TRIED, 1, *layout.image, generator=torch.Generator().manual_seed(0))


def _check_scores(made: Recogniser, n_classes: int, condition: Condition, layout: Layout) -> None:
    bands, frames = layout.image
    of = f"images of {bands} bands × {frames} frames ({condition.rate_hz} Hz, {condition.grid} grid)"
    images = _images(layout)
    with _telling(of), torch.no_grad():
        scores = made.eval()(images)
    shape = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
    if shape != (N_TRIED, n_classes):
        raise ConfigError(f"gives {shape} for {N_TRIED} {of}, expected ({N_TRIED}, {n_classes}): a score per class")
    if not torch.isfinite(scores).all():
        raise ConfigError(f"gives scores that are not finite (NaN) for {of}; check its divisions and logarithms")
    with _telling(of), torch.no_grad():
        from_head = made.head(made.embed(images))
    if not torch.allclose(scores, from_head, rtol=0, atol=SAME * max(1.0, float(scores.abs().max()))):
        raise ConfigError("gives other values than its head computes; return these as they are, without a softmax")
    with _telling(of):
        made.train()(images).sum().backward()


@contextmanager
def _telling(of: str) -> Iterator[None]:
    """Tell on which images a network fails."""
    try:
        yield
    except LowsrError:
        raise
    except Exception as error:  # it is the user's code
        raise ConfigError(
            f"fails on {of} ({told(error)}); pool bands and frames before the head, so that "
            'images of any size fit, or take grids = ["shared"], where all have 64 bands'
        ) from error
