"""The report of a finished run, and of one blown up to 50 rates, 10 arms and 5 devices: time, size, browser.

    OMP_NUM_THREADS=1 python benchmarks/report.py RUN [FOLDER]

Writing the report runs in a process of its own, from reading the run's files to the last one written. The large run
is made from the given one: its figures are repeated at other rates, arms and devices, each moved by a few per cent,
so that no two are alike; it is kept in FOLDER where one is given. Chromium opens each page from its file without a
network. A page is interactive when the sliders have given their first answer, counted from the start of the
navigation. The response of a slider counts from setting it to the frame in which answer and frontier are painted;
the median of 30 counts.
"""

import itertools
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar, get_args

from lowsr_tradeoff.classify.arms import ARMS
from lowsr_tradeoff.decision import frontier
from lowsr_tradeoff.decision.answer import decide
from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.privacy import LeakKind
from lowsr_tradeoff.records.run import LISTEN, MANIFEST, TRADEOFF, Tradeoff
from lowsr_tradeoff.reports.exports.run_files import REPORT, load, to_json
from lowsr_tradeoff.runner.machine import cpu_name
from lowsr_tradeoff.settings.limits import Constraints
from lowsr_tradeoff.statistics.joint_draws import kept

N_RATES, N_ARMS, N_DEVICES = 50, 10, 5
MOVED = 0.03
N_SLIDES = 30

R = TypeVar("R", bound=Record)

WRITE = """
import json, resource, sys, time
from pathlib import Path
start = time.perf_counter()
from lowsr_tradeoff.reports.exports.run_files import read_run, write_run
write_run(Path(sys.argv[1]), *read_run(Path(sys.argv[1])))
peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([time.perf_counter() - start, time.process_time(), peak_kb / 1024]))
"""
SLIDE = """async (n) => {
  const slider = document.getElementById("min_accuracy"), times = [];
  for (let at = 0; at < n; at += 1) {
    const start = performance.now();
    slider.value = 10 + (37 * at) % 80;
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    const worked = performance.now() - start;
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
    times.push([worked, performance.now() - start]);
  }
  return times;
}"""


def enlarged(tradeoff: Tradeoff) -> Tradeoff:
    """Return the study repeated at more rates, arms and devices."""
    draw = random.Random(0)
    rates_hz = [round(500 * 2 ** (index / 10)) for index in range(N_RATES)]
    classify = _at(draw, tradeoff.recognition.results, "arm", [arm.name for arm in ARMS[:N_ARMS]], rates_hz)
    attacks = _at_rates(draw, tradeoff.privacy.attacks, rates_hz)
    devices = [tradeoff.decision.device, *(f"device {index}" for index in range(1, N_DEVICES))]
    feasible = [result for result in tradeoff.power.results if not result.infeasible]
    power = [
        result.model_copy(update={"grid": grid})
        for grid in ("shared", "native")
        for result in _at(draw, feasible, "device", devices, rates_hz)
    ]
    asked = Constraints.model_validate(tradeoff.decision.constraints)
    leaked = [
        leak
        for kind in get_args(LeakKind)
        for leak in _at_rates(draw, [leak for leak in tradeoff.leaks if leak.kind == kind], rates_hz)
    ]
    points = frontier.join(classify, leaked, power, asked, tradeoff.privacy_axis)
    by_rate = ("contrasts", "diagnoses", "privacy", "intelligibility")
    return tradeoff.model_copy(
        update={
            "rates_hz": tuple(rates_hz),
            "classify": tuple(classify),
            "attacks": tuple(attacks),
            "leaks": tuple(leaked),
            "power": tuple(power),
            "points": points,
            "decision": decide(points, asked, tradeoff.decision.device),
            **{name: tuple(_at_rates(draw, getattr(tradeoff, name), rates_hz)) for name in by_rate},
        }
    )


def _at(
    draw: random.Random, records: Sequence[R], name: str, values: Sequence[str], rates_hz: Sequence[int]
) -> list[R]:
    """One record for every value of a field and every rate."""
    places = itertools.product(values, rates_hz)
    templates = itertools.cycle(records)
    return [_moved(draw, next(templates), **{name: value, "rate_hz": rate_hz}) for value, rate_hz in places]


def _at_rates(draw: random.Random, records: Sequence[R], rates_hz: Sequence[int]) -> list[R]:
    """Each rate gets the records of one of the rates that there are."""
    by_rate: dict[int, list[R]] = {}
    for record in records:
        by_rate.setdefault(dict(record)["rate_hz"], []).append(record)
    groups = zip(rates_hz, itertools.cycle(by_rate.values()), strict=False)
    return [_moved(draw, record, rate_hz=rate_hz) for rate_hz, group in groups for record in group]


def _moved(draw: random.Random, record: R, **update: object) -> R:
    """The record with each figure and draw moved down by a few per cent."""
    moved = {
        name: _figure(draw, value) if isinstance(value, Measurement) else _draws(draw, value)
        for name, value in record
        if isinstance(value, Measurement) or name.endswith("_draws")
    }
    return record.model_copy(update={**moved, **update})


def _figure(draw: random.Random, figure: Measurement) -> Measurement:
    by = 1 - MOVED * draw.random()
    ends = (("value", figure.value), ("low", figure.low), ("high", figure.high))
    return figure.model_copy(update={name: None if end is None else end * by for name, end in ends})


def _draws(draw: random.Random, draws: Sequence[float]) -> tuple[float, ...]:
    return kept(value * (1 - MOVED * draw.random()) for value in draws)


def written(folder: Path) -> str:
    """Return what writing the report takes, and what the page weighs."""
    command = [sys.executable, "-c", WRITE, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    wall_s, cpu_s, peak_mb = json.loads(done.stdout)
    size_mb = (folder / REPORT).stat().st_size / 1e6
    return f"{wall_s:.2f} s ({cpu_s:.2f} s of processor time), {peak_mb:.0f} MB of memory; page {size_mb:.2f} MB"


def opened(page: Path) -> str:
    """Return how soon the page is interactive in Chromium, and how quickly its sliders answer."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        with playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as browser:
            tab = browser.new_page(offline=True)
            tab.goto(page.resolve().as_uri())
            tab.wait_for_selector("html[data-is-drawn]", state="attached")
            interactive_ms = float(tab.evaluate("document.documentElement.dataset.answersAfterMs"))
            times = tab.evaluate(SLIDE, N_SLIDES)
    worked, painted = (statistics.median(each) for each in zip(*times, strict=True))
    slider = f"slider {painted:.0f} ms to the painted frame, {worked:.1f} ms of it its own work"
    return f"interactive after {interactive_ms / 1000:.2f} s; {slider}"


def main() -> None:
    """Print both reports' figures and the machine."""
    run = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        large = Path(sys.argv[2] if len(sys.argv) > 2 else scratch)
        large.mkdir(exist_ok=True)
        (large / TRADEOFF).write_text(to_json(enlarged(load(run / TRADEOFF))))
        for name in (MANIFEST, LISTEN):
            shutil.copy(run / name, large / name)
        for label, folder in ((str(run), run), (f"{N_RATES} rates x {N_ARMS} arms x {N_DEVICES} devices", large)):
            print(f"{label}: {written(folder)}; {opened(folder / REPORT)}")
    print(f"on {cpu_name()}, at {time.strftime('%F')}")


if __name__ == "__main__":
    main()
