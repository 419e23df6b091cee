"""Attackers that train a recogniser on some speakers and transcribe others: their steps and their results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers.attacker import NotTested, failed
from lowsr_tradeoff.privacy.attackers.fold_counts import CountSettings
from lowsr_tradeoff.privacy.attackers.held_out import Fold, FoldSettings, Unit, part
from lowsr_tradeoff.privacy.attackers.shares import as_long
from lowsr_tradeoff.privacy.captures import captures_of
from lowsr_tradeoff.privacy.whisper.decoding import policy_of
from lowsr_tradeoff.privacy.whisper.weights import digests
from lowsr_tradeoff.privacy.words import pooled
from lowsr_tradeoff.privacy.words.count import UtteranceCounts
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import resample_weights

COUNT = "attack-words"
NO_TRANSCRIPTS = "the corpus has no transcripts to learn from; add a column text to metadata.csv"
TOO_FEW = "one utterance cannot be both learnt from and tested; record more"


@dataclass(frozen=True)
class Training:
    """How the recogniser of an attacker is trained, and by which steps.

    Attributes:
        stage: Of the steps that train it.
        run: The function that runs those.
        label: Of such a step, up to its rate: ``"Whisper adapted to"``.
        learns_words: Whether it learns from transcripts as well as from sounds.
    """

    recipe: Recipe
    stage: str
    run: str
    label: str
    learns_words: bool


@dataclass(frozen=True)
class TrainedPlan:
    """The plan of one such attacker: by rate in Hz, the steps that count words, one a fold.

    Each needs the step that trains and transcribes. ``setup`` names training and test data.
    """

    config: StudyConfig
    attacker: str
    setup: str
    by_rate: Mapping[int, tuple[Step, ...]]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return those of all rates."""
        return tuple(step for steps in self.by_rate.values() for step in steps)


def steps_of(
    config: StudyConfig,
    speech: SpeechCorpus,
    folds: Sequence[Fold],
    training: Training,
    share: float = 1.0,
    unit: Unit = "speakers",
) -> dict[int, tuple[Step, ...]]:
    """Return the steps that count words, by rate in Hz, one a fold.

    The key of the training step holds only what training reads: a corrected transcript is counted again, and
    trained on again only where it is in the training data. Every share is trained in as many steps as all data.
    """
    sha256 = digests(config.privacy.weights, config.privacy.engine)
    learnt, read, references = {}, {}, {}
    for fold in folds:
        learnt[fold.number] = part(fold, share, unit, config.seed)
        read[fold.number] = _digest_read(learnt[fold.number], fold.tested, learns_words=training.learns_words)
        counted = [[u.clip_id, u.text, u.speaker, u.keywords] for u in fold.tested]
        references[fold.number] = digest_of(counted)
    of_share = "" if share == 1 else f", 1/{1 / share:.0f} of the {unit}"

    def step(rate_hz: int, fold: Fold) -> Step:
        settings = FoldSettings(
            captures=captures_of(config, speech, rate_hz).model_copy(update={"corpus": read[fold.number]}),
            fold=fold.number,
            privacy=config.privacy,
            weights_sha256=sha256,
            policy=policy_of(config.privacy),
            batch_size=config.privacy.batch_size,
            pad_s=config.privacy.pad_s,
            recipe=_as_long(training.recipe, len(fold.learnt), len(learnt[fold.number])),
            device_type=config.device_type,
            share=share,
            unit=unit,
        )
        name = f"{training.label} {rate_hz} Hz, fold {fold.number}{of_share}"
        is_on_gpu = config.device_type == "cuda"
        trained = Step(training.stage, training.run, settings, name, "speech", is_on_gpu=is_on_gpu)
        counts = CountSettings(references=references[fold.number], fold=fold.number, seed=config.seed)
        run = "privacy.attackers.fold_counts:run"
        return Step(COUNT, run, counts, f"words of {name}", "speech", needs=(trained,), together=COUNT)

    return {rate_hz: tuple(step(rate_hz, fold) for fold in folds) for rate_hz in config.all_rates_hz()}


def why_not(speech: SpeechCorpus) -> str | None:
    """Return why no attacker can be trained and scored on a corpus, or ``None``."""
    if any(utterance.text is None for utterance in speech.utterances):
        return NO_TRANSCRIPTS
    return TOO_FEW if len(speech.utterances) < 2 else None


def split_in_words(speech: SpeechCorpus, n_folds: int) -> str:
    """Return in words how the corpus was split."""
    n_speakers = len({utterance.speaker for utterance in speech.utterances})
    who = (
        f"of {n_speakers} speakers in {n_folds} folds, no tested speaker or sentence heard in training"
        if n_speakers > 1
        else f"of one speaker in {n_folds} folds, so that the voice was heard in training and the sentence was not"
    )
    return f"{len(speech.utterances)} utterances {who} ({speech.summary.name})"


def not_tested(config: StudyConfig, attacker: str, reason: str) -> NotTested:
    """Return that an attacker cannot be tried at any rate."""
    nothing = missing(reason, "words")
    return NotTested(tuple(result(hz, config, attacker, reason, nothing, None) for hz in config.all_rates_hz()))


def results(plan: TrainedPlan, store: Store) -> tuple[AttackResult, ...]:
    """Return the word recovery at every rate. Raises StageError where a step has not run."""
    return tuple(_result(plan, rate_hz, steps, store) for rate_hz, steps in plan.by_rate.items())


def counts_of(step: Step, store: Store) -> list[UtteranceCounts]:
    """Return the counts that a step wrote."""
    return [UtteranceCounts.model_validate(row) for row in store.meta(step)["utterances"]]


def lost(rate_hz: int, config: StudyConfig, attacker: str, why: str) -> AttackResult:
    """Return that an attacker's step failed at a rate."""
    found = result(rate_hz, config, attacker, why, failed(why, "words"), None)
    return found.model_copy(update={"is_lost": True})


def result(
    rate_hz: int, config: StudyConfig, attacker: str, setup: str, value: Measurement, chance: Measurement | None
) -> AttackResult:
    """Return a word recovery as the record of an attack."""
    return AttackResult(
        rate_hz=rate_hz,
        front_end=name_of(config.front_end),
        attacker=attacker,
        recovers="words",
        measure="word recovery",
        value=value,
        chance=chance,
        is_leak=True,
        competes=True,
        setup=setup,
    )


def _result(plan: TrainedPlan, rate_hz: int, steps: Sequence[Step], store: Store) -> AttackResult:
    config = plan.config
    if why := next((store.failed[step] for step in steps if step in store.failed), None):
        return lost(rate_hz, config, plan.attacker, why)
    rows = [row for step in steps for row in counts_of(step, store)]
    draws = resample_weights([row.speaker for row in rows], config.n_resamples, config.seed)
    rows, weights = pooled.with_words(rows, draws)
    recovered, chance = (figure(rows, weights) for figure in (pooled.word_recovery, pooled.word_chance))
    found = result(rate_hz, config, plan.attacker, plan.setup, recovered, chance)
    return found.model_copy(update={"value_draws": pooled.word_recovery_draws(rows, weights)})


def _as_long(recipe: Recipe, n_all: int, n_learnt: int) -> Recipe:
    steps_of_all, steps = (max(1, -(-n // recipe.batch_size)) for n in (n_all, n_learnt))
    return as_long(recipe, steps_of_all, steps)


def _digest_read(learnt: Sequence[Utterance], tested: Sequence[Utterance], *, learns_words: bool) -> str:
    examples = [[u.digest, u.text] if learns_words else [u.digest] for u in learnt]
    return digest_of([examples, [u.digest for u in tested]])
