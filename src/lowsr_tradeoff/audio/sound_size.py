"""How many bytes of sound a header promises, and whether they are there: libsndfile reads less without a word.

Formats: RIFF/WAVE (Microsoft and IBM 1991), RF64 (EBU Tech 3306), Wave64 (Sony), AIFF, AIFF-C and CAF (Apple),
AU (Sun), SPHERE (NIST).
"""

import io
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from lowsr_tradeoff.errors import DataError

# A few chunks come before the sound.
MOST_CHUNKS = 1000
# Sizes that are written by what cannot know the length, as it writes to a pipe or was switched off: ones alone by
# ffmpeg, and from this to that by sox and arecord.
OPEN = 0x7FFF0000, 0x80000000
UNKNOWN = 0xFFFFFFFF
# libsndfile takes four bytes of ones for a size that was not known.
TO_THE_END = b"\xff" * 4
# Bytes behind the sound that may be of any kind, such as an ID3 tag; a file is filled up with zeros.
TAG_BYTES, FILL_BYTES = 128, 65536
# The header of a plain WAV, which some recorders count as sound.
HEADER_BYTES = 44
# NIST SPHERE (TIMIT): a header of text.
SPHERE = b"NIST"
SPHERE_FACTORS = ("sample_count", "channel_count", "sample_n_bytes")


@dataclass(frozen=True)
class Container:
    """How chunks lie in a file.

    Attributes:
        start: Bytes before the first chunk.
        name_bytes: Length of a chunk's name.
        size_bytes: Length of its size.
        align: Chunks begin at multiples of this.
        sound: The name of the chunk with the sound.
        head_in_size: Bytes of name and size that the size includes.
    """

    start: int
    name_bytes: int
    size_bytes: int
    order: Literal["little", "big"]
    align: int
    sound: bytes
    head_in_size: int = 0


WAV = Container(12, 4, 4, "little", 2, b"data")
W64_DATA = b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
CONTAINERS = {
    b"RIFF": WAV,
    b"RF64": WAV,
    b"BW64": WAV,
    b"RIFX": Container(12, 4, 4, "big", 2, b"data"),
    b"riff": Container(40, 16, 8, "little", 8, W64_DATA, head_in_size=24),
    b"FORM": Container(12, 4, 4, "big", 2, b"SSND"),
    b"caff": Container(8, 4, 8, "big", 1, b"data"),
}


@dataclass(frozen=True)
class Sound:
    """The sound in a file.

    Attributes:
        begins: Where its first byte is.
        promised: Its bytes, as the header says.
        size_at: Where the header says it.
        to_the_end: What would stand there if the sound went to the end of the file.
        n_there: Bytes from its first to the end of the file.
        is_ended: Whether what follows the bytes that are promised can be no sound: a chunk, or zeros.
    """

    begins: int
    promised: int
    size_at: int
    to_the_end: bytes
    n_there: int
    is_ended: bool = False

    @property
    def is_open_ended(self) -> bool:
        """Whether the header is that of a recording that was not finished, so that the sound goes to the end."""
        n = len(self.to_the_end)
        is_unknown = self.promised == 256**n - 1 or (n == 4 and OPEN[0] <= self.promised <= OPEN[1])
        is_empty = self.promised == 0 and not self.is_ended
        return self.n_there > 0 and (is_empty or (is_unknown and self.promised > self.n_there))


class Repaired(io.FileIO):
    """A file with a size in its header that takes its sound to the end of the file."""

    def __init__(self, path: Path, sound: Sound) -> None:
        super().__init__(path)
        self._at, self._size = sound.size_at, sound.to_the_end

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable memory, as of FileIO
        """Read as a file does, and put the size over what was read of it."""
        start = self.tell()
        n = super().readinto(buffer) or 0
        for i, byte in enumerate(self._size, self._at - start):
            if 0 <= i < n:
                buffer[i : i + 1] = bytes([byte])
        return n


def find_sound(path: Path) -> Sound | None:
    """Return the sound of a file, or ``None`` where its own decoder checks its size. Raises ``OSError``."""
    n_bytes = path.stat().st_size
    with path.open("rb") as file:
        kind = file.read(4)
        if kind == b".snd":
            begins, promised = (int.from_bytes(file.read(4), "big") for _ in range(2))
            return Sound(begins, promised, 8, TO_THE_END, n_bytes - begins)
        if kind == SPHERE:
            return _sphere(file, n_bytes)
        return _sound_chunk(file, CONTAINERS[kind], n_bytes) if kind in CONTAINERS else None


def check_size(path: Path, sound: Sound) -> None:
    """Raise ``DataError`` where the sound is cut off, or goes on behind the end that the header names."""
    if sound.is_open_ended:
        return
    if sound.promised > sound.n_there + HEADER_BYTES:
        raise DataError(
            f"{path}: is cut off: its header promises {sound.promised} bytes of sound and "
            f"{sound.n_there} are there; copy it again, or convert it to FLAC"
        )
    if (n_behind := sound.n_there - sound.promised) > TAG_BYTES and not sound.is_ended:
        raise DataError(
            f"{path}: has {n_behind} bytes of no known kind behind the {sound.promised} bytes of sound that its "
            "header promises, as where a header was not written anew; repair it with: sox --ignore-length OLD NEW"
        )


def _sound_chunk(file: BinaryIO, form: Container, n_bytes: int) -> Sound | None:
    """The sound of a file of chunks, or ``None`` where none is found."""
    file.seek(form.start)
    long_at = long_size = 0
    for _ in range(MOST_CHUNKS):
        begins = file.tell() + form.name_bytes + form.size_bytes
        if not (name := file.read(form.name_bytes)):
            return None
        size = int.from_bytes(file.read(form.size_bytes), form.order)
        if name == form.sound and long_at and size == UNKNOWN:
            end = (n_bytes - begins).to_bytes(8, "little")
            return _sound(file, form, begins, long_size, long_at, end, n_bytes)
        if name == form.sound:
            whole = n_bytes - begins + form.head_in_size
            end = TO_THE_END if form.size_bytes == 4 else whole.to_bytes(8, form.order)
            return _sound(file, form, begins, size, begins - form.size_bytes, end, n_bytes)
        if name == b"ds64":
            # Of RF64: the size of the file, that of the sound, the number of samples; 8 bytes each.
            long_at = begins + 8
            file.seek(long_at)
            long_size = int.from_bytes(file.read(8), "little")
        next_at = begins + size - form.head_in_size
        file.seek(min(next_at + -next_at % form.align, n_bytes))
    return None


def _sound(
    file: BinaryIO, form: Container, begins: int, size: int, size_at: int, to_the_end: bytes, n_bytes: int
) -> Sound:
    is_unknown = size in {0, 256 ** len(to_the_end) - 1}
    promised = size if is_unknown else size - form.head_in_size
    end = min(begins + promised, n_bytes)
    is_ended = _is_chunk(file, form, end, n_bytes) or (not is_unknown and _is_zero(file, end))
    return Sound(begins, promised, size_at, to_the_end, n_bytes - begins, is_ended)


def _is_chunk(file: BinaryIO, form: Container, at: int, n_bytes: int) -> bool:
    """Whether a chunk begins there, with or without the byte that makes its place even."""
    for begins in {at, at + -at % form.align}:
        file.seek(begins)
        name, size = file.read(form.name_bytes), int.from_bytes(file.read(form.size_bytes), form.order)
        is_named = len(name) == form.name_bytes and name[:4].isascii() and name[:4].decode().isprintable()
        if is_named and file.tell() + size <= n_bytes + form.align:
            return True
    return False


def _is_zero(file: BinaryIO, at: int) -> bool:
    file.seek(at)
    return not any(file.read(FILL_BYTES))


def _sphere(file: BinaryIO, n_bytes: int) -> Sound | None:
    """The sound behind a header of text, such as ``sample_count -i 16000``; ``None`` where it does not tell."""
    file.seek(0)
    head = file.read(1024).decode("ascii", "replace")
    factors = [re.search(rf"^{name} -i (\d+)", head, re.MULTILINE) for name in SPHERE_FACTORS]
    begins = re.match(r"NIST_1A\n\s*(\d+)\n", head)
    if begins is None or None in factors:
        return None
    promised = math.prod(int(found[1]) for found in factors if found)
    return Sound(int(begins[1]), promised, 0, b"", n_bytes - int(begins[1]))
