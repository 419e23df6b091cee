"""The Python interface: run a study, load a finished one, and get data frames and figures of it.

``docs/notebook.md`` is a worked example. The package exports these functions: ``from lowsr_tradeoff import
load_run``.
"""

import sys
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from lowsr_tradeoff.records.run import Run
from lowsr_tradeoff.reports.exports.rows import frame, points_frame
from lowsr_tradeoff.reports.exports.run_files import read_run, write_run
from lowsr_tradeoff.reports.page.html import sections
from lowsr_tradeoff.reports.sections.decision.terminal import meets, rates_table
from lowsr_tradeoff.reports.sections.decision.verdict import headline
from lowsr_tradeoff.reports.sections.entry import drawings
from lowsr_tradeoff.runner import unfinished

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
    unfinished.end(Path(out))
    return run


def load_run(folder: Path | str) -> Run:
    """Return a finished run.

    Raises:
        DataError: A file is missing, is not what it should be, or is of another version.
    """
    tradeoff, manifest, listen = read_run(Path(folder))
    return Run(tradeoff=tradeoff, manifest=manifest, listen=listen)


def table(run: Run) -> str:
    """Return the answer and a row a rate as HTML; a notebook shows it for a run that is the last line of a cell."""
    head, *rows = rates_table(run.tradeoff)
    marks = ["met" if is_met else "missed" for is_met in meets(run.tradeoff)]
    if marks:
        head, rows = (*head, "limits"), [(*row, mark) for row, mark in zip(rows, marks, strict=True)]
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    device = run.tradeoff.decision.device
    caption = f"{headline(run.tradeoff)} Each rate by its best network on {device}; ranges are 95 % intervals."
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def _shown_in_notebooks() -> None:
    """Have a notebook that runs this show runs as tables; records know nothing of reports."""
    if shell := sys.modules["IPython"].get_ipython():
        shell.display_formatter.formatters["text/html"].for_type(Run, table)


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


if "IPython" in sys.modules:
    _shown_in_notebooks()
