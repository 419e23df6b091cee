"""What a study loses to kills at random instants and to changed bytes: nothing, or this says what.

    python benchmarks/faults.py [stops] [bytes] [kills] [--times 100] [--mean-s S] [--config FILE] [--jobs N]
                                [--keep DIR]

``stops`` measures how long SIGINT and SIGTERM take. ``bytes`` changes one random byte in every artefact and runs
once more. ``kills`` kills the study, workers and all, with SIGKILL again and again, starts it anew with the same
command each time until it finishes, compares its tradeoff.json with that of an undisturbed run, and begins afresh
until there were so many kills. The time to the next kill is drawn from an exponential law, so that no instant of
the work is likelier than another. All three when none is named; the main job without --config.

A kill that comes before the step under way is done wins nothing for the run, so the mean time to a kill is a ninth
of what the undisturbed run took on the machine as loaded as it is (18 s of 166 s), unless --mean-s gives another.

With --keep the runs stay in DIR, and every kill and every finished run is a line of ``kills.jsonl`` there as soon
as it is known; the same command goes on from it.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from lowsr_tradeoff.runner.machine import cpu_name, n_cores
from lowsr_tradeoff.runner.store import whole_record

RATES = ("--rates", "500,1000,2000,4000")
PARTS = ("stops", "bytes", "kills")
# In the time that the undisturbed run took, on average.
KILLS_A_RUN = 9
# After SIGKILL, until the system has cleared the processes away.
GONE_S = 60.0
# Parts that the work is divided into, to show that the kills are spread over all of it.
N_SHARES = 5

Line = dict[str, Any]


def start(command: Sequence[str], out: Path) -> subprocess.Popen[str]:
    """Return the study, started on a folder in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "lowsr_tradeoff", *command, "--out", str(out), "--quiet"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(command: Sequence[str], out: Path) -> tuple[bytes, str, float]:
    """Return what an undisturbed run finds and says, and its wall time in s."""
    began = time.perf_counter()
    process = start(command, out)
    _, said = process.communicate()
    if process.returncode:
        sys.exit(f"exit code {process.returncode}: {said}")
    return (out / "tradeoff.json").read_bytes(), said, time.perf_counter() - began


def killed(command: Sequence[str], out: Path, pause_s: float | None) -> bool:
    """Return whether the study was still running after a pause, and no process of it is any more.

    Without a pause it runs to its end.
    """
    process = start(command, out)
    try:
        _, said = process.communicate(timeout=pause_s)
    except subprocess.TimeoutExpired:
        return True
    finally:
        _end_group(process)
    if process.returncode:
        sys.exit(f"exit code {process.returncode}: {said}")
    return False


def _end_group(process: subprocess.Popen[str]) -> None:
    """Kill what is left of a study, driver and workers at once, and wait until nothing is."""
    until_s = time.monotonic() + GONE_S
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        while time.monotonic() < until_s:
            os.killpg(process.pid, 0)
            time.sleep(0.01)
        sys.exit("a worker has outlived SIGKILL")


def kill_often(command: Sequence[str], folder: Path, times: int, mean_s: float, wanted: bytes) -> Iterator[Line]:
    """Yield a line for every kill and every finished run, those of an earlier call first."""
    log = folder / "kills.jsonl"
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []
    yield from lines
    kills = [line for line in lines if "killed_s" in line]
    n_runs, is_begun = len(lines) - len(kills), bool(lines) and "killed_s" in lines[-1]
    while len(kills) < times or is_begun:
        out = folder / f"killed-{n_runs}"
        pause_s = random.Random(f"kill {len(kills)}").expovariate(1 / mean_s) if len(kills) < times else None
        is_begun = killed(command, out, pause_s)
        if is_begun:
            line = {"run": n_runs, "after_s": pause_s, **_left(out)}
            kills.append(line)
        else:
            line = {"run": n_runs, **_ended(out, wanted, [kill for kill in kills if kill["run"] == n_runs])}
            n_runs += 1
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        yield line


def _left(out: Path) -> Line:
    """What a kill left: whole results, results that are not, files that were being written."""
    are_whole = [whole_record(path) is not None for path in results(out)]
    n_half = len(list((out / "steps").glob("*/.*")))
    found = {"n_finished": sum(are_whole), "n_damaged": are_whole.count(False), "n_half_written": n_half}
    return {"killed_s": time.time(), **found}


def _ended(out: Path, wanted: bytes, kills: Sequence[Line]) -> Line:
    """What a run found in the end, and the stage of the result that came next after each of its kills."""
    made = sorted((record.stat().st_mtime, record.parent.name) for record in results(out))
    stages = [next((stage for at_s, stage in made if at_s > kill["killed_s"]), "report") for kill in kills]
    return {"is_same": (out / "tradeoff.json").read_bytes() == wanted, "stages": stages}


def results(out: Path) -> list[Path]:
    """Return the records of all results in a run's folder."""
    return list((out / "steps").glob("*/[!.]*.json"))


def tell(line: Line, n_total: int) -> str:
    """Return a line for a person."""
    if "is_same" in line:
        return f"run {line['run']} finished: {'the same' if line['is_same'] else 'ANOTHER'} tradeoff.json"
    wrong = f", {line['n_damaged']} DAMAGED" if line["n_damaged"] else ""
    where = f"{line['n_finished']} of {n_total} results finished, {line['n_half_written']} half written{wrong}"
    return f"run {line['run']} killed after {line['after_s']:.1f} s: {where}"


def table(lines: Sequence[Line], n_total: int) -> Iterator[str]:
    """Yield what came of all kills, as Markdown."""
    kills = [line for line in lines if "killed_s" in line]
    ends = [line for line in lines if "is_same" in line]
    shares = Counter(min(N_SHARES - 1, N_SHARES * line["n_finished"] // n_total) for line in kills)
    stages = Counter(stage for line in ends for stage in line["stages"])
    yield "\n| what | found |"
    yield "|---|---|"
    yield f"| kills, runs that finished | {len(kills)}, {len(ends)} |"
    yield f"| runs with another tradeoff.json | {sum(not line['is_same'] for line in ends)} |"
    yield f"| results on disk after a kill that were not whole | {sum(line['n_damaged'] for line in kills)} |"
    yield f"| kills that cut off the writing of a file | {sum(line['n_half_written'] > 0 for line in kills)} |"
    for i in range(N_SHARES):
        bounds = f"{100 * i // N_SHARES} to {100 * (i + 1) // N_SHARES}"
        yield f"| kills with {bounds} % of the {n_total} results finished | {shares[i]} |"
    for stage, n in stages.most_common():
        yield f"| kills before the next result of stage {stage} | {n} |"


def flip_bytes(out: Path) -> int:
    """Change one random byte of every artefact; return how many there are."""
    drawn = random.Random(2)
    paths = sorted(path for path in (out / "steps").rglob("*") if path.is_file())
    for path in paths:
        content = bytearray(path.read_bytes())
        content[drawn.randrange(len(content))] ^= drawn.randrange(1, 256)
        path.write_bytes(content)
    return len(paths)


def stop_s(command: Sequence[str], out: Path, how: signal.Signals) -> float:
    """Return how long a run takes to end, in s, once it is asked to while steps are under way."""
    process = start(command, out)
    while not results(out):
        time.sleep(0.02)
    began = time.perf_counter()
    os.kill(process.pid, how)
    process.communicate()
    return time.perf_counter() - began


def measure_stops(command: Sequence[str], folder: Path) -> None:
    """Print how long a run takes to end when it is asked to."""
    for how in (signal.SIGINT, signal.SIGTERM):
        waits_s = [stop_s(command, folder / f"{how.name}-{i}", how) for i in range(3)]
        print(f"{how.name}: ended after {max(waits_s):.2f} s at most, of 3", flush=True)


def measure_bytes(command: Sequence[str], whole: Path, wanted: bytes) -> None:
    """Print what comes of a changed byte in every file of the undisturbed run."""
    n_files = flip_bytes(whole)
    found, said, _ = finish(command, whole)
    outcome = "same" if found == wanted else "another"
    n_told = said.count("was damaged")
    print(
        f"one byte changed in each of {n_files} files: {n_told} results told, {outcome} tradeoff.json", flush=True
    )


def measure(asked: argparse.Namespace, folder: Path) -> None:
    """Run the parts that were asked for in a folder and print them."""
    command = ["--jobs", asked.jobs, *(("--config", asked.config) if asked.config else RATES)]
    wanted, _, wall_s = finish(command, folder / "whole")
    n_total = len(results(folder / "whole"))
    print(f"undisturbed: {n_total} results, {wall_s:.0f} s on {cpu_name()}, {n_cores()} cores, --jobs {asked.jobs}")
    if "stops" in asked.parts:
        measure_stops(command, folder)
    if "bytes" in asked.parts:
        measure_bytes(command, folder / "whole", wanted)
    if "kills" in asked.parts:
        took = folder / "undisturbed_s"
        if not took.exists():
            took.write_text(f"{wall_s}", encoding="ascii")
        mean_s = asked.mean_s or float(took.read_text(encoding="ascii")) / KILLS_A_RUN
        lines = []
        for line in kill_often(command, folder, asked.times, mean_s, wanted):
            lines.append(line)
            print(tell(line, n_total), flush=True)
        print(*table(lines, n_total), sep="\n")


def main() -> None:
    """Measure in the folder that was named, or in a temporary one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=PARTS, metavar="|".join(PARTS))
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--mean-s", type=float)
    parser.add_argument("--config")
    parser.add_argument("--jobs", default=str(n_cores()))
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"{', '.join(unknown)}: choose from {', '.join(PARTS)}")
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
        measure(asked, asked.keep)
    else:
        with tempfile.TemporaryDirectory() as name:
            measure(asked, Path(name))


if __name__ == "__main__":
    main()
