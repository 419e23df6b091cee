"""Capturing a corpus at five rates and back to 16 kHz, against loading each clip anew for every rate.

    OMP_NUM_THREADS=1 python benchmarks/capture_rates.py [FOLDER]

Ours decodes a clip once and then, per rate, captures (filter, noise, quantisation) and restores it. The peer is the
loop of published code: ``librosa.load(path, sr=rate)`` per rate, then ``librosa.resample`` up. Both run in this
process on one thread, in turn, on the same files; the best of three passes counts, in processor time. A bound is
the ratio that one decode per clip and nothing else would reach: librosa resamples with soxr too: only decodes can
be saved. The other is of memory: every decoded sample is written once and read for every rate, every restored one
written.
"""

import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import librosa

from bounds import core
from lowsr_tradeoff.audio import MODEL_RATE_HZ
from lowsr_tradeoff.audio.capture import capture, restore
from lowsr_tradeoff.audio.decode import decode
from lowsr_tradeoff.corpora.event_layouts import DATA
from lowsr_tradeoff.corpora.sound_files import audio_files
from lowsr_tradeoff.runner.machine import cpu_name
from lowsr_tradeoff.settings.front_end import FrontEnd

RATES_HZ = (500, 1000, 2000, 4000, 8000)
N_PASSES = 3


def capture_all(files: list[Path]) -> None:
    """Decode once, capture and restore at every rate."""
    front_end = FrontEnd()
    for path in files:
        sound, source_rate_hz = decode(path)
        for rate_hz in RATES_HZ:
            restore(capture(sound, source_rate_hz, rate_hz, front_end, seed=0), rate_hz, MODEL_RATE_HZ)


def load_and_resample(files: list[Path]) -> None:
    """Load at every rate and resample back up."""
    for path in files:
        for rate_hz in RATES_HZ:
            low, _ = librosa.load(path, sr=rate_hz)
            librosa.resample(low, orig_sr=rate_hz, target_sr=MODEL_RATE_HZ)


def decode_all(files: list[Path]) -> None:
    """Decode once and do nothing else."""
    for path in files:
        decode(path)


def n_bytes(files: list[Path]) -> int:
    """Return the bytes that must be written and read at least."""
    n, sounds = 0, map(decode, files)
    for sound, source_rate_hz in sounds:
        restored = len(sound) * MODEL_RATE_HZ / source_rate_hz
        n += round(sound.itemsize * (len(sound) * (1 + len(RATES_HZ)) + restored * len(RATES_HZ)))
    return n


def seconds(work: Callable[[list[Path]], None], files: list[Path]) -> float:
    """Return the processor time of one pass in s."""
    start = time.process_time()
    work(files)
    return time.process_time() - start


def main() -> None:
    """Print both times, their ratio and the machine."""
    files = audio_files(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
    works = (capture_all, load_and_resample, decode_all)
    for work in works:
        work(files[:1])  # imports and plans are not what is measured
    passes = [[seconds(work, files) for work in works] for _ in range(N_PASSES)]
    ours, theirs, decoding = (min(times) for times in zip(*passes, strict=True))
    print(f"{len(files)} clips at {', '.join(map(str, RATES_HZ))} Hz and back to {MODEL_RATE_HZ} Hz, one thread")
    print(f"one decode, capture and restore: {ours:.2f} s")
    print(f"librosa {version('librosa')} load and resample per rate: {theirs:.2f} s")
    print(f"ratio: {theirs / ours:.1f} (with one decode and nothing else {theirs / decoding:.1f}), on {cpu_name()}")
    print(f"capture and restore without the decode: {core().beside(ours - decoding, 0, n_bytes(files))}")


if __name__ == "__main__":
    main()
