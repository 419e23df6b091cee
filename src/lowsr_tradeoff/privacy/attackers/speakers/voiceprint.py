"""The speaker encoder of Resemblyzer, from its published weights: a sound to an embedding of the voice.

Its package asks for a compiler, imports librosa and embeds one utterance at a time; here torch makes the spectra,
and parts of many utterances go through the network at once. Its voice activity detector is left out: it takes
speech at low rates for silence, which would weaken the attacker. Reference: Wan et al., Generalized end-to-end loss
for speaker verification, ICASSP 2018.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torchaudio.functional import melscale_fbanks

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.bundled_weights import speaker_encoder
from lowsr_tradeoff.privacy.captures import CaptureSettings, at_level, captured_at_16k
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

Embeddings = NDArray[np.float32]

N_DIMENSIONS = 256
FFT_SIZE, HOP, N_MELS = 400, 160, 40
PART_FRAMES = 160
# 1.3 parts a second, and three quarters of the last one filled: the package's own defaults.
PART_STEP, FILLED = 77, 0.75
# RMS at which the network was trained, -30 dBFS. Its spectra are not logarithmic, so that level matters.
LEVEL = 10 ** (-30 / 20)
BATCH = 64
# Utterances in memory at once.
GROUP = 64


class VoiceEncoder(nn.Module):
    """Three LSTM layers over mel frames, and a projection of the last state."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(N_MELS, N_DIMENSIONS, num_layers=3)
        self.linear = nn.Linear(N_DIMENSIONS, N_DIMENSIONS)

    def forward(self, frames: Tensor) -> Tensor:
        """Return unit vectors: ``(n_frames, n_parts, 40)`` → ``(n_parts, 256)``."""
        _, (hidden, _) = self.lstm(frames)
        voices: Tensor = nn.functional.normalize(torch.relu(self.linear(hidden[-1])), dim=1)
        return voices


def run(steps: Sequence[Step[CaptureSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Embed every utterance as each step's microphone recorded it, and write the embeddings."""
    encoder, utterances = load_encoder(speaker_encoder()), speech.utterances
    groups = [utterances[i : i + GROUP] for i in range(0, len(utterances), GROUP)]
    for step in steps:
        sounds = ([captured_at_16k(utterance, step.settings) for utterance in group] for group in groups)
        embeddings = np.concatenate([embed(group, encoder) for group in sounds])
        store.write(step, {"clips": len(utterances)}, {"embeddings": embeddings})


@cache
def load_encoder(file: Path) -> VoiceEncoder:
    """Return the encoder with the weights of a safetensors file, loaded once per process."""
    encoder = VoiceEncoder()
    try:
        encoder.load_state_dict(load_file(file))
    except (RuntimeError, SafetensorError) as error:
        raise DataError(f"{file}: does not hold Resemblyzer's speaker encoder; reinstall lowsr-tradeoff") from error
    return encoder.eval().requires_grad_(requires_grad=False)


def embed(sounds: Sequence[Samples], encoder: VoiceEncoder) -> Embeddings:
    """Return a unit vector for each sound at 16 kHz, of any level; zeros for silence. Shape ``(n, 256)``."""
    parts = [_parts(sound) for sound in sounds]
    with torch.inference_mode():
        voices = torch.cat([encoder(frames) for frames in torch.split(torch.cat(parts, dim=1), BATCH, dim=1)])
    means = [part.mean(dim=0) for part in torch.split(voices, [part.shape[1] for part in parts])]
    is_audible = torch.tensor([bool(sound.any()) for sound in sounds])[:, None]
    embeddings: Embeddings = (nn.functional.normalize(torch.stack(means), dim=1) * is_audible).numpy()
    return embeddings


def part_starts(n_samples: int) -> range:
    """Return the first frame of each part of 1.6 s that a sound is cut into.

    >>> list(part_starts(16000)), list(part_starts(48000))
    ([0], [0, 77, 154])
    """
    n_frames = -(-(n_samples + 1) // HOP)
    starts = range(0, max(1, n_frames - PART_FRAMES + PART_STEP + 1), PART_STEP)
    is_full = n_samples - starts[-1] * HOP >= FILLED * PART_FRAMES * HOP
    return starts if is_full or len(starts) == 1 else starts[:-1]


def _parts(sound: Samples) -> Tensor:
    """Mel frames of every part, time first: ``(160, n_parts, 40)``."""
    starts = part_starts(len(sound))
    wanted = (starts[-1] + PART_FRAMES) * HOP
    padded = nn.functional.pad(torch.from_numpy(at_level(sound, LEVEL)), (0, max(0, wanted - len(sound))))
    window = torch.hann_window(FFT_SIZE)
    spectra = torch.stft(padded, FFT_SIZE, HOP, window=window, pad_mode="constant", return_complex=True)
    # Power, not logarithmic.
    frames = spectra.abs().square().T @ _mel_bank()
    return torch.stack([frames[start : start + PART_FRAMES] for start in starts], dim=1)


@cache
def _mel_bank() -> Tensor:
    bank: Tensor = melscale_fbanks(
        FFT_SIZE // 2 + 1, 0.0, MODEL_RATE_HZ / 2, N_MELS, MODEL_RATE_HZ, "slaney", "slaney"
    )
    return bank
