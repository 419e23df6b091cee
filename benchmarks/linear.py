"""Whether a study's cost is linear in clips, in utterances, in rates and in arms.

    OMP_NUM_THREADS=1 python benchmarks/linear.py [PASSES] [DOUBLINGS]

Processor time of all steps of a small study, in this process; corpora, planning and report do not count. Each size
runs PASSES times, two when left out, and the least counts. Told is how much more the second half of each size costs
than the first: what 2n takes beyond n, over what n takes beyond n / 2, of which 2 is ideal and 1.00 is printed for
it. Only what grows counts there, not what every study costs. A line is fitted to each row by relative distances:
its slope, and the largest distance from it in percent of the time measured there. Rates differ in what they cost,
and so do arms; those used here are alike: rates 50 Hz apart, arms that learn from the same teacher.
"""

import csv
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from lowsr_tradeoff.corpora.event_layouts import DATA
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.machine import cpu_name
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.toml import load_config
from lowsr_tradeoff.study.plan import open_study, plan

SPEECH = DATA / "speech_kokoro"
N_CLIPS, N_SENTENCES = 64, 8
PITCHES_HZ = {"low": 150, "middle": 300, "high": 600, "top": 1200}
RATES_HZ = tuple(range(1000, 1400, 50))
# How many there are, and the settings, rates and arms of that study.
Size = tuple[int, dict[str, Any], tuple[int, ...], tuple[str, ...]]
ARMS = ("cssd", "dkd", "standardised", "dist")


def corpora(folder: Path, n_clips: int, n_sentences: int) -> dict[str, Any]:
    """Return the settings that name noisy tones of 1 s in four classes, and sentences."""
    rng, t = np.random.default_rng(n_clips), np.arange(16000) / 16000
    for name, hz in PITCHES_HZ.items():
        (folder / name).mkdir(parents=True)
        for i in range(n_clips // len(PITCHES_HZ)):
            tone = np.sin(2 * np.pi * hz * rng.uniform(0.95, 1.05) * t) + 0.1 * rng.standard_normal(len(t))
            soundfile.write(folder / name / f"{i}.wav", 0.3 * tone, 16000)
    speech = sentences(folder.with_name(f"{folder.name}-speech"), n_sentences)
    return {
        "events": {"source": str(folder), "n_folds": 2},
        "privacy": {"words_source": str(folder)},
        "speech": {"source": str(speech)},
    }


def sentences(folder: Path, n: int) -> Path:
    """Return a folder of sentences: the same eight again and again, in other noise, so that none is longer."""
    folder.mkdir()
    with (SPEECH / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:N_SENTENCES]
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["file", "text", "speaker", "keywords"], extrasaction="ignore")
        writer.writeheader()
        for i in range(n):
            row = rows[i % N_SENTENCES]
            sound, rate_hz = soundfile.read(SPEECH / row["file"])
            noise = 1e-4 * np.random.default_rng(i).standard_normal(len(sound))
            soundfile.write(folder / f"{i}.wav", sound + noise, rate_hz)
            writer.writerow({**row, "file": f"{i}.wav"})
    return folder


def steps_s(named: dict[str, Any], rates_hz: Sequence[int], arms: Sequence[str]) -> float:
    """Return the processor seconds of all steps of a study, begun anew."""
    classify = {"batch_size": 16, "arms": list(arms)}
    config = load_config(None, {**named, "rates_hz": list(rates_hz), "classify": classify})
    with tempfile.TemporaryDirectory() as name:
        study, store = open_study(config, Path(name)), Store(Path(name))
        steps = plan(study).steps
        start = time.process_time()
        execute(steps, store, partial(run_batch, study.corpora, store), 1, lambda _: None)
        return time.process_time() - start


def tell(what: str, sizes: Sequence[int], seconds: Sequence[float]) -> str:
    """Return the times, what each doubling costs over the ideal, and the line through the times.

    >>> tell("rates", (1, 2, 4), (3.0, 5.0, 9.0))
    '1, 2, 4 rates: 3.0, 5.0, 9.0 s; 1.00 of the ideal; 2.000 s each beside 1.0 s, within 0.0 % of that line'
    """
    slope, fixed = np.polyfit(sizes, seconds, 1, w=1 / np.asarray(seconds))
    off = max(abs(fixed + slope * size - s) / s for size, s in zip(sizes, seconds, strict=True))
    listed = ", ".join(f"{s:.1f}" for s in seconds)
    grown = np.diff(seconds)
    over = ", ".join(f"{x:.2f}" for x in grown[1:] / grown[:-1] / 2)
    line = f"{slope:.3f} s each beside {abs(fixed):.1f} s, within {100 * off:.1f} % of that line"
    return f"{', '.join(map(str, sizes))} {what}: {listed} s; {over} of the ideal; {line}"


def main(n_passes: int, n_doublings: int) -> None:
    """Measure all sizes in turn and print a line for each of the four."""
    factors = [2**i for i in range(n_doublings + 1)]
    with tempfile.TemporaryDirectory() as name:
        few = corpora(Path(name) / "few", N_CLIPS, N_SENTENCES)
        rows: dict[str, list[Size]] = {
            "clips": [
                (n * N_CLIPS, corpora(Path(name) / f"{n}", N_CLIPS * n, N_SENTENCES), RATES_HZ[:1], ARMS[:1])
                for n in factors
            ],
            "utterances": [
                (
                    n,
                    few | {"speech": {"source": str(sentences(Path(name) / f"said-{n}", n))}},
                    RATES_HZ[:1],
                    ARMS[:1],
                )
                for n in (N_SENTENCES * factor for factor in factors)
            ],
            "rates": [(n, few, RATES_HZ[:n], ARMS[:1]) for n in factors if n <= len(RATES_HZ)],
            "arms": [(n, few, RATES_HZ[:1], ARMS[:n]) for n in factors if n <= len(ARMS)],
        }
        # What is loaded once for all studies of a process.
        steps_s(few, RATES_HZ[:1], ARMS[:1])
        print(f"on {cpu_name()}, one process, least of {n_passes}", flush=True)
        for what, row in rows.items():
            passes = [
                [steps_s(settings, rates_hz, arms) for _, settings, rates_hz, arms in row] for _ in range(n_passes)
            ]
            least = [min(times) for times in zip(*passes, strict=True)]
            print(tell(what, [size for size, *_ in row], least), flush=True)


if __name__ == "__main__":
    given = [*map(int, sys.argv[1:]), *(2, 3)[len(sys.argv) - 1 :]]
    main(*given)
