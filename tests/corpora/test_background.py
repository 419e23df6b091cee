from itertools import pairwise

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.audio.decode import decode
from lowsr_tradeoff.corpora.background import load_background, spans_by_fold
from lowsr_tradeoff.corpora.clips import Recording
from lowsr_tradeoff.corpora.events import events_of
from lowsr_tradeoff.errors import DataError, StageError
from lowsr_tradeoff.settings.alarms import AlarmSettings
from lowsr_tradeoff.settings.groups import EventsSettings
from lowsr_tradeoff.settings.study import StudyConfig

RATES_HZ = (1000, 16000)


def write(file, duration_s=2.0, rate_hz=16000, seed=0):
    file.parent.mkdir(parents=True, exist_ok=True)
    noise = 0.01 * np.random.default_rng(seed).standard_normal(int(duration_s * rate_hz))
    soundfile.write(file, noise, rate_hz)
    return file


def recordings(*durations_s):
    return [Recording(str(i), str(i), 100, int(100 * s), None) for i, s in enumerate(durations_s)]


def test_every_second_is_heard_in_one_fold():
    for durations_s in ((10,), (10, 7), (5, 4, 3, 2, 1, 9)):
        given = recordings(*durations_s)
        spans = [span for each in spans_by_fold(given, [1, 2, 3]).values() for span in each]
        for recording in given:
            own = sorted((s.begin, s.end) for s in spans if s.recording == recording)
            assert (own[0][0], own[-1][1]) == (0, recording.n_samples)
            assert all(first[1] == second[0] for first, second in pairwise(own))


def test_folds_have_about_as_much_sound():
    spans = spans_by_fold(recordings(*range(1, 30)), [1, 2, 3, 4, 5])
    hours = [sum(span.duration_s for span in each) for each in spans.values()]
    assert max(hours) < 1.1 * min(hours)


def test_the_parts_of_a_recording_are_the_recording(tmp_path):
    file = write(tmp_path / "long.flac", 11.3)
    background = load_background(str(file), RATES_HZ, None, skip_bad=False)
    spans = spans_by_fold(background, [1, 2, 3, 4])
    parts = [np.concatenate(list(span.blocks())) for each in spans.values() for span in each]
    assert np.array_equal(np.concatenate(parts), decode(file)[0])
    assert [span.name for span in spans[2]] == ["long.flac#t=2.825,5.65"]


def test_a_recording_that_changed_since_it_was_inspected_is_refused(tmp_path):
    file = write(tmp_path / "long.flac")
    ((span,), *_) = spans_by_fold(load_background(str(file), RATES_HZ, None, skip_bad=False), [1]).values()
    assert list(span.blocks())
    write(file, seed=1)
    with pytest.raises(StageError, match=r"^long\.flac: .* has changed since the run was planned"):
        list(span.blocks())


def test_files_at_any_depth_are_taken_and_others_passed_over(tmp_path):
    write(tmp_path / "a" / "b" / "1.wav", seed=1)
    write(tmp_path / "2.wav", seed=2)
    (tmp_path / "notes.txt").write_text("")
    found = load_background(str(tmp_path), RATES_HZ, None, skip_bad=False)
    assert [each.name for each in found] == ["2.wav", "a/b/1.wav"]


def test_all_problems_come_at_once(tmp_path):
    write(tmp_path / "1.wav")
    write(tmp_path / "2.wav")
    write(tmp_path / "low.wav", rate_hz=8000)
    (tmp_path / "broken.flac").write_bytes(b"fLaC")
    with pytest.raises(DataError) as told:
        load_background(str(tmp_path), RATES_HZ, None, skip_bad=False)
    for said in ("2.wav: has the same bytes as 1.wav", "below the 16000 Hz asked for", "broken.flac: "):
        assert said in str(told.value)
    assert [each.name for each in load_background(str(tmp_path), RATES_HZ, None, skip_bad=True)] == ["1.wav"]


def test_an_empty_folder_is_told(tmp_path):
    with pytest.raises(DataError, match="holds no recordings; give --background"):
        load_background(str(tmp_path), RATES_HZ, None, skip_bad=False)


def test_a_clip_of_the_corpus_is_no_background(tmp_path):
    for label in ("dog", "rain"):
        for i in range(4):
            write(tmp_path / "events" / label / f"{i}.wav", seed=i + 10 * len(label))
    alarms = AlarmSettings(target="dog", background=str(tmp_path / "events" / "rain"))
    events = EventsSettings(source=str(tmp_path / "events"), n_folds=2)
    config = StudyConfig(rates_hz=(1000,), events=events, alarms=alarms)
    with pytest.raises(
        DataError, match=r"has the same bytes as the clip rain/0\.wav, which networks are trained on"
    ):
        events_of(config, None)
    assert events_of(replace_alarms(config), None).background == ()


def replace_alarms(config):
    return config.model_copy(update={"alarms": AlarmSettings(target="dog")})
