"""At which sampling rate should this microphone run?

The package measures, at every candidate rate, what is still recognised (``classify``), what an attacker can
still recover of speech (``privacy``) and what it costs in energy (``power``), and joins the three into a
frontier, a decision and one page (``reports``).

>>> from lowsr_tradeoff import StudyConfig
>>> StudyConfig().rates_hz
(500, 1000, 2000, 4000)
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lowsr_tradeoff.notebook import figures, frames, load_run, run_study
    from lowsr_tradeoff.records.run import Run, Tradeoff
    from lowsr_tradeoff.settings.study import StudyConfig
    from lowsr_tradeoff.settings.toml import load_config

__version__ = "0.1.0"

# From 1.32 on onnxruntime reports its use to its makers and keeps an identifier in the user's folder. It reads this
# setting on import.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__all__ = ["Run", "StudyConfig", "Tradeoff", "figures", "frames", "load_config", "load_run", "run_study"]

HOMES = {
    "StudyConfig": "settings.study",
    "load_config": "settings.toml",
    "Run": "records.run",
    "Tradeoff": "records.run",
}


def __getattr__(name: str) -> object:
    """Return a name of the Python interface from where it lives: importing the package loads nothing else."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES.get(name, 'notebook')}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
