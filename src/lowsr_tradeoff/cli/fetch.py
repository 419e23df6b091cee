"""Command to get published weights and corpora."""

import sys
from pathlib import Path

from lowsr_tradeoff.cli.app import app
from lowsr_tradeoff.cli.printing import tell
from lowsr_tradeoff.cli.progress import byte_progress


@app.command
def fetch(name: str | None = None, /, *, to: Path = Path("downloads"), sha256: str | None = None) -> None:
    """Get published weights or a corpus, checked; without a name, list what there is.

    A transfer that broke off goes on with the same command.

    Examples:
        lowsr-tradeoff fetch esc50 --to corpora

    Args:
        name: yamnet, yamnet-256, cnn14-16k, resnet38, mobilenetv2 (weights), esc50, tau2019-mobile (corpora).
        to: Folder to put it in.
        sha256: SHA-256 that its one file must have, in place of the one known here.
    """
    from lowsr_tradeoff.corpora.published.catalogue import downloads, find_download
    from lowsr_tradeoff.corpora.published.fetch import fetch as fetch_files

    if name is None:
        for known, download in downloads().items():
            tell(f"{known:15} {download.what}; {download.licence}")
        return
    wanted = find_download(name)
    tell(f"{wanted.what}. {wanted.source}. Licence: {wanted.licence}.", to=sys.stderr)
    with byte_progress() as show:
        fetched = fetch_files(wanted, to, sha256, show)
    tell(*fetched.notes, to=sys.stderr)
    tell(fetched.path)
