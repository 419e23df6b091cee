"""The C front end on this machine: compiled as it is handed over, and run on sounds."""

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


def find_compiler() -> str:
    """Return the path of the C compiler; raises :class:`MissingResourceError` where there is none."""
    found = shutil.which("cc") or shutil.which("gcc")
    if found is None:
        raise MissingResourceError("cc and gcc: not found; install a C compiler, for example apt-get install gcc")
    return found


def compile_program(folder: Path, main: str, number: str, program: Path, options: Sequence[str] = ()) -> Path:
    """Compile a program of a hand-over in ``"float"`` or ``"q15"``, without a warning, and return its path."""
    defines = ("-DFRONT_END_Q15",) if number == Q15 else ()
    sources = [str(folder / name) for name in (main, *FRONT_END)]
    command = [find_compiler(), *STRICT, *defines, *options, *sources, "-o", str(program), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, own files
    if done.returncode:
        raise StageError(f"{folder}: does not compile: {done.stderr[:2000]}")
    return program


def images_in_c(program: Path, windows: Sequence[Codes], image: tuple[int, int]) -> Images:
    """Return the images that the program ``log_mel`` makes of windows of sound. Shape ``(n, *image)``."""
    sent = b"".join(codes.astype("<i2").tobytes() for codes in windows)
    done = subprocess.run([str(program)], input=sent, capture_output=True, check=False)  # noqa: S603 - own program
    if done.returncode:
        raise StageError(f"{program}: ended with {done.returncode}: {done.stderr.decode(errors='replace')[:2000]}")
    return np.frombuffer(done.stdout, "<f4").astype(np.float32).reshape(len(windows), *image)
