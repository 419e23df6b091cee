"""Scoring continuous sound: how many times faster than it sounds, and how memory grows from an hour to a day of it.

    OMP_NUM_THREADS=1 python benchmarks/alarms.py [HOURS ...]

Each line is one process with one thread, which decodes, captures, makes features and scores by one untrained
SmallVGG, YAMNet or ``yamnet_256``; speed does not depend on what it learnt. The peer is the plain way: torchaudio
resamples each window and makes its mel spectrogram, and the network hears it alone. Memory is the peak of the
proportional set size.
"""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soundfile
import torch
from torchaudio.functional import resample
from torchaudio.transforms import MelSpectrogram

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.decode import decode_blocks
from lowsr_tradeoff.classify.alarms.score_step import scored_windows
from lowsr_tradeoff.classify.alarms.stream import windows_of
from lowsr_tradeoff.classify.step_settings import FeatureSettings
from lowsr_tradeoff.classify.train_step import keep_freed_memory
from lowsr_tradeoff.corpora.background import load_background
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.learning.mel import front_of, lay_out
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.train import AS_IT_IS, Scale, seeded_network
from lowsr_tradeoff.records.network import Grid, Network
from lowsr_tradeoff.records.run import CorpusSummary
from lowsr_tradeoff.runner.machine import cpu_name
from lowsr_tradeoff.settings.front_end import FrontEnd, named_front_end

SOURCE_RATE_HZ, CLIP_S, N_CLASSES, MINUTE_S = 16_000, 5.0, 10, 60
RATE_HZ = 1000
PUBLISHED: tuple[Network, ...] = ("yamnet", "yamnet_256")


def write_sound(file: Path, hours: float) -> None:
    """Write noise that swells and fades, minute by minute."""
    rng = np.random.default_rng(0)
    with soundfile.SoundFile(file, "w", SOURCE_RATE_HZ, 1) as sound:
        for _ in range(round(hours * 60)):
            sound.write(rng.uniform(0.001, 0.1) * rng.standard_normal(MINUTE_S * SOURCE_RATE_HZ))


def corpus_of(folder: Path) -> EventCorpus:
    """Return a corpus of nothing but a background, heard in one fold."""
    (file,) = folder.iterdir()
    clip = EventClip("none", "other", 1, "none", "", file)
    summary = CorpusSummary(
        name="noise",
        kind="events",
        digest="",
        n_clips=0,
        n_skipped=0,
        n_groups=0,
        group_of="sources",
        classes=tuple(map(str, range(N_CLASSES))),
        n_folds=1,
        duration_s=0.0,
        lowest_source_rate_hz=SOURCE_RATE_HZ,
        is_synthetic=True,
        note="",
    )
    background = load_background(str(folder), (RATE_HZ, SOURCE_RATE_HZ), None, skip_bad=False)
    return EventCorpus(summary, (clip,), CLIP_S, is_own=False, background=background)


def ours(folder: Path, grid: Grid, front_end: FrontEnd, name: Network, network: Recogniser) -> int:
    """Score a recording as a study does; return the number of windows."""
    asked = FeatureSettings(
        rate_hz=RATE_HZ,
        grid=grid,
        front=front_of(name),
        as_published=False,
        fold=1,
        clips="",
        clip_s=CLIP_S,
        front_end=front_end,
        seed=0,
    )
    sound = windows_of(corpus_of(folder), asked, 0, CLIP_S)
    scale = Scale(-6.0, 2.0) if asked.front == "compact" else AS_IT_IS
    places, _ = scored_windows(sound, {"network": (asked, network, scale)}, 0)
    return len(places["start_s"])


def plainly(folder: Path, grid: Grid, network: Recogniser) -> int:
    """Score a recording window by window with torchaudio; return the number of windows."""
    layout = lay_out(RATE_HZ, grid, CLIP_S)
    (file,) = folder.iterdir()
    mel = MelSpectrogram(layout.model_rate_hz, layout.fft_size, hop_length=layout.hop, n_mels=layout.mel_bands)
    n = 0
    with torch.inference_mode():
        for window in _windows(file):
            low = resample(torch.from_numpy(window)[None], SOURCE_RATE_HZ, RATE_HZ)
            heard = low if grid == "native" else resample(low, RATE_HZ, layout.model_rate_hz)
            level = torch.log(mel(heard)[..., : layout.n_frames].clamp_min(6e-6))
            network(level.reshape(1, *layout.image, 2).mean(-1)[None]).softmax(1)
            n += 1
    return n


def _windows(file: Path) -> Iterator[Samples]:
    held, n_window = np.empty(0, np.float32), round(CLIP_S * SOURCE_RATE_HZ)
    for block, _ in decode_blocks(file):
        held = np.concatenate([held, block])
        while len(held) >= n_window:
            yield held[:n_window]
            held = held[n_window:]


def peak_mb(run: Callable[[], object]) -> tuple[float, float, float]:
    """Return seconds, those of the processor, and the peak of the proportional set size in MB, sampled at 1 Hz."""
    peak, is_over = [0.0], threading.Event()

    def watch() -> None:
        while not is_over.wait(1.0):
            lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
            peak[0] = max(peak[0], *(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")))

    watcher = threading.Thread(target=watch)
    watcher.start()
    start, start_cpu = time.perf_counter(), time.process_time()
    run()
    took_s, cpu_s = time.perf_counter() - start, time.process_time() - start_cpu
    is_over.set()
    watcher.join()
    return took_s, cpu_s, peak[0]


def measure(folder: Path, way: str, grid: Grid) -> str:
    """Return the line of one way on one recording: a filter, the peer, or a network behind the device's filter."""
    torch.set_num_threads(1)
    keep_freed_memory()
    name: Network = next((each for each in PUBLISHED if each == way), "small_vgg")
    network = seeded_network(name, N_CLASSES, (0,)).eval()
    front_end = named_front_end("ideal" if way == "ideal" else "butterworth4", FrontEnd())
    run = (
        (lambda: plainly(folder, grid, network))
        if way == "torchaudio"
        else (lambda: ours(folder, grid, front_end, name, network))
    )
    took_s, cpu_s, mb = peak_mb(run)
    (file,) = folder.iterdir()
    duration_s = soundfile.info(file).duration
    times = f"{duration_s / took_s:.0f} times real time, {duration_s / cpu_s:.0f} by processor time"
    return f"{way} {grid} {duration_s / 3600:g} h: {took_s:.1f} s, {cpu_s:.1f} s of processor: {times}; {mb:.0f} MB"


def main(hours: list[float]) -> None:
    """Print speed and memory for each length of sound, each in a process of its own."""
    print(f"{cpu_name()}; windows of {CLIP_S:g} s at {RATE_HZ} Hz, one thread")
    for each in hours:
        with tempfile.TemporaryDirectory() as name:
            write_sound(Path(name) / "sound.wav", each)
            peers = [("torchaudio", "native"), ("torchaudio", "shared")] if each <= 1 else []
            published = [(network, "shared") for network in PUBLISHED] if each <= 1 else []
            filters = [("ideal", "native"), ("butterworth4", "native"), ("butterworth4", "shared")]
            ways = [*filters, *peers, *published]
            for way, grid in ways:
                command = [sys.executable, __file__, "--one", name, way, grid]
                print(
                    subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip(), flush=True
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        folder, way, grid = sys.argv[2:]
        print(measure(Path(folder), way, "native" if grid == "native" else "shared"))
    else:
        main([float(each) for each in sys.argv[1:]] or [1.0, 24.0])
