"""Command on firmware: the folder that a device is built from."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from lowsr_tradeoff.cli.app import Flag, app
from lowsr_tradeoff.cli.printing import tell
from lowsr_tradeoff.cli.progress import step_progress
from lowsr_tradeoff.errors import ConfigError


@app.command
def handover(
    run: Path,
    /,
    *,
    rate: int,
    arm: str | None = None,
    device: str | None = None,
    to: Path | None = None,
    held_out: Flag = False,
    jobs: Annotated[int | None, Parameter(name=["--jobs", "-j"])] = None,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative=())] = False,
) -> None:
    """Write a folder that firmware is built from: int8 network, front end in C, test vectors, figures.

    The network is one trained on all clips; a run that keeps none trains it. Needs the extra onnx.

    Args:
        run: Folder of a finished run.
        rate: The microphone's rate in Hz, one of the run's.
        arm: How the network was trained; when left out the recommended arm, else the most accurate.
        device: Device profile, by name or TOML path; when left out the one that the run decided for.
        to: Folder to write; RUN/handover/<operating point> when left out.
        held_out: Count on held-out clips what int8 and the C front end cost; trains every tested network again and
            needs a C compiler.
        jobs: Processes at once; the number of cores when left out.
        quiet: No progress.
    """
    from lowsr_tradeoff.deploy.firmware.target import choose_target
    from lowsr_tradeoff.reports.exports.run_files import TRADEOFF, load
    from lowsr_tradeoff.runner.machine import n_cores

    if jobs is not None and jobs < 1:
        raise ConfigError(f"--jobs {jobs}: give 1 or more")
    tradeoff = load(run / TRADEOFF)
    target = choose_target(tradeoff, rate, arm, device)
    folder = to or run / "handover" / target.name
    # What follows loads torch: a rate that the run does not have is told before.
    from lowsr_tradeoff.deploy.firmware.folder import write_handover

    with step_progress(is_quiet=quiet) as show:
        write_handover(run, tradeoff, target, folder, jobs or n_cores(), show, _tell, is_held_out_counted=held_out)
    tell(folder)


def _tell(what: str) -> None:
    tell(what, to=sys.stderr)
