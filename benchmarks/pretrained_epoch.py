"""One CSSD training epoch of yamnet_256 at 1 kHz against the way of the paper's scripts, and its features.

    OMP_NUM_THREADS=1 python benchmarks/pretrained_epoch.py FOLDER [N_CLIPS]

Ours trains on log-mel images and teacher's scores that are made once: on whole clips, and on 0.4 of each as the
preset ``pretrained`` does. The peer resamples waveforms, computes the images and runs the teacher on the full-rate
clip in every step. Same network, batches and thread, in turn, in this process. Then all clips' images at four rates
are timed.
"""

import sys
import time
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchaudio.functional import resample

from lowsr_tradeoff.audio.capture import capture, restore
from lowsr_tradeoff.corpora.clips import EventClip, read
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.learning.log_mel import mel_bank
from lowsr_tradeoff.learning.mel import SHARED_RATE_HZ, YAMNET_WINDOW, Layout, fit_length, lay_out
from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.recipe import Cell, Recipe
from lowsr_tradeoff.learning.train import fit
from lowsr_tradeoff.learning.training_data import TeacherOutputs, TrainingData
from lowsr_tradeoff.learning.yamnet_log_mel import yamnet_log_mel
from lowsr_tradeoff.runner.machine import cpu_name
from lowsr_tradeoff.settings.front_end import FrontEnd

RATE_HZ, RATES_HZ, BATCH = 1000, (500, 1000, 2000, 4000), 16
CELL = Cell(alpha=0.4, temperature=4.0)
RECIPE = Recipe(
    epochs=1,
    batch_size=BATCH,
    learning_rate=1e-3,
    weight_decay=1e-2,
    is_varied=True,
    mixup=0.3,
    optimiser="adamw_one_cycle",
    dropout=0.0,
)


def network(n_classes: int) -> Recogniser:
    """Return the network; its weights change no time."""
    return untrained("yamnet_256", n_classes, torch.Generator().manual_seed(1))


class WithFrontEnd(nn.Module):
    """A network that resamples a waveform and makes its log-mel image."""

    def __init__(self, inner: Recogniser, layout: Layout) -> None:
        super().__init__()
        self.inner, self.hop, self.fft_size = inner, layout.hop, layout.fft_size
        self.register_buffer("bank", torch.from_numpy(mel_bank(layout)))
        self.register_buffer("window", torch.hann_window(YAMNET_WINDOW))

    def forward(self, waves: Tensor, rate_hz: int) -> Tensor:
        """Return class scores of ``(n, n_samples)`` at a rate."""
        restored = resample(waves, rate_hz, SHARED_RATE_HZ)
        framed = restored.unfold(1, YAMNET_WINDOW, self.hop) * self.get_buffer("window")
        magnitudes = torch.fft.rfft(framed, self.fft_size).abs()
        image = (magnitudes @ self.get_buffer("bank") + 0.001).log().transpose(1, 2)
        scores: Tensor = self.inner(image[:, None])
        return scores


def the_papers_epoch(low: Tensor, high: Tensor, labels: Tensor, n_classes: int, layout: Layout) -> None:
    """Train one epoch from waveforms, the teacher in every step."""
    student, teacher = (WithFrontEnd(network(n_classes), layout) for _ in range(2))
    optimiser = torch.optim.Adam(student.parameters(), lr=1e-3)
    for rows in torch.split(torch.randperm(len(labels)), BATCH):
        with torch.no_grad():
            taught = functional.log_softmax(teacher(high[rows], SHARED_RATE_HZ) / CELL.temperature, dim=1)
        logits = student(low[rows], RATE_HZ)
        soft = functional.log_softmax(logits / CELL.temperature, dim=1)
        distance = functional.kl_div(soft, taught, reduction="batchmean", log_target=True) * CELL.temperature**2
        loss = CELL.alpha * functional.cross_entropy(logits, labels[rows]) + (1 - CELL.alpha) * distance
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


def our_epoch(images: Tensor, labels: Tensor, n_classes: int, crop: float) -> None:
    """Train one epoch on images and scores made before."""
    teachers = TeacherOutputs("softened", CELL, (torch.zeros(len(labels), n_classes),), torch.zeros(len(labels), 1))
    targets = functional.one_hot(labels, n_classes).float()
    recipe = RECIPE.model_copy(update={"crop": crop})
    fit(network(n_classes), TrainingData((images,), targets, teachers=teachers), recipe, np.random.default_rng(0))


def heard(clip: EventClip, clip_s: float, rates_hz: Sequence[int]) -> list[np.ndarray]:
    """Return what the microphone records of a clip at each rate."""
    samples, source_rate_hz = read(clip)
    sound = fit_length(samples, round(clip_s * source_rate_hz))
    return [capture(sound, source_rate_hz, rate_hz, FrontEnd(filter="ideal"), 0) for rate_hz in rates_hz]


def main(folder: str, n_clips: int) -> None:
    """Print the times and their ratios."""
    torch.set_num_threads(1)
    corpus = load_events(folder, 5, None, 0, RATES_HZ, SHARED_RATE_HZ, skip_bad=False, cache=None)
    layout = lay_out(RATE_HZ, "shared", corpus.clip_s, "yamnet")
    n_classes, some = len(corpus.summary.classes), corpus.clips[:: max(1, len(corpus.clips) // n_clips)]
    labels = torch.tensor([corpus.summary.classes.index(clip.label) for clip in some])
    waves = [heard(clip, corpus.clip_s, (RATE_HZ, SHARED_RATE_HZ)) for clip in some]
    low, high = (torch.from_numpy(np.stack(each)) for each in zip(*waves, strict=True))
    images = torch.from_numpy(
        np.stack([yamnet_log_mel(restore(wave.numpy(), RATE_HZ, SHARED_RATE_HZ), layout) for wave in low])
    )[:, None]
    print(f"{cpu_name()}, torch {torch.__version__}, one thread, {len(some)} clips of {corpus.clip_s} s")
    start = time.process_time()
    the_papers_epoch(low, high, labels, n_classes, layout)
    papers_s = time.process_time() - start
    print(f"the paper's way: {papers_s:.1f} s of processor")
    for crop in (1.0, 0.4):
        start = time.process_time()
        our_epoch(images, labels, n_classes, crop)
        ours_s = time.process_time() - start
        print(f"crop {crop}: ours {ours_s:.1f} s of processor, ratio {papers_s / ours_s:.2f}")
    start = time.process_time()
    for clip in corpus.clips:
        for rate_hz, wave in zip(RATES_HZ, heard(clip, corpus.clip_s, RATES_HZ), strict=True):
            yamnet_log_mel(restore(wave, rate_hz, SHARED_RATE_HZ), layout)
    print(f"features of {len(corpus.clips)} clips at {len(RATES_HZ)} rates: {time.process_time() - start:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 320)
