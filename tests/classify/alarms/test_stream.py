import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.classify.alarms.heard import NO_TARGET, TOO_LITTLE, heard
from lowsr_tradeoff.classify.alarms.stream import LEAST_SHARED, Piece, _windows, windows_of
from lowsr_tradeoff.classify.feature_step import captured_clip
from lowsr_tradeoff.classify.step_settings import FeatureSettings
from lowsr_tradeoff.corpora.background import load_background
from lowsr_tradeoff.corpora.clips import clips_of
from lowsr_tradeoff.settings.front_end import FrontEnd

RATE_HZ = 1000


def asked(corpus, fold=1, rate_hz=RATE_HZ) -> FeatureSettings:
    return FeatureSettings(
        rate_hz=rate_hz,
        grid="native",
        front="compact",
        as_published=False,
        fold=fold,
        clips="",
        clip_s=corpus.clip_s,
        front_end=FrontEnd(),
        seed=0,
    )


def with_background(corpus, folder, durations_s):
    rng = np.random.default_rng(5)
    for i, duration_s in enumerate(durations_s):
        soundfile.write(folder / f"{i}.flac", 0.01 * rng.standard_normal(int(16000 * duration_s)), 16000)
    background = load_background(str(folder), (RATE_HZ, 16000), None, skip_bad=False)
    return type(corpus)(corpus.summary, corpus.clips, corpus.clip_s, corpus.is_own, background)


def piece(n, recording=-1, clip=-1):
    return Piece(np.arange(n, dtype=np.float32), recording, clip)


def test_windows_tile_the_sound_whatever_its_pieces():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(5000).astype(np.float32)
    cuts = np.sort(rng.choice(5000, 30, replace=False))
    pieces = [Piece(part, i, -1) for i, part in enumerate(np.split(x, cuts))]
    found = list(_windows(iter(pieces), 1000, 400, 130))
    assert len(found) == (5000 - 400) // 130 + 1
    for i, window in enumerate(found):
        assert np.array_equal(window.samples, x[130 * i : 130 * i + 400])
        assert window.start_s == pytest.approx(0.13 * i)
        middle = 130 * i + 200
        assert window.recording == np.searchsorted(cuts, middle, side="right")


def test_a_hop_longer_than_the_window_skips_sound():
    found = list(_windows(iter([piece(100, 0)]), 10, 10, 40))
    assert [window.samples[0] for window in found] == [0, 40, 80]


@pytest.mark.parametrize("offset", range(0, 240, 20))
def test_a_window_holds_the_clip_of_which_it_shares_enough(offset):
    """Of a clip of 100 samples in windows of 100: from half of it on; touched a little it counts for nothing."""
    sounds = [piece(100 + offset, 0), piece(100, clip=3), piece(400, 1)]
    for window in _windows(iter(sounds), 100, 100, 100):
        begin = round(100 * window.start_s)
        shared = max(0, min(begin + 100, offset + 200) - max(begin, offset + 100)) / 100
        expected = 3 if shared >= LEAST_SHARED else TOO_LITTLE if shared else NO_TARGET
        assert window.clip == expected


def test_every_clip_of_the_target_is_held_by_a_window_when_windows_touch(tones):
    for target, label in enumerate(tones.summary.classes):
        found = list(windows_of(tones, asked(tones), target, tones.clip_s))
        n = sum(clip.label == label for clip in clips_of(tones, 1))
        assert set(range(n)) <= {window.clip for window in found}


def test_the_target_is_met_at_any_phase(tones):
    starts = []
    for fold in (1, 2):
        windows = list(windows_of(tones, asked(tones, fold), 0, 0.01))
        first_of = {}
        for window in windows:
            if window.clip >= 0:
                first_of.setdefault(window.clip, window.start_s)
        starts += [at % tones.clip_s for at in first_of.values()]
    assert np.std(starts) > tones.clip_s / 8


def test_a_clip_sounds_in_the_stream_as_it_did_in_training(tones):
    wanted = heard(tones, 1, 0).clips[0]
    sound = captured_clip(wanted, asked(tones))
    stream = np.concatenate([w.samples for w in windows_of(tones, asked(tones), 0, tones.clip_s)])
    at = np.correlate(stream, sound, "valid").argmax()
    assert np.array_equal(stream[at : at + len(sound)], sound)


def test_all_rates_meet_the_same_sounds_at_the_same_times(tones):
    low, high = (list(windows_of(tones, asked(tones, rate_hz=rate), 0, tones.clip_s)) for rate in (1000, 4000))
    assert [(w.clip, w.recording) for w in low] == [(w.clip, w.recording) for w in high]


def test_no_fold_hears_what_another_hears(tones, tmp_path):
    corpus = with_background(tones, tmp_path, [3, 4, 5, 6])
    names = [set(heard(corpus, fold, 0).recordings) for fold in (1, 2)]
    assert not names[0] & names[1]
    assert names[0] | names[1] == {f"{i}.flac" for i in range(4)}


def test_one_recording_is_cut_into_a_part_for_each_fold(tones, tmp_path):
    corpus = with_background(tones, tmp_path, [10])
    known = [heard(corpus, fold, 0) for fold in (1, 2)]
    assert [each.recordings for each in known] == [("0.flac#t=0,5",), ("0.flac#t=5,10",)]
    assert [each.background_s for each in known] == [(5.0,), (5.0,)]


def test_recordings_end_in_the_stream_where_they_end(tones, tmp_path):
    corpus = with_background(tones, tmp_path, [30, 20])
    for fold in (1, 2):
        known = heard(corpus, fold, 0)
        found = list(windows_of(corpus, asked(tones, fold), 0, tones.clip_s))
        clips_s = len(known.clips) * tones.clip_s
        assert len(found) == pytest.approx((sum(known.background_s) + clips_s) / tones.clip_s, abs=2)


def test_without_a_background_the_other_classes_are_the_background(tones):
    known = heard(tones, 1, 0)
    others = [clip for clip in clips_of(tones, 1) if clip.label != tones.summary.classes[0]]
    assert sum(known.background_s) == pytest.approx(len(others) * tones.clip_s)
    assert set(known.recordings) == {clip.source for clip in others}
