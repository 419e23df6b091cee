"""The voice activity detector of Silero, from the weights in its wheel: the probability of speech every 32 ms.

The network is that of version 6 at 16 kHz: a Fourier transform as a convolution, four convolutions, an LSTM. Its
package runs one window after the other. Here the convolutions take all windows of many sounds at once, and only the
LSTM goes window by window.
"""

import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.attackers.presence.tracks import WINDOW, Windows, captured_track, track_of, windows_of
from lowsr_tradeoff.privacy.bundled_weights import speech_detector
from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

# Samples at 16 kHz: from the window before, and mirrored at a window's end.
BEFORE, MIRRORED = 64, 64
N_BINS, N_STATES = 129, 128
# Windows that go through the convolutions at once.
BATCH = 1024
# Tracks in memory at once.
GROUP = 16


class Detector(nn.Module):
    """Magnitudes, convolutions over four frames down to one, and a recurrent layer over windows."""

    def __init__(self) -> None:
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 2 * N_BINS, 256, stride=128, bias=False)
        self.conv1 = nn.Conv1d(N_BINS, 128, 3, padding=1)
        self.conv2 = nn.Conv1d(128, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(64, 64, 3, stride=2, padding=1)
        self.conv4 = nn.Conv1d(64, N_STATES, 3, padding=1)
        self.lstm = nn.LSTM(N_STATES, N_STATES)
        self.final_conv = nn.Conv1d(N_STATES, 1, 1)

    def forward(self, windows: Tensor) -> Tensor:
        """Return the probability of speech: ``(n_windows, n_sounds, 576)`` → ``(n_windows, n_sounds)``."""
        rows = torch.split(windows.flatten(0, 1), BATCH)
        features = torch.cat([self._features(row) for row in rows]).view(*windows.shape[:2], N_STATES)
        states, _ = self.lstm(features)
        logits: Tensor = self.final_conv(torch.relu(states).flatten(0, 1)[..., None]).reshape(windows.shape[:2])
        return torch.sigmoid(logits)

    def _features(self, windows: Tensor) -> Tensor:
        """``(n, 576)`` to ``(n, 128)``."""
        mirrored = nn.functional.pad(windows[:, None], (0, MIRRORED), mode="reflect")
        real, imaginary = self.stft_conv(mirrored).chunk(2, dim=1)
        x = (real.square() + imaginary.square()).sqrt()
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = torch.relu(layer(x))
        features: Tensor = x[..., 0]
        return features


def run(steps: Sequence[Step[CaptureSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Write the detector's probabilities for every track as each step's microphone records it."""
    for step in steps:
        store.write(step, {"window": WINDOW}, vars(detect(step.settings, speech)))


def detect(settings: CaptureSettings, speech: SpeechCorpus) -> Windows:
    """Return the probability of speech in the windows of the tracks of a corpus."""
    detector, found = load_detector(speech_detector()), list[Windows]()
    for first in range(0, len(speech.utterances), GROUP):
        group = speech.utterances[first : first + GROUP]
        tracks = [track_of(utterance, settings.seed) for utterance in group]
        captures = [captured_track(clip, sound, settings) for clip, (sound, _) in zip(group, tracks, strict=True)]
        probabilities = speech_probability(captures, detector)
        found += [windows_of(first + i, *tracks[i], probabilities[i]) for i in range(len(group))]
    return Windows(**{name: np.concatenate([vars(part)[name] for part in found]) for name in vars(found[0])})


@cache
def load_detector(file: Path) -> Detector:
    """Return the detector with the 16 kHz weights of ``silero_vad.jit``, loaded once per process.

    The wheel's ``silero_vad_16k.safetensors`` holds other, older weights.
    """
    detector = Detector()
    try:
        # The wheel offers these weights in no other form that torch alone can read.
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            state = torch.jit.load(file, map_location="cpu").state_dict()  # type: ignore[no-untyped-call]
        detector.load_state_dict({mine: state[f"_model.{theirs}"] for mine, theirs in _names(detector).items()})
    except (KeyError, RuntimeError) as error:
        raise DataError(f"{file}: does not hold Silero's detector; reinstall silero-vad") from error
    return detector.eval().requires_grad_(requires_grad=False)


def speech_probability(sounds: Sequence[Samples], detector: Detector) -> list[Samples]:
    """Return the probability of speech in each window of 512 samples of each sound, at 16 kHz.

    A sound follows on zeros; its last window may be cut short.

    Shape:
        ``(n_samples,)`` to ``(ceil(n_samples / 512),)``, for each.
    """
    counts = [-(-len(sound) // WINDOW) for sound in sounds]
    with torch.inference_mode():
        padded = torch.zeros(len(sounds), BEFORE + max(counts, default=0) * WINDOW)
        for row, sound in zip(padded, sounds, strict=True):
            row[BEFORE : BEFORE + len(sound)] = torch.from_numpy(sound)
        windows = padded.unfold(1, BEFORE + WINDOW, WINDOW).transpose(0, 1)
        found = detector(windows).T.numpy()
    return [row[:count] for row, count in zip(found, counts, strict=True)]


def _names(detector: Detector) -> dict[str, str]:
    """The names of the detector's weights in the file."""
    names = {
        "stft_conv.weight": "stft.forward_basis_buffer",
        "final_conv.weight": "decoder.decoder.2.weight",
        "final_conv.bias": "decoder.decoder.2.bias",
    }
    for layer in range(4):
        for kind in ("weight", "bias"):
            names[f"conv{layer + 1}.{kind}"] = f"encoder.{layer}.reparam_conv.{kind}"
    cell = (name for name in detector.state_dict() if name.startswith("lstm."))
    return names | {name: f"decoder.rnn.{name.removeprefix('lstm.').removesuffix('_l0')}" for name in cell}
