"""A clip is read from its file or synthesised, whichever it is."""

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.corpora.clips import EventClip, Utterance, read
from lowsr_tradeoff.corpora.demo_events import synthesise, takes
from lowsr_tradeoff.errors import DataError


def test_a_file_is_decoded(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.array([0.5, -0.25]), 8000)
    clip = Utterance("a", "Yes.", "ann", None, (), "", tmp_path / "a.wav")
    samples, source_rate_hz = read(clip)
    assert (samples.tolist(), source_rate_hz) == ([0.5, -0.25], 8000)


def test_a_take_is_synthesised():
    take = takes(0)[0]
    clip = EventClip("a", take.label, take.fold, take.source, "", take)
    assert np.array_equal(read(clip)[0], synthesise(take)[0])


def test_a_file_that_went_away_is_named(tmp_path):
    with pytest.raises(DataError, match=r"gone\.wav: cannot be read as audio"):
        read(EventClip("a", "dog", 1, "a", "", tmp_path / "gone.wav"))
