"""Command to get published weights and corpora."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lowsr_tradeoff.cli.app import app

if TYPE_CHECKING:
    from lowsr_tradeoff.corpora.download import Tell


@app.command
def fetch(name: str | None = None, /, *, to: Path = Path("downloads"), sha256: str | None = None) -> None:
    """Get published weights or a corpus, checked; without a name, list what there is.

    A transfer that broke off goes on with the same command.

    Args:
        name: cnn14-16k, resnet38, mobilenetv2 (weights), esc50, tau2019-mobile (corpora).
        to: Folder to put it in.
        sha256: What its one file must hash to, where you know better than its publisher.
    """
    from lowsr_tradeoff.corpora import fetch as fetching

    if name is None:
        for known, download in fetching.downloads().items():
            print(f"{known:15} {download.what}; {download.licence}")
        return
    wanted = fetching.find_download(name)
    print(f"{wanted.what}. {wanted.source}. Licence: {wanted.licence}.", file=sys.stderr)
    with _bar() as tell:
        place = fetching.fetch(wanted, to, sha256, tell)
    print(*place.notes, sep="\n", file=sys.stderr)
    print(place.path)


@contextmanager
def _bar() -> "Iterator[Tell]":
    """Show a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _have, _total: None
        return
    from rich import progress
    from rich.console import Console

    columns = (progress.BarColumn(), progress.DownloadColumn(), progress.TransferSpeedColumn())
    with progress.Progress(*columns, progress.TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda have, total: bar.update(task, completed=have, total=total)
