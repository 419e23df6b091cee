"""The Python interface: run a study, load a finished one, and get data frames and figures of it.

``docs/notebook.md`` is a worked example. The package exports these functions: ``from lowsr_tradeoff import
load_run``.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lowsr_tradeoff.records.run import Run
from lowsr_tradeoff.reports.exports.rows import frame, points_frame
from lowsr_tradeoff.reports.exports.run_files import read_run, write_run
from lowsr_tradeoff.reports.page.html import sections
from lowsr_tradeoff.reports.sections.entry import drawings

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from lowsr_tradeoff.runner.schedule import Progress
    from lowsr_tradeoff.settings.study import StudyConfig


def run_study(
    config: "StudyConfig", out: Path | str, jobs: int = 1, report: "Callable[[Progress], None]" = lambda _: None
) -> Run:
    """Return the finished study, with the report and all other files written to its folder.

    Results that are in the folder already are reused. The number of parallel processes, ``jobs``, changes no
    figure; a script that asks for more than one must call this below ``if __name__ == "__main__":``.

    Raises:
        ConfigError: The settings cannot be used, or another run uses the folder.
        DataError: The corpora have problems; nothing has run.
        StageError: The folder cannot be written, or no step that counts has finished.
    """
    from lowsr_tradeoff.study import run as study  # noqa: PLC0415 - two seconds, which loading a finished run does without

    run = study.run_study(config, Path(out), jobs, report)
    write_run(Path(out), run.tradeoff, run.manifest, run.listen)
    return run


def load_run(folder: Path | str) -> Run:
    """Return a finished run.

    Raises:
        DataError: A file is missing, is not what it should be, or is of another version.
    """
    tradeoff, manifest, listen = read_run(Path(folder))
    return Run(tradeoff=tradeoff, manifest=manifest, listen=listen)


def frames(run: Run) -> dict[str, "pd.DataFrame"]:
    """Return a run's figures as data frames by name: ``"points"`` has one row for each operating point.

    The others have one row for each figure, with the columns of ``results.csv`` that are not empty: ``"classify"``,
    ``"privacy"``, ``"attack"``, ``"power"``, ``"frontier"`` …
    """
    stages = frame(run.tradeoff).groupby("stage", sort=False)
    tidy = {str(stage): rows.dropna(axis="columns", how="all") for stage, rows in stages}
    return {"points": points_frame(run.tradeoff), **tidy}


def figures(run: Run) -> dict[str, "go.Figure"]:
    """Return the figures of the report by name; a notebook shows each by itself."""
    import plotly.graph_objects as go  # noqa: PLC0415 - half a second, for who wants drawings

    return {
        name: go.Figure(drawing)
        for section in sections(run.tradeoff, run.listen)
        for name, drawing in drawings(section.entries).items()
    }
