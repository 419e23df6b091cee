import dataclasses

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.privacy.attackers.vocabulary.attack import RECIPE
from lowsr_tradeoff.privacy.attackers.vocabulary.spotter import _as_long, answers
from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.settings.front_end import FrontEnd

# Two fake words differ in what is heard at 1 kHz; a third word differs from the second above 500 Hz alone.
WORDS = {"ba": (120, 350), "bu": (350, 120), "bi": (350, 120)}
N_SPEAKERS, N_TAKES = 6, 5


def fake_word(word, rng):
    """Two tones one after the other: their order tells "ba" from "bu"; a hiss at 3.3 kHz tells "bi"."""
    t = np.arange(3200) / 16000
    tones = [np.sin(2 * np.pi * hz * rng.uniform(0.95, 1.05) * t) * np.hanning(3200) for hz in WORDS[word]]
    hiss = np.sin(2 * np.pi * 3300 * np.arange(6400) / 16000) * np.hanning(6400) if word == "bi" else 0
    return 0.2 * (np.concatenate(tones) + hiss) + 0.002 * rng.standard_normal(6400)


@pytest.fixture(scope="module")
def fake(tmp_path_factory) -> EventCorpus:
    folder, rng = tmp_path_factory.mktemp("words"), np.random.default_rng(0)
    lines = ["path,label,source"]
    for speaker in range(N_SPEAKERS):
        for word in WORDS:
            for take in range(N_TAKES):
                soundfile.write(folder / f"{speaker}{word}{take}.wav", fake_word(word, rng), 16000)
                lines.append(f"{speaker}{word}{take}.wav,{word},{speaker}")
    (folder / "words.csv").write_text("\n".join(lines))
    return load_events(str(folder / "words.csv"), 3, None, 0, (1000,), 16000, skip_bad=False, cache=None)


def heard(corpus, rate_hz=1000, **front_end) -> CaptureSettings:
    return CaptureSettings(corpus=corpus.summary.digest, rate_hz=rate_hz, front_end=FrontEnd(**front_end), seed=0)


def said(corpus, scores):
    return [corpus.summary.classes[i] for i in scores.argmax(axis=1)]


def share_right(corpus, scores, *words):
    rows = [(clip.label, word) for clip, word in zip(corpus.clips, said(corpus, scores), strict=True)]
    kept = [(truth, word) for truth, word in rows if truth in words]
    return np.mean([truth == word for truth, word in kept])


def relabelled(corpus, labels) -> EventCorpus:
    clips = [dataclasses.replace(clip, label=label) for clip, label in zip(corpus.clips, labels, strict=True)]
    return dataclasses.replace(corpus, clips=tuple(clips))


def test_words_that_differ_in_the_band_are_recovered_from_unseen_speakers(fake):
    scores = answers(fake, heard(fake), RECIPE)
    assert share_right(fake, scores, "ba") > 0.9
    # What tells these two apart is not in the capture.
    assert share_right(fake, scores, "bu", "bi") < 0.75
    full = said(fake, answers(fake, heard(fake, 16000), RECIPE.model_copy(update={"epochs": 30})))
    assert (
        np.mean([(word == "bi") == (clip.label == "bi") for clip, word in zip(fake.clips, full, strict=True)]) > 0.9
    )


def test_who_learns_folded_speech_uses_what_a_filter_would_have_kept_out(fake):
    # So few words take more epochs than the digits.
    scores = answers(fake, heard(fake, filter="none"), RECIPE.model_copy(update={"epochs": 30}))
    # Sampled at 1 kHz without a filter, 3.3 kHz is heard at 300 Hz.
    assert share_right(fake, scores, "bu", "bi") > 0.9


def test_no_tested_speaker_is_in_training(fake):
    speakers_of = [{clip.source for clip in fake.clips if clip.fold == fold} for fold in (1, 2, 3)]
    assert sum(map(len, speakers_of)) == len(set.union(*speakers_of)) == N_SPEAKERS
    labels = [clip.label if clip.fold > 1 else "ba" for clip in fake.clips]
    true, false = (answers(corpus, heard(fake), RECIPE) for corpus in (fake, relabelled(fake, labels)))
    tested = np.array([clip.fold == 1 for clip in fake.clips])
    # Other labels of the tested fold change nothing there, and something where they are learnt from.
    np.testing.assert_array_equal(true[tested], false[tested])
    assert (true[~tested] != false[~tested]).any()


def test_labels_of_chance_are_recovered_by_chance(fake):
    labels = np.random.default_rng(1).permutation([clip.label for clip in fake.clips]).tolist()
    corpus = relabelled(fake, labels)
    n_right = share_right(corpus, answers(corpus, heard(corpus), RECIPE), *WORDS) * len(labels)
    # Four standard deviations of a binomial with p = 1/3 around 30 of 90.
    assert abs(n_right - 30) < 18


def test_the_same_seed_gives_the_same_bytes(fake):
    short = RECIPE.model_copy(update={"epochs": 1})
    one, two = (answers(fake, heard(fake), short).tobytes() for _ in range(2))
    assert one == two


def test_a_training_that_diverges_says_so(fake):
    wild = RECIPE.model_copy(update={"learning_rate": 1e30, "epochs": 2})
    with pytest.raises(StageError, match="diverged"):
        answers(fake, heard(fake), wild)


def test_one_clip_is_one_row_in_the_order_of_the_corpus(fake):
    short = RECIPE.model_copy(update={"epochs": 1})
    scores = answers(fake, heard(fake), short)
    assert scores.shape == (len(fake.clips), len(WORDS))
    assert all(isinstance(clip, EventClip) for clip in fake.clips)


def test_of_fewer_speakers_it_learns_in_as_many_steps(fake):
    # 150 clips are four batches of 32 and a rest that is left out; 15 are one batch.
    assert _as_long(RECIPE, 150, 15).epochs == 4 * RECIPE.epochs
    assert _as_long(RECIPE, 150, 150) == RECIPE
    short = RECIPE.model_copy(update={"epochs": 1})
    # Of four other speakers a quarter is one.
    assert (answers(fake, heard(fake), short) != answers(fake, heard(fake), short, share=0.25)).any()
