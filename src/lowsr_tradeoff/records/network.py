"""The names of networks and of ways to train them, what is compared, and what a network costs to compute."""

from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import Field

from lowsr_tradeoff.records.base import Record

Grid = Literal["shared", "native"]
GRIDS: tuple[Grid, ...] = get_args(Grid)
Network = Literal[
    "small_vgg", "cp_mobile", "cnn14", "cnn14_8k", "cnn14_32k", "resnet38", "mobilenetv2", "yamnet", "yamnet_256"
]
# "full", "probe", "lora", "dora", or "last:2": the last two blocks.
Adapt = str
# What each of them is says its row in classify/arms.py.
# fmt: off
ArmName = Literal[
    "raw", "finetuned", "basd", "cssd",
    "classical",
    "basd_cssd", "generation2", "generation3", "generation4", "generation5", "ladder",
    "out_of_fold", "cssd_low", "cssd_permuted", "cssd_early",
    "dkd", "standardised", "dist", "rkd", "hint", "attention",
    "double_length", "label_smoothing", "ema", "warm_start", "mixed_rate",
]
# fmt: on


@dataclass(frozen=True)
class Condition:
    """What is compared: networks of one rate of the microphone, one layout of features, one way of training."""

    rate_hz: int
    grid: Grid
    arm: ArmName


class OwnNetwork(Record):
    """A network that is a class of the user's.

    Attributes:
        name: ``"package.module:Class"``.
        code: Hash of its code, as :func:`lowsr_tradeoff.runner.own_code.code_of_module` makes it.
    """

    name: str = Field(pattern=r"^[\w.]+:\w+$")
    code: str


AnyNetwork = Network | OwnNetwork


class ModelCost(Record):
    """Computation and memory of one classification, counted on the trained network.

    Attributes:
        model_rate_hz: Rate at which features are computed.
        window_s: Seconds of audio classified at once.
        parameters: Trained values of the network.
        macs: Multiply-accumulates per window by operator type: ``"conv"``, ``"depthwise"``, ``"linear"``.
        fft_size: Points of one FFT.
        frames: FFTs per window.
        mel_nonzeros: Non-zero weights of the mel bank: multiply-accumulates per frame.
        weight_bytes: Bytes of the weights at int8.
        activation_bytes: Largest input plus output of one layer, with what a skip connection keeps, bytes at int8.
    """

    rate_hz: int
    grid: Grid
    model_rate_hz: int
    window_s: float
    parameters: int
    macs: dict[str, int]
    fft_size: int
    frames: int
    mel_bands: int
    mel_nonzeros: int
    weight_bytes: int
    activation_bytes: int
