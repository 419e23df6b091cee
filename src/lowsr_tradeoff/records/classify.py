"""What is recognised, by which network, and how the ways of training differ."""

from typing import Literal

from lowsr_tradeoff.records.base import Measurement, Record

Grid = Literal["shared", "native"]
Network = Literal["small_vgg", "cp_mobile", "cnn14", "cnn14_8k", "cnn14_32k", "resnet38", "mobilenetv2"]
Adapt = Literal["full", "probe", "lora", "dora"]
PaperArm = Literal["raw", "finetuned", "basd", "cssd"]
ChainArm = Literal["basd_cssd", "generation2", "generation3", "generation4", "generation5", "ladder"]
CausalArm = Literal["out_of_fold", "cssd_low", "cssd_permuted", "cssd_early"]
RivalArm = Literal["dkd", "standardised", "dist", "rkd", "hint", "attention"]
ControlArm = Literal["double_length", "label_smoothing", "ema", "warm_start", "mixed_rate"]
Arm = Literal[PaperArm, ChainArm, CausalArm, RivalArm, ControlArm]


class ModelCost(Record):
    """What one classification costs to compute, counted on the network that was trained.

    Attributes:
        rate_hz: The microphone's rate.
        grid: Feature layout, ``"shared"`` or ``"native"``.
        model_rate_hz: The rate the feature front end runs at.
        window_s: Seconds of audio classified at once.
        parameters: Trained values of the network.
        macs: Multiply-accumulates per window by operator type (``"conv"``, ``"linear"``).
        fft_size: Points of one FFT.
        frames: FFTs per window.
        mel_bands: Bands of the mel bank.
        mel_nonzeros: Non-zero weights of the mel bank (multiply-accumulates per frame).
        weight_bytes: Bytes of the weights at int8.
        activation_bytes: Largest input plus output of one layer, bytes at int8.
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


class ClassRecall(Record):
    """Recall of one class."""

    label: str
    recall: Measurement


class ClassifyResult(Record):
    """What is still recognised at one rate by one way of training."""

    rate_hz: int
    grid: Grid
    arm: Arm
    accuracy: Measurement
    macro_f1: Measurement
    class_recall: tuple[ClassRecall, ...]
    n_clips: int
    n_sources: int
    n_folds: int
    n_seeds: int
    cost: ModelCost


class Contrast(Record):
    """Paired difference in accuracy between two arms on the same clips, folds and seeds.

    Attributes:
        rate_hz: Rate of the first arm.
        grid: Feature layout of the first arm.
        arm: The first arm.
        against: The second arm.
        against_rate_hz: Rate of the second arm.
        against_grid: Feature layout of the second arm.
        difference: Accuracy of the first minus that of the second.
        is_supported: Whether the 95 % interval leaves out zero.
    """

    rate_hz: int
    grid: Grid
    arm: Arm
    against: Arm
    against_rate_hz: int
    against_grid: Grid
    difference: Measurement
    is_supported: bool
