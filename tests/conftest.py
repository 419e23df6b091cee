"""A study small enough to run whole, on real code: tones to tell apart, two sentences to overhear."""

import csv
import fcntl
import os
import pickle
from importlib.resources import files
from pathlib import Path
from shutil import copy, copytree, rmtree

import numpy as np
import pytest
import scipy.signal
import soundfile
from hypothesis import settings
from tests.classify.corpora import event_corpus

from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.settings.toml import load_config

# How long an example takes says nothing on a machine that does other things too.
settings.register_profile("unhurried", deadline=None, max_examples=50)
settings.load_profile("unhurried")

SPEECH = files("lowsr_tradeoff") / "corpora" / "data" / "speech_kokoro"


def write_tones(folder: Path, hz_of_class: dict[str, float], n_clips: int = 6, duration_s: float = 0.5) -> Path:
    """Write one subfolder per class with noisy tones near one frequency."""
    rng = np.random.default_rng(1)
    t = np.arange(int(16000 * duration_s)) / 16000
    for name, hz in hz_of_class.items():
        (folder / name).mkdir(parents=True)
        for i in range(n_clips):
            tone = 0.3 * np.sin(2 * np.pi * hz * rng.uniform(0.95, 1.05) * t + rng.uniform(0, 6))
            soundfile.write(folder / name / f"{i}.wav", tone + 0.003 * rng.standard_normal(len(t)), 16000)
    return folder


def write_speech(folder: Path, n: int = 2) -> Path:
    """Copy the first embedded sentences with their transcripts."""
    folder.mkdir(parents=True)
    with (Path(str(SPEECH)) / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:n]
    for row in rows:
        copy(Path(str(SPEECH)) / row["file"], folder)
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["file", "text", "speaker", "keywords"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def made_once(name, tmp_path_factory, make) -> Path:
    """A folder that all processes of this run of the tests share; the first that asks for it makes it."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            (folder / "whole").touch()
    return folder


def write_small_study(root: Path) -> None:
    write_tones(root / "events", {"low": 150, "high": 3000})
    write_speech(root / "speech")
    (root / "study.toml").write_text(
        'rates_hz = [500, 1000]\n[events]\nsource = "events"\nn_folds = 2\n[speech]\nsource = "speech"\n'
        '[classify]\ngrids = ["shared", "native"]\nepochs = 2\nbatch_size = 4\n'
        "[constraints]\nmin_accuracy = 0.1\n"
        '[privacy]\nwords_source = "events"\n'
    )


@pytest.fixture(scope="session")
def small_study(tmp_path_factory):
    """The settings file of a study that takes seconds."""
    return made_once("small-study", tmp_path_factory, write_small_study) / "study.toml"


@pytest.fixture(scope="session")
def small_run(small_study, tmp_path_factory):
    """This process's own copy of the folder of the small study, which ran once, and the outcome."""

    def make(folder):
        from lowsr_tradeoff.study.run import run_study

        outcome = run_study(load_config(small_study), folder / "run", 1, lambda _: None)
        (folder / "outcome").write_bytes(pickle.dumps(outcome))

    made, out = made_once("small-run", tmp_path_factory, make), tmp_path_factory.mktemp("runs") / "run"
    copytree(made / "run", out)
    return out, pickle.loads((made / "outcome").read_bytes())


# Two of the three classes differ above 1 kHz alone.
CLASSES = {"low": 200, "high a": 1200, "high b": 1800}


def write_corpus(folder, n_sources=8, takes=2, n_folds=2) -> EventCorpus:
    """Tones near one frequency per class over noise; two takes of a source differ in phase."""
    rng, clips = np.random.default_rng(0), []
    for label, hz in CLASSES.items():
        for source in range(n_sources):
            pitch_hz = hz * rng.uniform(0.95, 1.05)
            for take in range(takes):
                name = f"{label}-{source}-{take}"
                soundfile.write(folder / f"{name}.wav", tone(pitch_hz, rng), 16000)
                fold, path = 1 + source % n_folds, folder / f"{name}.wav"
                clips.append(EventClip(name, label, fold, f"{label}-{source}", sha256_of(path), path))
    return event_corpus(clips, 0.5)


def tone(hz: float, rng: np.random.Generator) -> np.ndarray:
    """Half a second that fades in and out, or its clicks would tell below 1 kHz what it is above."""
    t = np.arange(8000) / 16000
    pure = 0.2 * scipy.signal.windows.tukey(8000, 0.5) * np.sin(2 * np.pi * hz * t + rng.uniform(0, 6))
    return pure + 0.003 * rng.standard_normal(8000)


@pytest.fixture(scope="session")
def tones(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("tones"))


@pytest.fixture(scope="session")
def tones_in_three_folds(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("tones3"), n_sources=6, takes=1, n_folds=3)
