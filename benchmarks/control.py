"""The control without a network on ESC-10: all five folds of one rate, against librosa and scikit-learn by hand.

    OMP_NUM_THREADS=1 python benchmarks/control.py FOLDER [RATE_HZ]

Both start from the same decoded captures and run in one process. The peer is what a study without this project
would write: librosa's log-mel spectrogram, MFCC, their deltas, means, deviations and percentiles, and the same two
models of scikit-learn. Printed are accuracy, processor time, and the ratio of the times.
"""

import sys
import time
from collections.abc import Callable

import librosa
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.classify.feature_step import captured_clip
from lowsr_tradeoff.classify.image_steps import feature_steps
from lowsr_tradeoff.corpora.clips import class_numbers, clips_of, folds_of
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.learning.classical import N_TREES, PENALTY, class_scores
from lowsr_tradeoff.learning.spectral_statistics import statistics_of
from lowsr_tradeoff.runner.machine import cpu_name
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

REFERENCE_RATE_HZ = 16_000
Features = NDArray[np.float16] | NDArray[np.float32]
Learn = Callable[[Features, NDArray[np.intp], Features], NDArray[np.intp]]


def main(folder: str, rate_hz: int) -> None:
    """Print accuracy and processor time of both."""
    corpus = load_events(folder, 5, None, 0, (rate_hz,), REFERENCE_RATE_HZ, skip_bad=False, cache=None)
    asked = feature_steps(StudyConfig(front_end=FrontEnd(), rates_hz=(rate_hz,)), corpus, rate_hz, "native")[0]
    clips = clips_of(corpus, *folds_of(corpus))
    captures = [captured_clip(clip, asked.settings) for clip in clips]
    truth, folds = class_numbers(corpus, clips), np.array([clip.fold for clip in clips])
    n_classes = len(corpus.summary.classes)

    def control(seen: Features, its: NDArray[np.intp], tested: Features) -> NDArray[np.intp]:
        scores = class_scores(seen.astype(np.float16), its, tested.astype(np.float16), n_classes, 0)
        return np.asarray(scores.argmax(axis=1))

    print(f"{cpu_name()}, {len(clips)} clips of {corpus.clip_s} s, {len(set(folds))} folds, {rate_hz} Hz")
    ours = _timed("control", captures, lambda x: statistics_of(x, rate_hz, corpus.clip_s)[0], control, truth, folds)
    theirs = _timed("librosa and scikit-learn", captures, lambda x: _by_librosa(x, rate_hz), _plain, truth, folds)
    print(f"ratio {theirs / ours:.2f}")


def _timed(
    name: str,
    captures: list[Samples],
    features_of: Callable[[Samples], Features],
    learn: Learn,
    truth: NDArray[np.intp],
    folds: NDArray[np.intp],
) -> float:
    """The processor time in s, after one clip to load what it needs."""
    features_of(captures[0])
    start = time.process_time()
    features = np.stack([features_of(captured) for captured in captures])
    described = time.process_time()
    right = [
        learn(features[folds != fold], truth[folds != fold], features[folds == fold]) == truth[folds == fold]
        for fold in np.unique(folds)
    ]
    took, share = time.process_time() - start, 100 * np.concatenate(right).mean()
    print(f"{name}: {took:.1f} s of processor time, {described - start:.1f} s of it features; {share:.1f} % right")
    return took


def _by_librosa(x: Samples, rate_hz: int) -> Features:
    sizes = {"n_fft": 1 << round(np.log2(0.032 * rate_hz)), "hop_length": round(0.01 * rate_hz)}
    n_mels = min(64, sizes["n_fft"] // 4)
    mel = librosa.feature.melspectrogram(y=x, sr=rate_hz, n_mels=n_mels, **sizes)
    levels = librosa.power_to_db(mel)
    cepstra = librosa.feature.mfcc(S=levels, n_mfcc=min(13, n_mels))
    rows = np.concatenate([levels, cepstra, librosa.feature.delta(levels), librosa.feature.delta(cepstra)])
    found = np.concatenate([rows.mean(axis=1), rows.std(axis=1), *np.percentile(rows, (5, 25, 50, 75, 95), axis=1)])
    return found.astype(np.float32)


def _plain(seen: Features, truth: NDArray[np.intp], tested: Features) -> NDArray[np.intp]:
    trees = ExtraTreesClassifier(N_TREES, random_state=0).fit(seen, truth)
    machine = make_pipeline(StandardScaler(), SVC(C=PENALTY)).fit(seen, truth)
    margins = np.exp(machine.decision_function(tested))
    chances = trees.predict_proba(tested) + margins / margins.sum(axis=1, keepdims=True)
    answers: NDArray[np.intp] = chances.argmax(axis=1)
    return answers


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
