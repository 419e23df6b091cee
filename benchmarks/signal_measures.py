"""STOI, ESTOI and PESQ of the embedded utterances at five rates, against pystoi and pesq called pair by pair.

    OMP_NUM_THREADS=1 python benchmarks/signal_measures.py

Ours: the stage of a run, rates shared by two processes, captures made as they are needed. The peer: ``pystoi.stoi``
twice and ``pesq.pesq`` twice for each pair, in a plain loop in one process, the pairs ready in memory before its
clock starts. The second ratio is of processor time, with the making of the captures on our side alone. Both must
find the same figures. The bound beside ours is of what the definitions cannot do without: the FFTs of both signals,
N log2 N multiply-accumulates each, and PESQ's filters.
"""

import math
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from pesq import pesq
from pystoi import stoi

from bounds import core
from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.capture import restore
from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy.captures import captured_at_16k, captures_of, original_at_16k
from lowsr_tradeoff.privacy.signal import step as signal
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.machine import cpu_name
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

RATES_HZ, REFERENCE_RATE_HZ = (500, 1000, 2000, 4000), 16_000
N_PROCESSES = 2
MEASURES = ("stoi", "estoi", "pesq_wb", "pesq_nb")

# FFTs a second and their sizes: STOI and ESTOI share theirs (Taal et al., 2011: 256 samples of 10 kHz, half of them
# overlapped, filled up to 512); PESQ (ITU-T P.862): 512 of 16 kHz and 256 of 8 kHz, half of them overlapped.
FFTS = ((10_000 / 128, 512), (16_000 / 256, 512), (8000 / 128, 256))
# Values a second that PESQ filters by eight sections of five products: P.862, the standard IRS filter.
FILTERED = 16_000 + 8000
PRODUCTS = 40

Pair = tuple[Samples, Samples]


def measure(step: Step, speech: SpeechCorpus, store: Store) -> float:
    """Run the step of one rate and return its processor time in s."""
    start = time.process_time()
    run_batch({"speech": speech}, store, [step])
    return time.process_time() - start


def found(step: Step, store: Store) -> list[list[float]]:
    """Return what the stage wrote, a row per utterance."""
    return [[row[name] for name in MEASURES] for row in store.meta(step)["utterances"]]


def macs(sound_s: float) -> float:
    """Return the multiply-accumulates of all measures of one pair of signals."""
    of_ffts = sum(per_s * size * math.log2(size) for per_s, size in FFTS)
    return 2 * sound_s * (of_ffts + FILTERED * PRODUCTS)


def pairs_of(config: StudyConfig, speech: SpeechCorpus, rate_hz: int) -> list[Pair]:
    """Return every original beside what the microphone makes of it, at 16 kHz."""
    settings = captures_of(config, speech, rate_hz)
    pairs = [(original_at_16k(clip), captured_at_16k(clip, settings)) for clip in speech.utterances]
    lengths = [min(map(len, pair)) for pair in pairs]
    return [(original[:n], heard[:n]) for (original, heard), n in zip(pairs, lengths, strict=True)]


def by_libraries(pairs: Sequence[Pair]) -> list[list[float]]:
    """Return what the libraries find, a row per pair."""
    return [
        [
            stoi(original, heard, 16_000),
            stoi(original, heard, 16_000, extended=True),
            pesq(16_000, original, heard, "wb"),
            pesq(8000, restore(original, 16_000, 8000), restore(heard, 16_000, 8000), "nb"),
        ]
        for original, heard in pairs
    ]


def main() -> None:
    """Print both times, the ratios, and the largest difference of any figure."""
    speech = load_speech("demo", RATES_HZ, REFERENCE_RATE_HZ, skip_bad=False, cache=None)
    config = StudyConfig(front_end=FrontEnd(), rates_hz=RATES_HZ)
    steps = signal.plan(config, speech).steps
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(N_PROCESSES, get_context("spawn")) as pool,
    ):
        store, start = Store(Path(folder)), time.perf_counter()
        cpu_s = sum(pool.map(partial(measure, speech=speech, store=store), steps))
        wall_s = time.perf_counter() - start
        ours = np.array([found(step, store) for step in steps])
    pairs = [pair for rate_hz in config.all_rates_hz() for pair in pairs_of(config, speech, rate_hz)]
    start, start_cpu = time.perf_counter(), time.process_time()
    theirs = np.array(by_libraries(pairs)).reshape(ours.shape)
    their_wall_s, their_cpu_s = time.perf_counter() - start, time.process_time() - start_cpu
    print(f"{len(speech.utterances)} utterances at {len(steps)} rates, on {cpu_name()}")
    print(f"this stage: {wall_s:.1f} s, start of the processes included; {cpu_s:.1f} s of processor")
    print(f"pystoi and pesq: {their_wall_s:.1f} s, {their_cpu_s:.1f} s of processor")
    print(f"ratio: {their_wall_s / wall_s:.1f}, of processor time {their_cpu_s / cpu_s:.2f}")
    sound_s = sum(len(original) for original, _ in pairs) / 16_000
    print(f"{core().beside(cpu_s, macs(sound_s), 0)}")
    print(f"largest difference of a figure: {np.abs(ours - theirs).max():.1e}")


if __name__ == "__main__":
    main()
