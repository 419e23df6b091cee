"""Decode one file by FFmpeg's libraries: a script for a process of its own, which imports nothing of this package.

    python ffmpeg_process.py FILE MOST_CPU_S MOST_BYTES

Writes rate, channels and the seconds that the file claims (0 where it claims none) as three little-endian numbers,
then the samples as float32, channels interleaved. Errors go to standard error, and the exit code is 1.
"""

import struct
import sys

HEAD = struct.Struct("<IId")
# Formats that hold sound and nothing that names other files or addresses, as playlists do.
FORMATS = "mov,matroska,webm,aac,amr,amrnb,amrwb,asf,wv,ape,tta,ac3,eac3,caf"
# Formats that state their length; that of others is guessed from the bit rate.
STATING = ("mov", "matroska")


def limit(cpu_s: int, n_bytes: int) -> None:
    """Let the system end this process beyond a time or an amount of memory; systems without limits have none."""
    try:
        import resource  # noqa: PLC0415 - not there on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def decode(path: str) -> None:
    """Write the sound of the first audio stream."""
    import av  # noqa: PLC0415 - below the limits

    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    with av.open(f"file:{path}", options=options) as container:
        if not container.streams.audio:
            raise ValueError("holds no sound")
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        is_stated = container.format.name.startswith(STATING)
        claimed_s = (container.duration or 0) / av.time_base if is_stated else 0.0
        resampler, first = av.AudioResampler(format="flt"), None
        for frame in container.decode(stream):
            if first is None:
                first = frame.sample_rate, frame.layout.nb_channels
                sys.stdout.buffer.write(HEAD.pack(*first, claimed_s))
            if (frame.sample_rate, frame.layout.nb_channels) != first:
                raise ValueError("changes its rate or channels on the way")
            for part in resampler.resample(frame):
                sys.stdout.buffer.write(memoryview(part.planes[0])[: 4 * part.samples * first[1]])


if __name__ == "__main__":
    limit(int(sys.argv[2]), int(sys.argv[3]))
    try:
        decode(sys.argv[1])
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told to the parent
        sys.exit(getattr(error, "strerror", None) or str(error) or type(error).__name__)
