"""The diagnostics as a step of the run: a second report need not compute them again."""

from collections.abc import Mapping, Sequence

from lowsr_tradeoff.classify.arms import Listener
from lowsr_tradeoff.classify.diagnosis.diagnose import diagnose, hump_tests
from lowsr_tradeoff.classify.diagnosis.spectrum import spectrum_step
from lowsr_tradeoff.classify.step_settings import DiagnosisSettings
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.records.diagnosis import Diagnosis, HumpTest
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig


def diagnosis_step(config: StudyConfig, corpus: EventCorpus, steps: Mapping[Listener, Sequence[Step]]) -> Step:
    """Return the step that diagnoses a study from its trained networks.

    Args:
        config: The settings.
        corpus: The events.
        steps: From :func:`train_steps`.
    """
    return Step(
        stage="diagnose",
        run="classify.diagnosis.stage:run",
        corpus="events",
        settings=DiagnosisSettings(**{name: getattr(config, name) for name in DiagnosisSettings.model_fields}),
        label="diagnostics of distillation",
        needs=(spectrum_step(config, corpus), *dict.fromkeys(step for runs in steps.values() for step in runs)),
    )


def run(steps: Sequence[Step[DiagnosisSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write the diagnostics of every rate, and the tests for a hump."""
    for step in steps:
        config = StudyConfig(**dict(step.settings))
        store.write(
            step,
            {
                "diagnoses": [one.model_dump(mode="json") for one in diagnose(config, corpus, store)],
                "humps": [one.model_dump(mode="json") for one in hump_tests(config, corpus, store)],
            },
        )


def diagnoses(
    config: StudyConfig, corpus: EventCorpus, steps: Mapping[Listener, Sequence[Step]], store: Store
) -> tuple[tuple[Diagnosis, ...], tuple[HumpTest, ...]]:
    """Return what the step wrote; nothing where it failed in this run.

    Raises:
        StageError: It has not run.
    """
    step = diagnosis_step(config, corpus, steps)
    if step in store.failed:
        return (), ()
    found = store.meta(step)
    return (
        tuple(Diagnosis.model_validate(one) for one in found["diagnoses"]),
        tuple(HumpTest.model_validate(one) for one in found["humps"]),
    )
