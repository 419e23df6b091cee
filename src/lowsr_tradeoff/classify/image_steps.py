"""The steps that decode clips: their images or statistics, once per fold and layout, and their energy by band."""

from typing import Literal

from lowsr_tradeoff.classify.step_settings import FeatureSettings, SpectrumSettings
from lowsr_tradeoff.corpora.clips import EventCorpus, clips_of, folds_of
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.learning.mel import Front, front_of
from lowsr_tradeoff.records.network import Grid
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.settings.study import StudyConfig


def feature_steps(
    config: StudyConfig,
    corpus: EventCorpus,
    rate_hz: int,
    grid: Grid,
    front: Front | Literal["statistics"] | None = None,
) -> tuple[Step[FeatureSettings], ...]:
    """Return the feature steps of one layout, fold by fold; those of one fold decode their clips together.

    Without a ``front`` the images are those of the study's network.
    """
    named = grid if front is None else front
    return tuple(
        Step(
            stage="features",
            run="classify.feature_step:run",
            corpus="events",
            settings=FeatureSettings(
                rate_hz=rate_hz,
                grid=grid,
                front=front or front_of(config.classify.network),
                as_published=config.classify.as_published,
                fold=fold,
                clips=digest_of([(clip.clip_id, clip.digest) for clip in clips_of(corpus, fold)]),
                clip_s=corpus.clip_s,
                front_end=config.front_end,
                seed=config.seed,
            ),
            label=f"features {rate_hz} Hz {named}, fold {fold}",
            together=f"features-{fold}",
        )
        for fold in folds_of(corpus)
    )


def spectrum_step(config: StudyConfig, corpus: EventCorpus) -> Step[SpectrumSettings]:
    """Return the step that reads each clip once for its energy below half of every rate, the reference last."""
    return Step(
        stage="spectrum",
        run="classify.diagnosis.spectrum:run",
        corpus="events",
        settings=SpectrumSettings(
            corpus=corpus.summary.digest,
            clip_s=corpus.clip_s,
            edges_hz=tuple(rate_hz / 2 for rate_hz in config.all_rates_hz()),
        ),
        label="energy of the clips by band",
    )
