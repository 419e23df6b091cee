"""Spoken digits learnt at the full rate and heard at a low one, against digits learnt at that rate.

    OMP_NUM_THREADS=1 python benchmarks/mismatched_digits.py [RATE...]

The attacker of ``privacy/attackers/vocabulary/attack.py`` with the same network, recipe, folds and words, but other
training data: it learnt captures at 16 kHz and is tested on captures at the rate, restored to 16 kHz, as a
recogniser made for full-band speech would hear them. Prints the words recovered by each and the paired difference,
by speaker.
"""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import MODEL_RATE_HZ
from lowsr_tradeoff.audio.capture import restore
from lowsr_tradeoff.corpora.clips import EventCorpus, read
from lowsr_tradeoff.corpora.words import words_of
from lowsr_tradeoff.learning.log_mel import log_mel
from lowsr_tradeoff.learning.mel import fit_length, lay_out
from lowsr_tradeoff.privacy.attackers.vocabulary import spotter
from lowsr_tradeoff.privacy.attackers.vocabulary.attack import RECIPE
from lowsr_tradeoff.privacy.captures import CaptureSettings, capture_of
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import paired_difference, pooled_ratio, resample_weights

RATES_HZ = (500, 1000, 2000)
N_RESAMPLES = 2000


def captures_at(corpus: EventCorpus, rate_hz: int) -> CaptureSettings:
    """Return the settings of captures at a rate through the default microphone."""
    return CaptureSettings(corpus=corpus.summary.digest, rate_hz=rate_hz, front_end=FrontEnd(), seed=0)


def restored_images(corpus: EventCorpus, rate_hz: int) -> NDArray[np.float32]:
    """Return log-mel images at 16 kHz of captures at a rate. Shape ``(n_clips, 1, bands, frames)``."""
    layout, images = lay_out(MODEL_RATE_HZ, "native", corpus.clip_s), []
    for clip in corpus.clips:
        x, source_rate_hz = read(clip)
        sound = fit_length(x, round(corpus.clip_s * source_rate_hz))
        heard = capture_of(sound, source_rate_hz, f"{clip.digest}/1", captures_at(corpus, rate_hz))
        n = round(corpus.clip_s * MODEL_RATE_HZ)
        images.append(log_mel(fit_length(restore(heard, rate_hz, MODEL_RATE_HZ), n), MODEL_RATE_HZ, layout))
    return np.stack(images).astype(np.float32)[:, None]


def mismatched(corpus: EventCorpus, rates_hz: Sequence[int]) -> dict[int, NDArray[np.float32]]:
    """Return, by rate, the scores of networks that learnt at 16 kHz. Shape ``(n_clips, n_classes)``."""
    views = spotter.views_of(corpus, captures_at(corpus, MODEL_RATE_HZ))
    tested = {rate_hz: restored_images(corpus, rate_hz) for rate_hz in rates_hz}
    classes = corpus.summary.classes
    labels = np.array([classes.index(clip.label) for clip in corpus.clips])
    folds = np.array([clip.fold for clip in corpus.clips])
    scores = {rate_hz: np.empty((len(labels), len(classes)), np.float32) for rate_hz in rates_hz}
    for fold in np.unique(folds):
        held_out, learnt = folds == fold, [view[folds != fold] for view in views]
        together = np.concatenate([tested[rate_hz][held_out] for rate_hz in rates_hz])
        found = spotter.train_and_score(learnt, labels[~held_out], len(classes), together, RECIPE, (0, int(fold)))
        for rate_hz, part in zip(rates_hz, np.split(found, len(rates_hz)), strict=True):
            scores[rate_hz][held_out] = part
    return scores


def main(rates_hz: Sequence[int]) -> None:
    """Print both attackers and their difference at every rate."""
    corpus = words_of(StudyConfig(rates_hz=tuple(rates_hz)), None)
    assert corpus is not None
    truth = np.array([corpus.summary.classes.index(clip.label) for clip in corpus.clips])
    weights = resample_weights([clip.source for clip in corpus.clips], N_RESAMPLES, 0)
    for rate_hz, foreign in mismatched(corpus, rates_hz).items():
        adapted = spotter.answers(corpus, captures_at(corpus, rate_hz), RECIPE)
        right = [scores.argmax(axis=1) == truth for scores in (foreign, adapted)]
        for name, is_right in zip(("learnt at 16 kHz", "learnt at the rate"), right, strict=True):
            found = pooled_ratio(is_right, np.ones(len(is_right)), weights, "words", is_share=True)
            print(f"{rate_hz} Hz, {name}: {found.value:.3f} [{found.low:.3f}, {found.high:.3f}], n = {found.n}")
        gain = paired_difference(right[1], right[0], weights, "words")
        print(f"{rate_hz} Hz, difference: {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]", flush=True)


if __name__ == "__main__":
    main([int(rate) for rate in sys.argv[1:]] or RATES_HZ)
