"""The C front end on 100 clips, and with the int8 network on every held-out one, against Python's own.

    OMP_NUM_THREADS=1 python benchmarks/firmware.py [RATE_HZ ...]

Fold by fold of the embedded corpus a network is trained on the other folds and brought to int8; the held-out clips
are heard by Python, and by the C front end in float and in 16-bit fixed point. Prints how far the images differ,
what each chain recognises, and how long one window takes on this machine in C and in Python.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lowsr_tradeoff.corpora.events import events_of
from lowsr_tradeoff.deploy.firmware.budget import NUMBERS
from lowsr_tradeoff.deploy.firmware.compile import compile_program, images_in_c
from lowsr_tradeoff.deploy.firmware.folder import C_SOURCES
from lowsr_tradeoff.deploy.firmware.headers import settings_header, tables
from lowsr_tradeoff.deploy.firmware.held_out import chain_accuracies
from lowsr_tradeoff.deploy.firmware.vectors import Codes, clip_codes, images_of
from lowsr_tradeoff.deploy.model.onnx_export import Images
from lowsr_tradeoff.deploy.model.train import make_package, plan_model, run_plan
from lowsr_tradeoff.files.writing import write_atomic
from lowsr_tradeoff.learning.mel import Layout, lay_out
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.reports.wording import percent, points
from lowsr_tradeoff.runner.machine import cpu_name
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

N_CLIPS = 100
DB_PER_NEPER = 10 / np.log(10)


def hand_over_at(rate_hz: int, root: Path) -> None:
    """Print every figure at one rate."""
    arms = ClassifySettings(arms=("finetuned",), grids=("native",))
    config, store = StudyConfig(front_end=FrontEnd(), rates_hz=(rate_hz,), classify=arms), Store(root / "run")
    corpus = events_of(config, None)
    plan = plan_model(config, corpus, Condition(rate_hz, "native", "finetuned"), is_int8_counted=True)
    run_plan(plan, store, 1, lambda at: print(at.label))
    layout = lay_out(rate_hz, "native", corpus.clip_s)
    settings = make_package(plan, store, None).settings
    sources = {source.name: source.read_bytes() for source in C_SOURCES.iterdir()}
    sources |= {
        "settings.h": settings_header(layout, settings, (0.01, 0), 0.0).encode(),
        "tables.h": tables(layout).encode(),
    }
    for name, content in sources.items():
        write_atomic(root / name, content)
    programs = {number: compile_program(root, "log_mel.c", number, root / number) for number in NUMBERS}

    clips = corpus.clips[:: len(corpus.clips) // N_CLIPS][:N_CLIPS]
    sounds = [clip_codes(clip, settings.features) for clip in clips]
    for number, program in programs.items():
        print(f"{rate_hz} Hz, {number}, {len(sounds)} clips: {differences(program, sounds, layout)}")
    for each in chain_accuracies(plan, store, programs, layout):
        print(f"{rate_hz} Hz, {each.chain}: {percent(each.accuracy)}; minus the study's {points(each.difference)}")


def differences(program: Path, sounds: list[Codes], layout: Layout) -> str:
    """How far the images of C and Python differ, and how long each takes."""
    python_s, expected = timed(lambda: images_of(sounds, layout))
    c_s, found = timed(lambda: images_in_c(program, sounds, layout.image))
    off = np.abs(found - expected)
    middle_db = DB_PER_NEPER * float(np.median(off, axis=(1, 2)).max())
    return (
        f"levels differ by at most {off.max():.1e} ({DB_PER_NEPER * off.max():.3f} dB), the middle one of the "
        f"worst clip by {middle_db:.4f} dB; {1e6 * c_s / len(sounds):.0f} us a window, "
        f"Python {1e6 * python_s / len(sounds):.0f} us"
    )


def timed(work: Callable[[], Images]) -> tuple[float, Images]:
    """The best of three passes in seconds, and what came of it."""
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        found = work()
        taken.append(time.perf_counter() - start)
    return min(taken), found


if __name__ == "__main__":
    print(cpu_name())
    for given in sys.argv[1:] or ("500", "1000", "4000"):
        with TemporaryDirectory() as folder:
            hand_over_at(int(given), Path(folder))
