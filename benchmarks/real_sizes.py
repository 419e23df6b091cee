"""The work of whole studies, measured from outside: wall time, processor time and memory of command and workers.

    python benchmarks/real_sizes.py main                     # the README's command: 110 s, 1.6 GB; again 2.5 s
    python benchmarks/real_sizes.py esc50 FOLDER [EPOCHS]    # ESC-50 whole, four rates, default arms: 25 min, 2 GB
    python benchmarks/real_sizes.py features FOLDER [CLIPS]  # images of 20 000 clips at four rates: 12 min
    python benchmarks/real_sizes.py speech FOLDER [N]        # 300 utterances, six rates, two recognisers: 6 min

That is what is wanted at most, on two idle cores. There is no peer that does such a job as a whole; processor time
beside the wall time says what other work on the machine has cost. Memory is the largest sum of proportional set
sizes (Linux), sampled. A corpus that has fewer clips than asked for is repeated, under other names.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from lowsr_tradeoff.classify.image_steps import feature_steps
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy.attackers.attacker import NotTested
from lowsr_tradeoff.privacy.attackers.recognisers import moonshine, whisper
from lowsr_tradeoff.records.network import Grid
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.machine import cpu_name, n_cores
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

COMMAND = (sys.executable, "-m", "lowsr_tradeoff")
RATES_HZ, SPEECH_RATES_HZ, REFERENCE_RATE_HZ = (500, 1000, 2000, 4000), (500, 1000, 2000, 4000, 8000), 16_000
RATES = ("--rates", ",".join(map(str, RATES_HZ)))
GRIDS: tuple[Grid, ...] = ("shared", "native")
N_CLIPS, N_UTTERANCES = 20_000, 300
# Reading the sizes of four processes takes some 50 ms, and the processes wait for it.
SAMPLE_S = 1.0


@dataclass(frozen=True)
class Cost:
    """What a command took: wall time and processor time in s, the largest memory in GB."""

    wall_s: float
    processor_s: float
    peak_gb: float

    def __str__(self) -> str:
        return f"{self.wall_s:.1f} s, {self.processor_s:.1f} s of processor, {self.peak_gb:.2f} GB"


def cost(*command: str) -> Cost:
    """Run a command and return what it and its workers took."""
    before, start, peak_gb = getrusage(RUSAGE_CHILDREN), time.perf_counter(), 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak_gb = max(peak_gb, sum(map(memory_gb, family(process.pid))))
        time.sleep(SAMPLE_S if peak_gb else 0.01)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
    wall_s, after = time.perf_counter() - start, getrusage(RUSAGE_CHILDREN)
    processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall_s, processor_s, peak_gb)


def family(pid: int) -> list[int]:
    """Return a process and its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def memory_gb(pid: int) -> float:
    """Return the proportional set size of a process, 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1e6


def measure_main() -> None:
    """Print what the first run takes, the same command again, and its help."""
    with tempfile.TemporaryDirectory() as folder:
        job = (*COMMAND, *RATES, "--out", f"{folder}/run")
        print(f"first run: {cost(*job)}", flush=True)
        print(f"the same again: {cost(*job)}")
    print(f"--help: {cost(*COMMAND, '--help')}")


def measure_esc50(source: str, epochs: str = "15") -> None:
    """Print what a study of a whole corpus takes."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "study.toml"
        settings.write_text(f"[classify]\nepochs = {epochs}\n", encoding="utf-8")
        job = (*COMMAND, *RATES, "--events", source, "--config", str(settings), "--out", f"{folder}/run")
        print(f"{source}, {len(RATES_HZ)} rates, {epochs} epochs: {cost(*job)}")


def measure_stage(what: str, source: str, n: int) -> None:
    """Print what some steps take, in a process that is measured from here."""
    print(f"{what} of {n} clips of {source}: {cost(sys.executable, __file__, '--steps', what, source, str(n))}")


def run_features(source: str, n: int) -> None:
    """Make the images of both layouts at four rates."""
    corpus = load_events(source, 5, None, 0, RATES_HZ, REFERENCE_RATE_HZ, skip_bad=False, cache=None)
    clips = enumerate(islice(cycle(corpus.clips), n))
    many = replace(corpus, clips=tuple(replace(clip, clip_id=f"{i}") for i, clip in clips))
    config = StudyConfig(front_end=FrontEnd(), rates_hz=RATES_HZ)
    layouts = [(rate_hz, grid) for rate_hz in RATES_HZ for grid in GRIDS]
    run([step for layout in layouts for step in feature_steps(config, many, *layout)], {"events": many})


def run_speech(source: str, n: int) -> None:
    """Transcribe by both recognisers at six rates."""
    speech = load_speech(source, SPEECH_RATES_HZ, REFERENCE_RATE_HZ, skip_bad=False, cache=None)
    said = enumerate(islice(cycle(speech.utterances), n))
    many = replace(speech, utterances=tuple(replace(each, clip_id=f"{i}") for i, each in said))
    config = StudyConfig(front_end=FrontEnd(), rates_hz=SPEECH_RATES_HZ)
    both = (whisper(config, many), moonshine(config, many))
    run(
        [step for one in both if not isinstance(one, NotTested) for step in one.transcribed.values()],
        {"speech": many},
    )


def run(steps: Sequence[Step], corpora: Mapping[str, object]) -> None:
    """Run steps as a study does."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        execute(steps, store, partial(run_batch, corpora, store), n_cores(), lambda _: None)


def main(what: str, *given: str) -> None:
    """Measure one of them and print a line."""
    print(f"{cpu_name()}, {n_cores()} cores", flush=True)
    match what:
        case "main":
            measure_main()
        case "esc50":
            measure_esc50(*given)
        case "features" | "speech":
            n = N_CLIPS if what == "features" else N_UTTERANCES
            measure_stage(what, given[0], int(given[1]) if len(given) > 1 else n)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--steps"]:
        {"features": run_features, "speech": run_speech}[sys.argv[2]](sys.argv[3], int(sys.argv[4]))
    else:
        main(*(sys.argv[1:] or ["main"]))
