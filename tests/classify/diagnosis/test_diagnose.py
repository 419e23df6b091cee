"""Studies whose networks are made up: what they say of every clip is known, so every diagnostic is."""

import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from tests.classify.corpora import event_corpus

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.classify.arms import reference_of
from lowsr_tradeoff.classify.diagnosis.diagnose import diagnose
from lowsr_tradeoff.classify.diagnosis.spectrum import run as run_spectrum
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, folds_of
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

# Tones at these frequencies: at 1 kHz the last two classes are not heard.
CLASSES = {"a": 100, "b": 300, "c": 1000, "d": 3000}
RATES_HZ = (500, 1000, 8000)
CONFIG = StudyConfig(
    front_end=FrontEnd(),
    rates_hz=RATES_HZ,
    n_resamples=200,
    classify=ClassifySettings(grids=("native",), arms=("finetuned", "basd", "cssd"), n_seeds=2),
)
N_FOLDS, N_SOURCES, TAKES = 3, 12, 2
EMBEDDED = 6


def corpus_of(folder, classes=CLASSES) -> EventCorpus:
    clips = []
    for label, hz in classes.items():
        soundfile.write(folder / f"{label}.wav", 0.5 * np.sin(2 * np.pi * hz * np.arange(8000) / 16000), 16000)
        for source in range(N_SOURCES):
            for take in range(TAKES):
                name, path = f"{label}-{source}-{take}", folder / f"{label}.wav"
                clips.append(
                    EventClip(name, label, 1 + source % N_FOLDS, f"{label}-{source}", sha256_of(path), path)
                )
    return event_corpus(clips, 0.5)


def shares_right(condition: Condition) -> float:
    """CSSD leads at 1 kHz alone; the reference is always right."""
    leads = {500: 0.3, 1000: 0.8, 8000: 0.9}
    if condition.rate_hz == 16000:
        return 1.0
    return leads[condition.rate_hz] if (condition.arm, condition.rate_hz) == ("cssd", 1000) else 0.3


def said(condition: Condition, corpus, n: int, seed: int) -> dict[str, np.ndarray]:
    """Embeddings and scores of all clips in joined order; a wrong answer is the next class."""
    rng = np.random.default_rng(seed)
    classes = [clip.label for fold in folds_of(corpus) for clip in corpus.clips if clip.fold == fold]
    truth = np.array([corpus.summary.classes.index(label) for label in classes])
    named = np.where(rng.random(n) < shares_right(condition), truth, (truth + 1) % len(CLASSES))
    embeddings = 0.1 * rng.standard_normal((n, EMBEDDED))
    embeddings[:, : len(CLASSES)] += np.eye(len(CLASSES))[named]
    return {"logits": 3 * embeddings[:, : len(CLASSES)], "embeddings": embeddings}


def diagnosed(corpus, store, config=CONFIG):
    """The diagnoses and the hump tests of a study."""
    return diagnose(stage.plan(config, corpus).diagnosis, corpus, store)


def write_study(config, corpus, store, leave_out=()) -> None:
    plan = stage.plan(config, corpus)
    run_spectrum(plan.diagnosis.needs[:1], corpus, store)
    folds = [fold for fold in folds_of(corpus) for clip in corpus.clips if clip.fold == fold]
    numbered = list(plan.trained.items())
    for number, (condition, steps) in enumerate(numbered):
        for run, step in enumerate(steps):
            everything = said(condition, corpus, len(folds), 1000 * number + run)
            tested = np.array(folds) == folds_of(corpus)[run % N_FOLDS]
            arrays = {
                f"{part}_{kind}": values[rows].astype(np.float32)
                for kind, values in everything.items()
                for part, rows in (("test", tested), ("train", ~tested))
            }
            store.write(step, {}, {name: a for name, a in arrays.items() if name not in leave_out})


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return corpus_of(tmp_path_factory.mktemp("tones"))


@pytest.fixture(scope="module")
def store(corpus, tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("runs") / "run")
    write_study(CONFIG, corpus, store)
    return store


@pytest.fixture(scope="module")
def found(corpus, store):
    return {(one.rate_hz, one.grid): one for one in diagnosed(corpus, store)[0]}


def test_one_record_per_rate_and_layout_ascending(found):
    assert list(found) == [(500, "native"), (1000, "native"), (8000, "native")]
    assert all([t.arm for t in one.teachers] == ["basd", "cssd"] for one in found.values())
    assert all([i.arm for i in one.information] == ["finetuned", "basd", "cssd"] for one in found.values())


def test_the_classes_entropy_is_counted(found):
    assert found[500, "native"].class_entropy.value == pytest.approx(2)
    assert found[500, "native"].class_entropy.basis == "counted"


def test_a_better_network_has_more_usable_information_and_loses_less(found):
    by_arm = {one.arm: one for one in found[1000, "native"].information}
    assert by_arm["cssd"].usable_scaled.value > by_arm["finetuned"].usable_scaled.value + 0.3
    assert 0 < by_arm["cssd"].lost.value < by_arm["finetuned"].lost.value
    assert found[1000, "native"].reference_usable.value == pytest.approx(2, abs=0.05)


def test_what_is_lost_is_the_difference_to_the_reference(found):
    one = found[1000, "native"]
    for arm in one.information:
        assert arm.lost.value == pytest.approx(one.reference_usable.value - arm.usable_scaled.value)
        assert arm.lost.low <= arm.lost.value <= arm.lost.high


def test_the_teachers_are_the_same_rates_network_and_the_references(found):
    basd, cssd = found[1000, "native"].teachers
    assert basd.on_test_clips.accuracy.value == pytest.approx(0.3, abs=0.1)
    assert cssd.on_test_clips.accuracy.value == 1
    assert cssd.on_training_clips.accuracy.value == 1


def test_the_references_scores_are_not_recovered_from_a_network_that_is_mostly_wrong(found):
    deaf = found[500, "native"].recoverability
    assert deaf.value < 0.5
    assert deaf.low <= deaf.value <= deaf.high
    assert deaf.n == len(CLASSES) * N_SOURCES * TAKES


def test_energy_kept_is_that_of_the_tones_below_half_the_rate(found):
    kept = {one.label: one.energy_kept.value for one in found[1000, "native"].classes}
    assert kept == pytest.approx({"a": 1, "b": 1, "c": 0, "d": 0}, abs=1e-3)
    assert {one.label: one.energy_kept.n for one in found[1000, "native"].classes} == dict.fromkeys(CLASSES, 24)


def test_gains_are_those_of_cssd_over_finetuned(found):
    gains = [one.gain.value for one in found[1000, "native"].classes]
    assert np.mean(gains) == pytest.approx(0.5, abs=0.1)
    correlation = found[1000, "native"].rank_correlation
    assert (correlation.n, correlation.n_of) == (4, "classes")
    assert 0 < found[1000, "native"].rank_p_value.value <= 1


def test_the_made_up_hump_is_found(corpus, store):
    (test,) = diagnosed(corpus, store)[1]
    assert (test.grid, test.middle_rates_hz, test.outer_rates_hz) == ("native", (1000,), (500, 8000))
    assert test.contrast.value == pytest.approx(0.5, abs=0.15)
    assert test.is_supported


def test_an_arm_that_was_not_trained_is_left_out(corpus, tmp_path):
    classify = ClassifySettings(grids=("native",), arms=("basd",))
    config = CONFIG.model_copy(update={"classify": classify, "rates_hz": (1000,)})
    write_study(config, corpus, Store(tmp_path))
    (one,), humps = diagnosed(corpus, Store(tmp_path), config)
    assert one.teachers == ()
    assert one.classes == ()
    assert "finetuned" in one.recoverability.reason
    assert "0 classes" in one.rank_correlation.reason
    assert humps == ()


def test_an_artefact_without_embeddings_says_which_step_and_what_to_do(corpus, tmp_path):
    write_study(CONFIG, corpus, Store(tmp_path), leave_out={"test_embeddings"})
    with pytest.raises(StageError, match=r"500 Hz native .* no test_embeddings; run the study again"):
        diagnosed(corpus, Store(tmp_path))


def test_a_study_that_is_not_finished_says_which_step_is_missing(corpus, tmp_path):
    with pytest.raises(StageError, match=r"500 Hz native finetuned.*missing or damaged; run again"):
        diagnosed(corpus, Store(tmp_path))


def test_clips_are_read_once_and_for_all(corpus, store, found, tmp_path):
    unreadable = replace(corpus, clips=tuple(replace(clip, audio=tmp_path / "gone.wav") for clip in corpus.clips))
    assert diagnosed(unreadable, store)[0] == tuple(found.values())
    with pytest.raises(StageError, match=r"gone\.wav"):
        run_spectrum(stage.plan(CONFIG, unreadable).diagnosis.needs[:1], unreadable, store)


def test_the_same_artefacts_give_the_same_diagnosis(corpus, store, found):
    assert diagnosed(corpus, store)[0] == tuple(found.values())


def test_diagnosing_does_without_torch(corpus, store):
    script = (
        "import pickle, sys; given = pickle.loads(sys.stdin.buffer.read());"
        "from lowsr_tradeoff.classify.diagnosis.diagnose import diagnose;"
        "diagnose(*given); sys.exit(bool({'torch', 'torchaudio'} & set(sys.modules)))"
    )
    given = pickle.dumps((stage.plan(CONFIG, corpus).diagnosis, corpus, store))
    assert subprocess.run([sys.executable, "-c", script], input=given, check=False).returncode == 0


def test_the_reference_is_not_diagnosed(found):
    assert reference_of(CONFIG).rate_hz not in {rate_hz for rate_hz, _ in found}
