"""Networks by name."""

from typing import assert_never

import torch
from torch import nn

from lowsr_tradeoff.learning.networks.cnn14 import Cnn14
from lowsr_tradeoff.learning.networks.cp_mobile import CpMobile
from lowsr_tradeoff.learning.networks.mobilenet_v2 import MobileNetV2
from lowsr_tradeoff.learning.networks.own import make_own
from lowsr_tradeoff.learning.networks.recogniser import Recogniser, initialised
from lowsr_tradeoff.learning.networks.resnet38 import ResNet38
from lowsr_tradeoff.learning.networks.small_vgg import SmallVgg
from lowsr_tradeoff.learning.networks.yamnet import BLOCKS, SMALL_BLOCKS, Yamnet
from lowsr_tradeoff.records.network import AnyNetwork, Network, OwnNetwork


def untrained(
    network: AnyNetwork, n_classes: int, generator: torch.Generator, *, as_published: bool = False
) -> Recogniser:
    """Return an untrained network whose weights come from the generator alone: the same seed, the same bytes.

    A class of the user's draws from torch's own generator, which is set to that seed for it.
    """
    if isinstance(network, OwnNetwork):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(generator.initial_seed())
            return make_own(network, n_classes)
    made = initialised(lambda: _made(network, n_classes, as_published), generator)
    return made.to(memory_format=made.memory_format)  # type: ignore[call-overload, no-any-return]


def without_weights(network: AnyNetwork, n_classes: int, *, as_published: bool = False) -> Recogniser:
    """Return a network without values, on torch's ``meta`` device, to count its cost and compare names.

    A class of the user's has values: its constructor may need them.
    """
    if isinstance(network, OwnNetwork):
        return untrained(network, n_classes, torch.Generator()).eval()
    with torch.device("meta"):
        return _made(network, n_classes, as_published).eval()


def _made(network: Network, n_classes: int, as_published: bool) -> Recogniser:  # noqa: FBT001 - of its callers
    match network:
        case "small_vgg":
            return SmallVgg(n_classes)
        case "cp_mobile":
            return CpMobile(n_classes)
        case "cnn14" | "cnn14_8k" | "cnn14_32k":
            return Cnn14(n_classes, as_published=as_published)
        case "resnet38":
            return ResNet38(n_classes, as_published=as_published)
        case "mobilenetv2":
            return MobileNetV2(n_classes)
        case "yamnet" | "yamnet_256":
            blocks, rectifier = (BLOCKS, nn.ReLU6) if network == "yamnet" else (SMALL_BLOCKS, nn.ReLU)
            return Yamnet(n_classes, blocks, rectifier)
        case _:
            assert_never(network)
