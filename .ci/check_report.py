"""Fail unless a run folder holds a complete report: every file, every figure, every measurement.

Usage: python .ci/check_report.py RUN
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.exports.run_files import read_run, to_csv
from lowsr_tradeoff.reports.page.assets import embedded

FIGURES = (
    *("frontier", "accuracy", "recall", "confusion", "information", "recoverability", "energy"),
    *("attackers", "privacy", "intelligibility", "power", "battery", "sensitivity"),
)
BESIDE = ("claims.md", "decision.md", "results.parquet")
RATES_HZ = (500, 1000, 2000, 4000)
# Debian's browser, which else tries to reach its maker.
BROWSER = (
    "chromium --headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"
)


def main(run: Path) -> None:
    """Check the run folder and print what was found."""
    tradeoff, _, listen = read_run(run)
    page, table = ((run / name).read_text(encoding="utf-8") for name in ("report.html", "results.csv"))
    drawings = defaultdict(lambda: {"data": []}, json.loads(embedded(page, "content"))["specs"])
    faults = [
        *(f"figure {name} is missing" for name in FIGURES if f'<div class="plot" id="{name}"' not in page),
        *(f"figure {name} has no data" for name in FIGURES if not drawings[name]["data"]),
        *(f"{rate} Hz is missing" for rate in RATES_HZ if rate not in {p.rate_hz for p in tradeoff.points}),
        *(["results.csv differs from tradeoff.json"] if table != to_csv(tradeoff) else []),
        *(f"{name} is missing" for name in BESIDE if not (run / name).exists()),
        *(["a clip to listen to is missing"] if len(listen.clips) != _n_heard(tradeoff) else []),
        *_unanswered(run / "report.html"),
    ]
    if faults:
        sys.exit("\n".join(faults))
    print(f"{run}: {len(FIGURES)} figures, {len(tradeoff.points)} operating points, {len(page) / 1e6:.1f} MB page")


def _n_heard(tradeoff: Tradeoff) -> int:
    """An utterance and an event of each class at every rate and the reference."""
    return (1 + len(tradeoff.recognition.results[0].class_recall)) * (len(RATES_HZ) + 1)


def _unanswered(page: Path) -> list[str]:
    """What a browser does not show on the first screen; nothing where there is no browser."""
    if shutil.which("chromium") is None:
        print("no chromium: the page was not opened")
        return []
    with tempfile.TemporaryDirectory() as profile:
        command = [*BROWSER.split(), "--disable-sync", f"--user-data-dir={profile}", "--virtual-time-budget=8000"]
        dom = subprocess.run(
            [*command, "--dump-dom", page.resolve().as_uri()],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
    found = {"a rate": len(re.findall(r'data-why="\d+"', dom)), "a point": dom.count('<g class="point')}
    wanted = len(RATES_HZ) + 1
    return [f"the browser shows {what} {n} times, not {wanted}" for what, n in found.items() if n != wanted]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
