"""One CSSD training epoch of MobileNetV2 on ESC-10 at 1 kHz, against the way of the paper's scripts.

    OMP_NUM_THREADS=1 python benchmarks/paper_epoch.py [FOLDER]

Ours trains on log-mel images made once, with the teacher's scores computed once, in the memory order that is
fastest. The peer does what the published scripts do: waveforms resampled back to the network's rate, the front
end inside the network (a DFT by convolution and a mel matrix) in every step, the teacher run on the full-rate
clip in every step, and torch's default memory order. Both train the same network on 64-clip batches of four folds
on one thread, in turn, in this process; the best of three epochs counts.
"""

import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from lowsr_tradeoff.audio.capture import capture, restore
from lowsr_tradeoff.corpora.clips import EventCorpus, read
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.learning.mel import fit_length
from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.panns_hearing import front_end_of
from lowsr_tradeoff.learning.panns_log_mel import panns_log_mel
from lowsr_tradeoff.learning.recipe import Cell, Recipe
from lowsr_tradeoff.learning.train import fit
from lowsr_tradeoff.learning.training_data import TeacherOutputs, TrainingData
from lowsr_tradeoff.runner.machine import cpu_name
from lowsr_tradeoff.settings.front_end import FrontEnd

RATE_HZ, BATCH, N_PASSES, TESTED = 1000, 64, 3, 1
CELL = Cell(alpha=0.4, temperature=5.0)
RECIPE = Recipe(
    epochs=1,
    batch_size=BATCH,
    learning_rate=1e-3,
    weight_decay=0.0,
    is_varied=False,
    mixup=0.0,
    optimiser="adam_amsgrad",
    dropout=0.5,
)
HEARING = front_end_of("mobilenetv2", as_published=True)


class WithFrontEnd(nn.Module):
    """A network that makes its log-mel image of the waveform itself, by convolution with the DFT's rows."""

    def __init__(self, network: Recogniser) -> None:
        super().__init__()
        self.network = network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        n = HEARING.window
        angle = 2 * np.pi * np.outer(np.arange(n // 2 + 1), np.arange(n)) / n
        rows = np.concatenate([np.cos(angle), -np.sin(angle)]) * np.hanning(n + 1)[:-1]
        self.register_buffer("dft", torch.tensor(rows[:, None], dtype=torch.float32))
        self.register_buffer("mel", torch.rand(n // 2 + 1, HEARING.mel_bands))

    def forward(self, waves: Tensor) -> Tensor:
        """Return class scores of ``(n, n_samples)``."""
        padded = functional.pad(waves[:, None], (HEARING.window // 2,) * 2, mode="reflect")
        both = functional.conv1d(padded, self.get_buffer("dft"), stride=HEARING.hop)
        real, imaginary = both.chunk(2, dim=1)
        power = (real.square() + imaginary.square()).transpose(1, 2) @ self.get_buffer("mel")
        scores: Tensor = self.network(10 * torch.log(power.clamp(min=1e-10)).transpose(1, 2)[:, None])
        return scores


def waveforms(corpus: EventCorpus) -> tuple[Tensor, Tensor, Tensor]:
    """Return the training clips at 16 kHz, the same through a 1 kHz microphone, and their class numbers."""
    high: list[Tensor] = []
    low: list[Tensor] = []
    labels: list[int] = []
    n_samples = round(corpus.clip_s * HEARING.model_rate_hz)
    for clip in corpus.clips:
        if clip.fold != TESTED:
            sound, source_rate_hz = read(clip)
            for heard, rate_hz in ((high, HEARING.model_rate_hz), (low, RATE_HZ)):
                captured = capture(sound, source_rate_hz, rate_hz, FrontEnd(), 0)
                restored = restore(captured, rate_hz, HEARING.model_rate_hz)
                heard.append(torch.from_numpy(fit_length(restored, n_samples)))
            labels.append(corpus.summary.classes.index(clip.label))
    return torch.stack(high), torch.stack(low), torch.tensor(labels)


def batches(n: int) -> Iterator[Tensor]:
    """Yield the rows of each batch."""
    yield from torch.split(torch.randperm(n, generator=torch.Generator().manual_seed(0)), BATCH)


def the_papers_epoch(high: Tensor, low: Tensor, labels: Tensor, n_classes: int) -> None:
    """Train one epoch with both front ends and the teacher in the loop."""
    teacher = WithFrontEnd(untrained("mobilenetv2", n_classes, torch.Generator().manual_seed(0))).eval()
    student = WithFrontEnd(untrained("mobilenetv2", n_classes, torch.Generator().manual_seed(1))).train()
    optimiser = torch.optim.Adam(student.parameters(), lr=1e-3, amsgrad=True)
    for rows in batches(len(low)):
        with torch.no_grad():
            taught = functional.log_softmax(teacher(high[rows]) / CELL.temperature, dim=1)
        logits = student(low[rows])
        soft = functional.log_softmax(logits / CELL.temperature, dim=1)
        distance = functional.kl_div(soft, taught, reduction="batchmean", log_target=True) * CELL.temperature**2
        loss = CELL.alpha * functional.cross_entropy(logits, labels[rows]) + (1 - CELL.alpha) * distance
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


def our_epoch(images: Tensor, labels: Tensor, scores: Tensor, n_classes: int) -> None:
    """Train one epoch on images and scores made before."""
    student = untrained("mobilenetv2", n_classes, torch.Generator().manual_seed(1))
    teachers = TeacherOutputs("softened", CELL, (scores,), torch.zeros(len(scores), 1))
    targets = functional.one_hot(labels, n_classes).float()
    fit(student, TrainingData((images,), targets, teachers=teachers), RECIPE, np.random.default_rng(0))


def seconds(work: Callable[[], None]) -> float:
    """Return the wall time of the fastest pass in s."""
    passes = []
    for _ in range(N_PASSES):
        start = time.perf_counter()
        work()
        passes.append(time.perf_counter() - start)
    return min(passes)


def main(folder: str) -> None:
    """Print both times and their ratio."""
    torch.set_num_threads(1)
    corpus = load_events(folder, 5, None, 0, (RATE_HZ,), 16_000, skip_bad=False, cache=None)
    n_classes = len(corpus.summary.classes)
    high, low, labels = waveforms(corpus)
    start = time.perf_counter()
    images = torch.stack([torch.from_numpy(panns_log_mel(wave.numpy(), HEARING)) for wave in low])[:, None]
    once_s = time.perf_counter() - start
    ours = seconds(lambda: our_epoch(images, labels, torch.zeros(len(labels), n_classes), n_classes))
    papers = seconds(lambda: the_papers_epoch(high, low, labels, n_classes))
    print(f"{cpu_name()}, torch {torch.__version__}, one thread, {len(labels)} clips of {corpus.clip_s} s")
    print(f"ours    {ours:6.2f} s an epoch, and {once_s:.2f} s once for the images")
    print(f"paper's {papers:6.2f} s an epoch, ratio {papers / ours:.2f}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "demo")
