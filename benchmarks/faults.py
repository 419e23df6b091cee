"""What a study loses to kills at random instants and to changed bytes: nothing, or this says what.

    python benchmarks/faults.py [--times 100] [--config FILE] [--jobs N]

Measures how long SIGINT and SIGTERM take. Changes one random byte in every artefact and runs once more. Then kills
the study with SIGKILL at a random instant, starts it again, and so on until it finishes; compares its tradeoff.json
with that of an undisturbed run; begins anew until there were so many kills. Without --config it is the main job.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lowsr_tradeoff.manifest import cpu_name, n_cores


def start(command: list[str], out: Path) -> subprocess.Popen[str]:
    """Return the study, started on a folder in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "lowsr_tradeoff", *command, "--out", str(out), "--quiet"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(command: list[str], out: Path) -> tuple[bytes, str, float]:
    """Return what an undisturbed run finds and says, and its wall time in s."""
    began = time.perf_counter()
    process = start(command, out)
    _, said = process.communicate()
    if process.returncode:
        sys.exit(f"exit code {process.returncode}: {said}")
    return (out / "tradeoff.json").read_bytes(), said, time.perf_counter() - began


def killed(command: list[str], out: Path, pause_s: float) -> bool:
    """Return whether the study was still running after a pause, and is not any more."""
    process = start(command, out)
    try:
        process.wait(pause_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    if process.returncode:
        sys.exit(f"exit code {process.returncode}")
    return False


def kill_often(command: list[str], folder: Path, times: int, wall_s: float, wanted: bytes) -> tuple[int, int]:
    """Return how many kills there were and how many finished runs differed from the undisturbed one."""
    drawn, n_kills, n_runs, n_different = random.Random(1), 0, 0, 0
    while n_kills < times:
        out = folder / f"killed-{n_runs}"
        while n_kills < times and killed(command, out, drawn.uniform(0, wall_s)):
            n_kills += 1
        found, _, _ = finish(command, out)
        n_runs, n_different = n_runs + 1, n_different + (found != wanted)
        print(f"{n_kills} kills, {n_runs} runs finished, {n_different} differ", flush=True)
    return n_runs, n_different


def flip_bytes(out: Path) -> int:
    """Change one random byte of every artefact; return how many there are."""
    drawn = random.Random(2)
    paths = sorted(path for path in (out / "steps").rglob("*") if path.is_file())
    for path in paths:
        content = bytearray(path.read_bytes())
        content[drawn.randrange(len(content))] ^= drawn.randrange(1, 256)
        path.write_bytes(content)
    return len(paths)


def stop_s(command: list[str], out: Path, how: signal.Signals) -> float:
    """Return how long a run takes to end, in s, once it is asked to while steps are under way."""
    process = start(command, out)
    while not list((out / "steps").rglob("*.json")):
        time.sleep(0.02)
    began = time.perf_counter()
    os.kill(process.pid, how)
    process.communicate()
    return time.perf_counter() - began


def main() -> None:
    """Run all three and print them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--config")
    parser.add_argument("--jobs", default=str(n_cores()))
    asked = parser.parse_args()
    command = ["--jobs", asked.jobs, *(["--config", asked.config] if asked.config else [])]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted, _, wall_s = finish(command, folder / "whole")
        print(f"undisturbed: {wall_s:.0f} s on {cpu_name()}, {n_cores()} cores, --jobs {asked.jobs}", flush=True)
        for how in (signal.SIGINT, signal.SIGTERM):
            waits_s = [stop_s(command, folder / f"{how.name}-{i}", how) for i in range(3)]
            print(f"{how.name}: ended after {max(waits_s):.2f} s at most, of 3", flush=True)
        n_files = flip_bytes(folder / "whole")
        found, said, _ = finish(command, folder / "whole")
        outcome = "same" if found == wanted else "another"
        n_told = said.count("was damaged")
        print(f"one byte changed in each of {n_files} files: {n_told} results told, {outcome} tradeoff.json")
        n_runs, n_different = kill_often(command, folder, asked.times, wall_s, wanted)
        print(f"{asked.times} SIGKILLs at random instants: {n_runs} runs, {n_different} with another tradeoff.json")


if __name__ == "__main__":
    main()
