"""Settings of the published PANNs' front ends, without importing torch.

Every setting is that of Kong et al. (arXiv 1912.10211) and github.com/qiuqiangkong/audioset_tagging_cnn. The code
of Liang et al. (Interspeech 2024) differs in two ways, kept as ``as_published``: it takes the natural logarithm, so
levels are 2.303 times too large; and it gives 16 kHz audio to ResNet38 and MobileNetV2, whose mel matrix is for
32 kHz, which moves everything up an octave.
"""

from dataclasses import dataclass

from lowsr_tradeoff.records.network import Network


@dataclass(frozen=True)
class PannsFrontEnd:
    """The front end of a published network.

    Attributes:
        model_rate_hz: The rate of its input audio.
        window: Samples of one frame, and points of its FFT.
        hop: Samples between two frames.
        low_hz: Lower edge of the lowest band, at ``mel_rate_hz``.
        high_hz: Upper edge of the highest band, likewise.
        mel_rate_hz: The rate the mel matrix was made for; differs from ``model_rate_hz`` only as published.
        is_decimal: Whether the logarithm is 10·log10, as trained, or 10·ln, as published.
        mel_bands: Rows of the image.
    """

    model_rate_hz: int
    window: int
    hop: int
    low_hz: float
    high_hz: float
    mel_rate_hz: int
    is_decimal: bool = True
    mel_bands: int = 64

    def image(self, n_samples: int) -> tuple[int, int]:
        """Rows and columns of the image of some samples."""
        return self.mel_bands, n_samples // self.hop + 1


def front_end_of(network: Network, *, as_published: bool = False) -> PannsFrontEnd:
    """Return the front end of a published network.

    Raises:
        ValueError: The network has no front end of its own.

    >>> front_end_of("cnn14").model_rate_hz, front_end_of("resnet38", as_published=True).model_rate_hz
    (16000, 16000)
    """
    is_decimal = not as_published
    match network:
        case "cnn14":
            return PannsFrontEnd(16_000, 512, 160, 50.0, 8_000.0, 16_000, is_decimal)
        case "cnn14_8k":
            return PannsFrontEnd(8_000, 256, 80, 50.0, 4_000.0, 8_000, is_decimal)
        case "cnn14_32k":
            return PannsFrontEnd(32_000, 1024, 320, 50.0, 14_000.0, 32_000, is_decimal)
        case "resnet38" | "mobilenetv2":
            model_rate_hz = 16_000 if as_published else 32_000
            return PannsFrontEnd(model_rate_hz, 1024, 320, 50.0, 14_000.0, 32_000, is_decimal)
        case "small_vgg" | "cp_mobile" | "yamnet" | "yamnet_256":
            raise ValueError(f"{network}: has no front end of PANNs, see learning/mel.py")
