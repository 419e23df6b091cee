"""Raw, fine-tuned, BASD and CSSD on all folds at 1 kHz, against torchaudio and a plain training loop.

    OMP_NUM_THREADS=1 python benchmarks/training.py FOLDER [N_FOLDS]

Ours: the stage of a study on the shared grid, from files to answers. The peer is what a user would write: clips
decoded and resampled once by torchaudio and kept in memory; in every step torchaudio's mel spectrogram and masks,
the teacher on the clips that it hears, torch's AdamW and one-cycle schedule; the same network in the usual order
(normalise, rectify, then halve). Both learn by the same schedule, in turn, in one process on one
thread; processor time counts. Beside ours stands its bound: for every clip that is learnt from, three times the
multiply-accumulates of the network.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchaudio.functional import resample
from torchaudio.transforms import FrequencyMasking, MelSpectrogram, TimeMasking

from bounds import core
from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of, folds_of, read
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.learning.mel import fit_length
from lowsr_tradeoff.records.network import ArmName, Condition
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

RATE_HZ, REFERENCE_RATE_HZ, BANDS = 1000, 16_000, 64
ARMS: tuple[ArmName, ...] = ("raw", "finetuned", "basd", "cssd")
SETTINGS = ClassifySettings(grids=("shared",), arms=ARMS)
ALPHA, TEMPERATURE = SETTINGS.alpha[0], SETTINGS.temperature[0]


@dataclass(frozen=True)
class Found:
    """Processor time in s, and the share of right answers by arm, of the clips of the folds."""

    took_s: float
    right: dict[ArmName, float]

    def __str__(self) -> str:
        return f"{self.took_s:.1f} s; right {', '.join(f'{arm} {100 * x:.1f} %' for arm, x in self.right.items())}"


class PlainVgg(nn.Sequential):
    """The layers of SmallVGG as a user writes them."""

    def __init__(self, n_classes: int) -> None:
        channels, layers = (1, 16, 32, 64, 128), list[nn.Module]()
        for i, (n_in, n_out) in enumerate(pairwise(channels)):
            size, stride = (5, 2) if i == 0 else (3, 1)
            layers += [
                nn.Conv2d(n_in, n_out, size, stride, size // 2, bias=False),
                nn.BatchNorm2d(n_out),
                nn.ReLU(),
            ]
            layers += [nn.MaxPool2d(2)] if n_out < 128 else []
        super().__init__(*layers, MeanPlusMax(), nn.Dropout(0.2), nn.Linear(128, n_classes))


class MeanPlusMax(nn.Module):
    """Mean over bands, then mean plus maximum over time."""

    def forward(self, maps: Tensor) -> Tensor:
        """Return ``(n, channels)``."""
        over_time = maps.mean(dim=2)
        return over_time.mean(dim=2) + over_time.amax(dim=2)


class PlainHearing(nn.Module):
    """torchaudio's log-mel spectrogram, a column every 40 ms, standardised by the clips that are learnt from."""

    def __init__(self, learnt: Tensor) -> None:
        super().__init__()
        self.mel = MelSpectrogram(REFERENCE_RATE_HZ, 512, hop_length=320, f_min=50.0, n_mels=BANDS)
        self.masks = nn.Sequential(FrequencyMasking(8, iid_masks=True), TimeMasking(15, iid_masks=True))
        self.mean, self.std = 0.0, 1.0
        levels = torch.cat([self(part) for part in torch.split(learnt, 32)])
        self.mean, self.std = float(levels.mean()), float(levels.std())

    def forward(self, waves: Tensor) -> Tensor:
        """Return images of ``(n, n_samples)``."""
        level = functional.avg_pool1d(self.mel(waves).clamp_min(1e-6).log(), 2)
        return ((level - self.mean) / self.std)[:, None]


@dataclass(frozen=True)
class Clips:
    """Waveforms ``(n, n_samples)`` at 16 kHz by the rate that they were heard at, class numbers, and folds."""

    waves: dict[int, Tensor]
    labels: Tensor
    folds: Tensor


@dataclass(frozen=True)
class Teacher:
    """A trained network and how it hears which rate."""

    network: nn.Module
    hearing: PlainHearing
    rate_hz: int


def loaded(corpus: EventCorpus) -> Clips:
    """Return all clips, resampled by torchaudio."""
    n = round(corpus.clip_s * REFERENCE_RATE_HZ)
    heard: dict[int, list[Tensor]] = {RATE_HZ: [], REFERENCE_RATE_HZ: []}
    for clip in corpus.clips:
        sound, source_rate_hz = read(clip)
        for rate_hz, waves in heard.items():
            low = resample(torch.from_numpy(sound), source_rate_hz, rate_hz)
            waves.append(torch.from_numpy(fit_length(resample(low, rate_hz, REFERENCE_RATE_HZ).numpy(), n)))
    return Clips(
        {rate_hz: torch.stack(waves) for rate_hz, waves in heard.items()},
        torch.from_numpy(class_numbers(corpus, corpus.clips)),
        torch.tensor([clip.fold for clip in corpus.clips]),
    )


def learn(clips: Clips, fold: int, rate_hz: int, n_classes: int, teacher: Teacher | None = None) -> Teacher:
    """Train one network in the plain way on all folds but one."""
    learnt = torch.nonzero(clips.folds != fold)[:, 0]
    waves, labels = clips.waves[rate_hz], clips.labels
    hearing, network = PlainHearing(waves[learnt]), PlainVgg(n_classes)
    n_batches = len(learnt) // SETTINGS.batch_size
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=SETTINGS.learning_rate, weight_decay=SETTINGS.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, SETTINGS.learning_rate, total_steps=SETTINGS.epochs * n_batches
    )
    for _ in range(SETTINGS.epochs):
        for rows in learnt[torch.randperm(len(learnt))].tensor_split(n_batches):
            shift = int(torch.randint(waves.shape[1], ()))
            logits = network(hearing.masks(hearing(waves[rows].roll(shift, 1))))
            loss = functional.cross_entropy(logits, labels[rows])
            if teacher:
                with torch.no_grad():
                    heard = clips.waves[teacher.rate_hz][rows].roll(shift, 1)
                    taught = functional.log_softmax(teacher.network(teacher.hearing(heard)) / TEMPERATURE, dim=1)
                soft = functional.log_softmax(logits / TEMPERATURE, dim=1)
                distance = functional.kl_div(soft, taught, reduction="batchmean", log_target=True)
                loss = ALPHA * loss + (1 - ALPHA) * TEMPERATURE**2 * distance
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return Teacher(network.eval(), hearing, rate_hz)


@torch.no_grad()
def n_right(clips: Clips, fold: int, by: Teacher) -> int:
    """Return how many clips of a fold a network tells at the low rate."""
    tested = clips.folds == fold
    scores = by.network(by.hearing(clips.waves[RATE_HZ][tested]))
    return int((scores.argmax(dim=1) == clips.labels[tested]).sum())


def plain_arms(clips: Clips, fold: int, n_classes: int) -> Iterator[tuple[ArmName, Teacher]]:
    """Yield the network of every arm."""
    reference = learn(clips, fold, REFERENCE_RATE_HZ, n_classes)
    yield "raw", reference
    finetuned = learn(clips, fold, RATE_HZ, n_classes)
    yield "finetuned", finetuned
    yield "basd", learn(clips, fold, RATE_HZ, n_classes, finetuned)
    yield "cssd", learn(clips, fold, RATE_HZ, n_classes, reference)


def plainly(corpus: EventCorpus, folds: Sequence[int]) -> Found:
    """Train all arms and test them on some folds, in the plain way."""
    start = time.process_time()
    torch.manual_seed(0)
    clips, right = loaded(corpus), dict.fromkeys(ARMS, 0)
    for fold in folds:
        for arm, network in plain_arms(clips, fold, len(corpus.summary.classes)):
            right[arm] += n_right(clips, fold, network)
    took_s = time.process_time() - start
    return Found(took_s, {arm: n / len(clips_of(corpus, *folds)) for arm, n in right.items()})


def ours(corpus: EventCorpus, folds: Sequence[int]) -> tuple[Found, float]:
    """Train all arms and test them on the first folds by the stage; return also its multiply-accumulates."""
    config = StudyConfig(front_end=FrontEnd(), rates_hz=(RATE_HZ,), classify=SETTINGS)
    clips = clips_of(corpus, *folds)
    truth, right = class_numbers(corpus, clips), {}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        tested = {condition: runs[: len(folds)] for condition, runs in stage.plan(config, corpus).tested.items()}
        start = time.process_time()
        steps = [step for runs in tested.values() for step in runs]
        execute(steps, store, partial(run_batch, {"events": corpus}, store), 1, lambda _: None)
        took_s = time.process_time() - start
        for arm in ARMS:
            runs = tested[Condition(RATE_HZ, "shared", arm)]
            answered = np.concatenate([store.arrays(step)["test_logits"].argmax(axis=1) for step in runs])
            right[arm] = float(np.mean(answered == truth))
        macs = sum(store.meta(steps[0])["cost"]["macs"].values())
    n_learnt = sum(len(corpus.clips) - len(clips_of(corpus, fold)) for fold in folds)
    return Found(took_s, right), 3.0 * macs * len(ARMS) * n_learnt * SETTINGS.epochs


def main(folder: str, n_folds: int) -> None:
    """Print both, the ratio and the bound, with the first folds tested."""
    torch.set_num_threads(1)
    corpus = load_events(folder, 5, None, 0, (RATE_HZ,), REFERENCE_RATE_HZ, skip_bad=False, cache=None)
    one, folds = core(), folds_of(corpus)[:n_folds]
    print(f"{one}; {corpus.summary.n_clips} clips of {corpus.clip_s} s, {len(folds)} folds tested", flush=True)
    found, macs = ours(corpus, folds)
    print(f"this stage: {found}; {one.beside(found.took_s, macs, 0)}", flush=True)
    plain = plainly(corpus, folds)
    print(f"torchaudio {version('torchaudio')} and a plain loop: {plain}; ratio {plain.took_s / found.took_s:.2f}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "demo", int(sys.argv[2]) if len(sys.argv) > 2 else 5)
