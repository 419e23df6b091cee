"""What all corpora share: rates that a source cannot give, and every fault of every row in one pass."""

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.corpora.check import audio_fault, rate_fault, usable
from lowsr_tradeoff.corpora.inspect import AudioInfo
from lowsr_tradeoff.corpora.rows import CorpusRow, Listing


def write(path, seed, rate_hz=16000):
    soundfile.write(path, np.random.default_rng(seed).uniform(-0.5, 0.5, 4000), rate_hz)
    return path


@pytest.mark.parametrize(
    ("source_rate_hz", "rates_hz", "reason"),
    [
        (16000, [500, 16000], None),
        (8000, [500, 16000], "is sampled at 8000 Hz, below the 16000 Hz asked for; lower --reference-rate"),
        (8000, [16000], "is sampled at 8000 Hz, below the 16000 Hz asked for; lower --reference-rate"),
        (
            4000,
            [500, 8000, 16000],
            "is sampled at 4000 Hz, below the 8000, 16000 Hz asked for; lower --rates and --reference-rate",
        ),
        (
            8000,
            [16000, 16000],
            "is sampled at 8000 Hz, below the 16000 Hz asked for; lower --rates and --reference-rate",
        ),
    ],
)
def test_a_rate_above_the_sources_says_what_to_lower(source_rate_hz, rates_hz, reason):
    assert rate_fault(source_rate_hz, rates_hz) == reason
    assert audio_fault(AudioInfo(digest="", source_rate_hz=source_rate_hz, n_samples=9999), rates_hz) == reason


def test_a_clip_shorter_than_one_captured_sample_is_a_fault():
    click = AudioInfo(digest="", source_rate_hz=16000, n_samples=31)
    assert audio_fault(click, [500, 16000]) == "is shorter than one sample at 500 Hz"
    assert audio_fault(click, [1000, 16000]) is None


def test_all_faults_of_all_rows_are_found_in_one_pass(tmp_path):
    write(tmp_path / "good.wav", 0)
    (tmp_path / "copy.wav").write_bytes((tmp_path / "good.wav").read_bytes())
    (tmp_path / "empty.wav").touch()
    write(tmp_path / "low.wav", 1, 8000)
    names = ["good.wav", "copy.wav", "empty.wav", "low.wav", "none.wav", "empty.wav"]
    rows = [CorpusRow(f"{i} {name}", tmp_path / name, "dog", None) for i, name in enumerate(names)]
    unlabelled = CorpusRow("6", tmp_path / "low.wav", "", "has more fields")
    listing = Listing("c", tmp_path, (*rows, unlabelled))
    faults = [lambda row: None if row.annotation else "has no label"]
    kept, info_of, problems = usable(listing, faults, [500, 16000], None)
    assert [row.where for row in kept] == ["0 good.wav"]
    assert info_of[kept[0].path].n_samples == 4000
    low = "is sampled at 8000 Hz, below the 16000 Hz asked for; lower --reference-rate"
    assert {(problem.where, problem.reason) for problem in problems} == {
        ("1 copy.wav", "has the same bytes as 0 good.wav"),
        ("2 empty.wav", "is empty (0 bytes)"),
        ("3 low.wav", low),
        ("3 low.wav", "names the same file as 6, which says otherwise"),
        ("4 none.wav", "does not exist"),
        ("5 empty.wav", "names the same file as 2 empty.wav"),
        ("5 empty.wav", "is empty (0 bytes)"),
        ("6", "has more fields"),
        ("6", "has no label"),
        ("6", "names the same file as 3 low.wav"),
        ("6", low),
    }
    assert sum(problem.n_clips for problem in problems) == 6
