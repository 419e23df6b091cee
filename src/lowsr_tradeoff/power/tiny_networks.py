"""Multiply-accumulates of the four MLPerf Tiny networks, layer by layer.

Architectures: Banbury et al., MLPerf Tiny Benchmark, NeurIPS Datasets and Benchmarks 2021, section 4. The networks
are a fully connected autoencoder (anomaly detection), ResNet-8 on 32 x 32 pixels (image classification), DS-CNN on
49 x 10 cepstra (keyword spotting; Zhang et al., arXiv 1711.07128) and MobileNetV1-0.25 on 96 x 96 pixels (visual
wake words; Howard et al., arXiv 1704.04861).
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

# (operator type, multiply-accumulates)
Layer = tuple[str, int]
OPERATORS = ("conv", "pointwise", "depthwise", "linear")
BENCHMARKS = ("ad", "ic", "kws", "vww")


def network_macs(benchmark: str) -> dict[str, int]:
    """Return the multiply-accumulates of a benchmark's network by operator type.

    >>> network_macs("ad")
    {'conv': 0, 'pointwise': 0, 'depthwise': 0, 'linear': 264192}

    Args:
        benchmark: One of :data:`BENCHMARKS`.
    """
    layers = (_autoencoder, _resnet8, _ds_cnn, _mobilenet)[BENCHMARKS.index(benchmark)]()
    totals = dict.fromkeys(OPERATORS, 0)
    for operator, macs in layers:
        totals[operator] += macs
    return totals


def _autoencoder() -> list[Layer]:
    widths = (640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640)
    return [("linear", read * written) for read, written in pairwise(widths)]


def _resnet8() -> list[Layer]:
    """A first convolution, a block that keeps the size and two that halve it with a 1 x 1 shortcut."""
    halving = [layer for size, read in ((16, 16), (8, 32)) for layer in _halving_block(size, read)]
    return [_conv(32, 9, 3, 16), *2 * [_conv(32, 9, 16, 16)], *halving, ("linear", 64 * 10)]


def _halving_block(size: int, read: int) -> list[Layer]:
    written = 2 * read
    return [_conv(size, 9, read, written), _conv(size, 9, written, written), _conv(size, 1, read, written)]


def _ds_cnn() -> list[Layer]:
    """A 10 x 4 convolution at stride 2 onto 25 x 5, four separable blocks of 64 channels, 12 words."""
    pixels, channels = 25 * 5, 64
    block = [("depthwise", pixels * 9 * channels), ("pointwise", pixels * channels * channels)]
    return [("conv", pixels * 10 * 4 * channels), *4 * block, ("linear", channels * 12)]


def _mobilenet() -> list[Layer]:
    """A first convolution at stride 2 onto 48 x 48, thirteen separable blocks, two classes."""
    channels = (8, 16, 32, 32, 64, 64, *6 * [128], 256, 256)
    sizes = (48, 24, 24, 12, 12, *6 * [6], 3, 3)
    return [_conv(48, 9, 3, 8), *_separable(sizes, channels), ("linear", 256 * 2)]


def _separable(sizes: Sequence[int], channels: Iterable[int]) -> list[Layer]:
    """Depthwise 3 x 3, then 1 x 1, per block; sizes are those written."""
    blocks = zip(sizes, pairwise(channels), strict=True)
    return [
        layer
        for size, (read, written) in blocks
        for layer in (("depthwise", size * size * 9 * read), _conv(size, 1, read, written))
    ]


def _conv(size: int, taps: int, read: int, written: int) -> Layer:
    return ("pointwise" if taps == 1 else "conv", size * size * taps * read * written)
