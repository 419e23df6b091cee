"""Say whether two runs found the same figures, to the last digit: ``benchmarks/same_figures.py RUN_A RUN_B``.

Keys of steps, versions and the schema's layout may differ; a text may differ if it holds the same numbers. Runs of
schema 3, whose lists lay side by side, are compared with those of later schemas.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NUMBER = re.compile(r"\d+(?:\.\d+)?")
MOST_SHOWN = 20
# Where schema 4 holds what schema 3 held at the top.
PLACES = {
    "classify": "recognition.results",
    "contrasts": "recognition.contrasts",
    "sensitivity": "recognition.sensitivity",
    "optimism": "recognition.optimism",
    "published": "recognition.published",
    "diagnoses": "recognition.diagnoses",
    "humps": "recognition.humps",
    "privacy": "privacy.words",
    "rate_differences": "privacy.rate_differences",
    "intelligibility": "privacy.intelligibility",
    "attacks": "privacy.attacks",
    "learning_curves": "privacy.learning_curves",
    "power": "power.results",
    "devices": "power.devices",
    "power_errors": "power.errors",
    "microphones": "front_ends",
}
STAGES = ("recognition", "privacy", "power")
# What may differ between two versions of the program.
APART = ("schema_version", "provenance")


def figures(run: Path) -> dict[str, Any]:
    """Return what a run found, by dotted name as in schema 4."""
    tree = json.loads((run / "tradeoff.json").read_text(encoding="utf-8"))
    if tree["schema_version"] < 4:
        tree = {PLACES.get(name, name): value for name, value in tree.items()}
    else:
        stages = {f"{stage}.{name}": value for stage in STAGES for name, value in tree.pop(stage).items()}
        tree |= stages
    return {name: value for name, value in tree.items() if name not in APART}


def differences(a: object, b: object, where: str) -> Iterator[str]:
    """Yield where two trees of JSON differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted(a.keys() | b.keys()):
            if name in a and name in b:
                yield from differences(a[name], b[name], f"{where}.{name}".strip("."))
            else:
                yield f"{where}.{name}: only in {'the first' if name in a else 'the second'}"
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, pair in enumerate(zip(a, b, strict=True)):
            yield from differences(*pair, f"{where}[{i}]")
    elif a != b and not _says_the_same(a, b):
        yield f"{where}: {a!r} against {b!r}"


def _says_the_same(a: object, b: object) -> bool:
    return isinstance(a, str) and isinstance(b, str) and NUMBER.findall(a) == NUMBER.findall(b)


def main(first: Path, second: Path) -> None:
    """Print the differences and exit with 1 where there is one."""
    a, b = figures(first), figures(second)
    found = list(differences(a, b, ""))
    print(*found[:MOST_SHOWN], sep="\n") if found else print(f"equal: {json.dumps(a).count(',') + 1} values")
    sys.exit(bool(found))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
