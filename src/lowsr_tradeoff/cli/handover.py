"""Command on firmware: the folder that a device is built from."""

import sys
from functools import partial
from pathlib import Path

from lowsr_tradeoff.cli.app import Flag, Jobs, Quiet, Rate, app
from lowsr_tradeoff.cli.printing import tell
from lowsr_tradeoff.cli.progress import step_progress


@app.command
def handover(
    run: Path,
    /,
    *,
    rate: Rate,
    arm: str | None = None,
    device: str | None = None,
    to: Path | None = None,
    held_out: Flag = False,
    jobs: Jobs = None,
    quiet: Quiet = False,
) -> None:
    """Write a folder that firmware is built from: int8 network, front end in C, test vectors, figures.

    The network is one trained on all clips; a run that keeps none trains it. Needs the extra onnx.

    Examples:
        lowsr-tradeoff handover my-run --rate 1k --device stm32u575

    Args:
        run: Folder of a finished run.
        rate: The microphone's rate in Hz, one of the run's.
        arm: How the network was trained; when left out the recommended arm, else the most accurate.
        device: Device profile, by name or TOML path; when left out the one that the run decided for.
        to: Folder to write; RUN/handover/<operating point> when left out.
        held_out: Count on held-out clips what int8 and the C front end cost; trains every tested network again and
            needs a C compiler.
    """
    from lowsr_tradeoff.deploy.firmware.target import choose_target
    from lowsr_tradeoff.records.run import TRADEOFF
    from lowsr_tradeoff.reports.exports.run_files import load
    from lowsr_tradeoff.runner.machine import n_cores

    tradeoff = load(run / TRADEOFF)
    target = choose_target(tradeoff, rate, arm, device)
    folder = to or run / "handover" / target.name
    # This loads torch, so it comes after the message about a rate that the run does not have.
    from lowsr_tradeoff.deploy.firmware.folder import write_handover

    note = partial(tell, to=sys.stderr)
    with step_progress(is_quiet=quiet) as show:
        write_handover(run, tradeoff, target, folder, jobs or n_cores(), show, note, is_held_out_counted=held_out)
    tell(folder)
