"""The C front end on this machine: compiled from a folder as it is delivered, and what it makes of sounds."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lowsr_tradeoff.deploy.firmware.budget import Q15
from lowsr_tradeoff.deploy.firmware.vectors import Codes
from lowsr_tradeoff.deploy.model.onnx_export import Images
from lowsr_tradeoff.errors import MissingResourceError, StageError

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O2")
FRONT_END = ("front_end.c", "spectrum.c", "levels_float.c", "levels_q15.c", "bytes.c")


def compiler() -> str:
    """Return the path of the C compiler.

    Raises:
        MissingResourceError: There is none.
    """
    found = shutil.which("cc") or shutil.which("gcc")
    if found is None:
        raise MissingResourceError("cc and gcc: not found; install a C compiler, for example apt-get install gcc")
    return found


def compiled(folder: Path, main: str, number: str, program: Path, more: Sequence[str] = ()) -> Path:
    """Return a program of a hand-over, compiled without a warning.

    Args:
        folder: The hand-over.
        main: The file with its ``main``.
        number: ``"float"`` or ``"q15"``.
        program: The file to write.
        more: Further options.

    Raises:
        MissingResourceError: There is no compiler.
        StageError: It complains.
    """
    defines = ("-DFRONT_END_Q15",) if number == Q15 else ()
    sources = [str(folder / name) for name in (main, *FRONT_END)]
    command = [compiler(), *STRICT, *defines, *more, *sources, "-o", str(program), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, own files
    if done.returncode:
        raise StageError(f"{folder}: does not compile: {done.stderr[:2000]}")
    return program


def heard_in_c(program: Path, sounds: Sequence[Codes], image: tuple[int, int]) -> Images:
    """Return the images that the compiled front end makes of some windows.

    Args:
        program: ``log_mel``, from :func:`compiled`.
        sounds: One window each.
        image: Rows and columns of each.

    Shape:
        ``(n, bands, frames)``.

    Raises:
        StageError: The program fails.
    """
    sent = b"".join(codes.astype("<i2").tobytes() for codes in sounds)
    done = subprocess.run([str(program)], input=sent, capture_output=True, check=False)  # noqa: S603 - own program
    if done.returncode:
        raise StageError(f"{program}: ended with {done.returncode}: {done.stderr.decode(errors='replace')[:2000]}")
    return np.frombuffer(done.stdout, "<f4").astype(np.float32).reshape(len(sounds), *image)
