"""The kinds of files that are fuzzed: whole ones to start from, how they are changed, and who reads them.

A reader does all that the package does with such a file before it relies on it, and compares what it got with a
second way of getting it where there is one.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from random import Random

import numpy as np
import soundfile
import torch
from safetensors.torch import save_file

from lowsr_tradeoff.audio.decode import decode
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.corpora.inspect import AudioInfo, inspect_files
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.checkpoint import KERNEL, MEL_MATRIX, load_panns
from lowsr_tradeoff.listening_test.score import read_answers
from lowsr_tradeoff.power.measured.trace import trace_power
from lowsr_tradeoff.power.profiles import devices
from lowsr_tradeoff.records.run import LISTEN, MANIFEST, TRADEOFF
from lowsr_tradeoff.reports.exports import run_files
from lowsr_tradeoff.settings import study, toml
from mutations import Mutate, bytewise, jsonwise, textwise, tomlwise

# Reads the file at a path; what it returns does not matter, what it raises does.
Read = Callable[[Path], object]
RATE_HZ = 16000
CONFIGS = toml.PRESETS.parent


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Attributes:
        name: What the table calls it.
        files: Whole files by the path that their readers look for.
        mutate: How one is changed.
        read: Reads the file at that path.
    """

    name: str
    files: Mapping[Path, bytes]
    mutate: Mutate
    read: Read


def sound_kinds(folder: Path) -> Iterator[Kind]:
    """Yield WAV in four sample formats, FLAC in two, OGG in two codecs, and the other formats of libsndfile."""
    formats = {
        "WAV": ("PCM_16", "PCM_24", "FLOAT", "ULAW"),
        "W64": ("PCM_16", "FLOAT"),
        "RF64": ("PCM_16", "FLOAT"),
        "AIFF": ("PCM_16", "PCM_24"),
        "AU": ("PCM_16", "ULAW"),
        "CAF": ("PCM_16", "ALAC_16"),
        "NIST": ("PCM_16", "ULAW"),
        "FLAC": ("PCM_16", "PCM_24"),
        "OGG": ("VORBIS", "OPUS"),
    }
    for name, subtypes in formats.items():
        files = {folder / f"{subtype}.{name.lower()}": _sound(name, subtype) for subtype in subtypes}
        yield Kind(name, files, bytewise, _read_sound)


def phone_kinds(folder: Path) -> Iterator[Kind]:
    """Yield the containers of phones and browsers, which are decoded in a process of their own."""
    write = import_module("tests.audio.phones").write
    codecs = {
        "m4a": ("aac", "fltp", 16000),
        "webm": ("libopus", "flt", 48000),
        "amr": ("libopencore_amrnb", "s16", 8000),
    }
    for suffix, of in codecs.items():
        file = write(folder / f"a.{suffix}", *of, 0.3)
        yield Kind(suffix, {file: file.read_bytes()}, bytewise, _read_sound)


def table_kind(folder: Path) -> Kind:
    """Return tables: of events in five forms, of speech, a current trace, the answers of a listening test."""
    events_of_folds = tuple(f"urban/fold{1 + i % 2}/{name}" for i, name in enumerate("abcd"))
    parts = "parts/a", "parts/b"
    for name in (*(f"events/{name}" for name in "abcd"), *events_of_folds, *parts, "speech/a", "speech/b"):
        path = folder / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_sound("WAV", "PCM_16", seed=ord(name[-1])))
    trace = [(0.001 * i, 1000 + 100 * (i % 7)) for i in range(400)]
    answers = [("p", 1, "me", "true", f"clip-{i}", 1, "nine lives") for i in range(4)]
    events = [(f"{name}.wav", "xy"[name > "b"], 1 + "abcd".index(name) % 2, name) for name in "abcd"]
    urban = [(f"{name}.wav", name, 1 + i % 2, "xy"[name > "b"]) for i, name in enumerate("abcd")]
    selections = [(1, "Waveform", 0, 0.1, "x"), (1, "Spectrogram", 0, 0.1, "x"), (2, "Waveform", 0.1, 0.2, "y")]
    speech = [("a.wav", "the key is under the mat", "ann", "key"), ("b.wav", "nine hundred dollars", "bob", "")]
    files = {
        folder / "events" / "events.csv": _csv("path,label,fold,source", events),
        folder / "events" / "excel.csv": b"sep=;\r\n" + _csv("Filename;Class;Fold;fsID", events, ";"),
        folder / "urban" / "UrbanSound8K.csv": _csv("slice_file_name,fsID,fold,class", urban),
        folder / "parts" / "a.txt": b"0.0\t0.1\tx\n\\\t300.0\t-1.0\n0.1\t0.2\ty\n",
        folder / "parts" / "b.Table.1.selections.txt": _csv(
            "Selection\tView\tBegin Time (s)\tEnd Time (s)\tAnnotation", selections, "\t"
        ),
        folder / "speech" / "metadata.csv": _csv("file,text,speaker,keywords", speech),
        folder / "trace.csv": _csv("time (ms),current (uA)", trace),
        folder / "answers.csv": _csv("pack,form,listener,consent,clip,plays,text", answers),
    }
    return Kind("CSV", files, textwise, _read_table)


def settings_kind(folder: Path) -> Kind:
    """Return TOML: settings, presets, device and microphone profiles."""
    files = {folder / "study.toml": toml.dump_toml(study.StudyConfig()).encode()}
    for room in ("presets", "devices", "microphones"):
        (folder / room).mkdir(parents=True, exist_ok=True)
        files |= {folder / room / file.name: file.read_bytes() for file in sorted((CONFIGS / room).glob("*.toml"))}
    return Kind("TOML", files, tomlwise, _read_toml)


def run_kind(folder: Path) -> Kind:
    """Return the JSON that a report is drawn from again: a study of realistic size, made up for tests."""
    made = import_module("tests.reports.conftest")
    run = made.build_tradeoff(), made.build_manifest(), made.build_listen("dog", "open the door", "open a door")
    names = (TRADEOFF, TRADEOFF, MANIFEST, LISTEN)
    files = {}
    for i, name in enumerate(names):
        (folder / str(i)).mkdir()
        run_files.write_run(folder / str(i), *run)
        files[folder / str(i) / name] = (folder / str(i) / name).read_bytes()
    return Kind("tradeoff.json", files, jsonwise, _read_run)


def checkpoint_kinds(folder: Path) -> Iterator[Kind]:
    """Yield weights of one of the PANNs as safetensors and as what torch saves, in its two forms."""
    made = untrained("mobilenetv2", 527, torch.Generator().manual_seed(0))
    tensors = {name: weight.contiguous() for name, weight in made.state_dict().items()}
    tensors |= {KERNEL: torch.zeros(513, 1, 1024), MEL_MATRIX: torch.zeros(513, 64)}
    whole, zipped, old = folder / "w.safetensors", folder / "zip.pth", folder / "old.pth"
    save_file(tensors, whole)
    torch.save({"model": tensors}, zipped)
    torch.save({"model": tensors}, old, _use_new_zipfile_serialization=False)
    read = partial(load_panns, network="mobilenetv2")
    yield Kind("safetensors", {whole: whole.read_bytes()}, bytewise, read)
    yield Kind("torch checkpoint", {file: file.read_bytes() for file in (zipped, old)}, ends, read)


def ends(content: bytes, draw: Random) -> bytes:
    """Return the content changed at its beginning or at its end, where a ZIP has its table."""
    if draw.random() < 0.5:
        return bytewise(content, draw)
    kept = len(content) - 4096
    return content[:kept] + bytewise(content[kept:], draw)


def _sound(form: str, subtype: str, seed: int = 0) -> bytes:
    noise = 0.1 * np.random.default_rng(seed).standard_normal(RATE_HZ // 4).astype(np.float32)
    file = io.BytesIO()
    soundfile.write(file, noise, RATE_HZ, format=form, subtype=subtype)
    return file.getvalue()


def _csv(header: str, rows: Sequence[Sequence[object]], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(header.split(delimiter))
    writer.writerows(rows)
    return out.getvalue().encode()


def _read_sound(path: Path) -> None:
    """What is usable decodes whole to as many samples as were counted in blocks, at the rate that was found."""
    finding = inspect_files([path], None)[path]
    if not isinstance(finding, AudioInfo):
        raise DataError(finding.reason)
    samples, rate_hz = decode(path)
    if (len(samples), rate_hz) != (finding.n_samples, finding.source_rate_hz) or samples.ndim != 1:
        raise ValueError("two ways of decoding do not agree")


def _read_table(path: Path) -> object:
    if path.parent.name in {"events", "urban", "parts"}:
        source = path.parent if path.parent.name == "parts" else path
        return load_events(str(source), 2, None, 0, (1000,), 8000, skip_bad=False, cache=None)
    if path.name == "metadata.csv":
        return load_speech(str(path.parent), (1000,), 8000, skip_bad=False, cache=None)
    return trace_power(path, 3.0) if path.name == "trace.csv" else read_answers(path)


def _read_toml(path: Path) -> None:
    """A study's settings come back from their own TOML as they were."""
    if path.parent.name == "devices":
        devices.load_device(str(path))
    elif path.parent.name == "microphones":
        devices.load_part("microphones", str(path))
    else:
        read = toml.load_config(path)
        path.write_text(toml.dump_toml(read), encoding="utf-8")
        if toml.load_config(path) != read:
            raise ValueError("settings change on their way through TOML")


def _read_run(path: Path) -> None:
    """What is read is drawn, and is read back equal."""
    read = run_files.read_run(path.parent)
    run_files.write_run(path.parent, *read)
    if run_files.read_run(path.parent) != read:
        raise ValueError("a run changes on its way through JSON")
