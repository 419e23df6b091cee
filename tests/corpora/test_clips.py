"""A clip is read from its file or synthesised, whichever it is."""

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.audio.decode import Excerpt
from lowsr_tradeoff.corpora.clips import EventClip, Utterance, read
from lowsr_tradeoff.corpora.demo_events import synthesise, takes
from lowsr_tradeoff.corpora.inspect import content_digest
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.files.reading import sha256_of


def test_a_file_is_decoded(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.array([0.5, -0.25]), 8000)
    clip = Utterance("a", "Yes.", "ann", None, (), sha256_of(tmp_path / "a.wav"), tmp_path / "a.wav")
    samples, source_rate_hz = read(clip)
    assert (samples.tolist(), source_rate_hz) == ([0.5, -0.25], 8000)


def test_a_take_is_synthesised():
    take = takes(0)[0]
    clip = EventClip("a", take.label, take.fold, take.source, "", take)
    assert np.array_equal(read(clip)[0], synthesise(take)[0])


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(b"RIFF"), lambda path: path.unlink()])
@pytest.mark.parametrize("part", [None, (0.0, 0.1)])
def test_a_file_that_changed_since_it_was_inspected_is_refused(change, part, tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.full(1600, 0.5), 8000)
    audio = Excerpt(path, *part) if part else path
    clip = EventClip("a", "dog", 1, "a", content_digest(audio, sha256_of(path)), audio)
    assert read(clip)[1] == 8000
    change(path)
    with pytest.raises(StageError, match=r"a: .*a\.wav has changed since the run was planned"):
        read(clip)
