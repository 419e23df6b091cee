"""Published measurements that come with the package."""

import csv
from importlib import resources

TABLES = resources.files("lowsr_tradeoff") / "configs" / "validation"


def read_table(name: str) -> list[dict[str, str]]:
    """Return the rows of a bundled table by column name.

    >>> len(read_table("mlperf_tiny_energy"))
    123
    """
    return list(csv.DictReader((TABLES / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
