"""Formats of phones and browsers, decoded by FFmpeg's libraries in a process with limits of time and memory."""

import io
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import ffmpeg_process
from lowsr_tradeoff.audio.ffmpeg_process import HEAD
from lowsr_tradeoff.errors import DataError

# How the formats begin: MP4 and its kin with a name after four bytes; Matroska, ASF, AMR, WavPack, Monkey's Audio,
# True Audio, Core Audio (some codecs of it); AAC (ADTS) and AC-3 with their synchronisation words.
MP4_NAMES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
BEGINNINGS = (
    *(b"\x1a\x45\xdf\xa3", b"\x30\x26\xb2\x75", b"#!AMR", b"wvpk", b"MAC ", b"TTA1", b"caff"),
    *(b"\xff\xf1", b"\xff\xf9", b"\x0b\x77"),
)
# An hour of AAC takes ten seconds for 60 MB.
CPU_S, CPU_S_PER_MB = 5, 1
# Address space: most of it belongs to the libraries.
MOST_BYTES = 2**30


@dataclass(frozen=True)
class Decoded:
    """What such a file holds; blocks of samples, ``(n_samples, n_channels)``, follow.

    Attributes:
        claimed_s: Its length as it states it, 0 where it states none.
    """

    rate_hz: int
    claimed_s: float
    blocks: Iterator[NDArray[np.float32]]


def is_ffmpegs(path: Path) -> bool:
    """Return whether a file begins as one of these formats does. Raises ``OSError``."""
    with path.open("rb") as file:
        head = file.read(8)
    return head[4:] in MP4_NAMES or head.startswith(BEGINNINGS)


@contextmanager
def decoding(path: Path, block_samples: int) -> Iterator[Decoded]:
    """Yield the sound of a file; the process ends with the block.

    Raises:
        DataError: It cannot be decoded, or not within the limits.
    """
    cpu_s = CPU_S + CPU_S_PER_MB * path.stat().st_size // 10**6
    # -P: modules beside the script are not taken for libraries.
    command = [sys.executable, "-P", ffmpeg_process.__file__, str(path.absolute()), str(cpu_s), str(MOST_BYTES)]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said) as process,  # noqa: S603
    ):
        try:
            out = process.stdout or io.BytesIO()
            head = out.read(HEAD.size)
            if len(head) < HEAD.size:
                raise DataError(f"{path}: {_why(process, said, cpu_s)}")
            rate_hz, n_channels, claimed_s = HEAD.unpack(head)
            yield Decoded(rate_hz, claimed_s, _blocks(out, n_channels, block_samples))
            if process.wait():
                raise DataError(f"{path}: {_why(process, said, cpu_s)}")
        finally:
            process.kill()


def _blocks(out: IO[bytes], n_channels: int, block_samples: int) -> Iterator[NDArray[np.float32]]:
    while content := out.read(4 * n_channels * block_samples):
        # A process that was ended may have stopped between two channels.
        whole = len(content) // (4 * n_channels)
        yield np.frombuffer(content, "<f4", whole * n_channels).reshape(whole, n_channels).astype(np.float32)


def _why(process: "subprocess.Popen[bytes]", said: IO[bytes], cpu_s: int) -> str:
    """Why a process ended without the whole sound."""
    ended_by = -process.wait()
    if ended_by in {signal.SIGXCPU, signal.SIGKILL}:
        return f"cannot be read as audio: decoding takes more than {cpu_s} s; convert it to WAV, FLAC or OGG"
    said.seek(0)
    reason = (
        said.read(500).decode("utf-8", "replace").strip() or f"the decoder ended with code {process.returncode}"
    )
    return f"cannot be read as audio ({reason}); convert it to WAV, FLAC or OGG"
