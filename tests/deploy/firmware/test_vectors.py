"""Vectors reach the ends of the scale, are what the network hears, and pass on nobody's clips unasked."""

import csv
import dataclasses
import io

import numpy as np
from tests.deploy.small_model import package

from lowsr_tradeoff.corpora.events import events_of
from lowsr_tradeoff.deploy.firmware.vectors import Sound, clip_sounds, images_of, synthetic_sounds, vector_files
from lowsr_tradeoff.learning.log_mel import log_mel
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.settings.study import StudyConfig

LAYOUT = lay_out(1000, "native", 1.0)
FEATURES = package(clip_s=1.0).settings.features


def test_synthetic_sounds_fill_a_window_and_the_scale():
    sounds = {sound.name: sound.codes for sound in synthetic_sounds(LAYOUT, 0)}
    assert {len(codes) for codes in sounds.values()} == {1000}
    assert not sounds["silence"].any()
    assert set(sounds["loudest"].tolist()) == {-32768, 32767}
    assert 2 < sounds["soft"].std() < 4
    again = synthetic_sounds(LAYOUT, 0)
    assert all((sound.codes == sounds[sound.name]).all() for sound in again)


def test_images_are_those_that_training_rounds():
    codes = synthetic_sounds(LAYOUT, 0)[1].codes
    (image,) = images_of([codes], LAYOUT)
    rounded = log_mel((codes / 32768).astype(np.float32), 1000, LAYOUT)
    np.testing.assert_array_equal(image.astype(np.float16), rounded)


def test_own_clips_are_passed_on_only_where_reports_include_them():
    demo = events_of(StudyConfig(), None)
    assert len(clip_sounds(demo, FEATURES, is_included=False)) == 8
    own = dataclasses.replace(demo, is_own=True, clips=demo.clips[:1])
    assert clip_sounds(own, FEATURES, is_included=False) == ()
    (sound,) = clip_sounds(own, FEATURES, is_included=True)
    assert sound.description == own.clips[0].label
    assert np.abs(sound.codes).max() > 100


def test_files_hold_what_was_said_little_end_first_and_labels_do_no_harm():
    sound = Sound("one", '=HYPERLINK("x")\n' + "y" * 200, np.array([1, -2], np.int16))
    files = dict(vector_files([sound], np.full((1, 2, 3), -1.5), np.array([[0.0, 2.0]]), ("a", "@b")))
    assert files["vectors/one.i16"] == b"\x01\x00\xfe\xff"
    assert files["vectors/one.log_mel.f32"] == np.full(6, -1.5, "<f4").tobytes()
    assert files["vectors/names.txt"] == b"one\n"
    _, (name, what, answer) = csv.reader(io.StringIO(files["vectors/index.csv"].decode()))
    assert (name, answer) == ("one", "1 '@b")
    assert what.startswith("'=HYPERLINK")
    assert len(what) <= 61
