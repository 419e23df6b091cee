"""What recogniser-like attackers share: their steps, and what a count of words becomes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers import held_out
from lowsr_tradeoff.privacy.attackers.learning_curves import as_long
from lowsr_tradeoff.privacy.captures import CaptureSettings, captures_of
from lowsr_tradeoff.privacy.whisper.decoding import policy_of
from lowsr_tradeoff.privacy.whisper.weights import digests
from lowsr_tradeoff.privacy.words import count as wer
from lowsr_tradeoff.privacy.words import pooled
from lowsr_tradeoff.privacy.words.count import HeardUtterance
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.groups import DeviceType, PrivacySettings, Settings
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import resample_weights

COUNT = "attack-words"
RUN_COUNTS = "privacy.attackers.recogniser_steps:run_counts"
NO_TRANSCRIPTS = "the corpus has no transcripts to learn from; add a column text to metadata.csv"
TOO_FEW = "one utterance cannot be both learnt from and tested; record more"


class FoldSettings(Settings):
    """What an attacker writes down of one fold depends on this.

    Attributes:
        captures: The microphone; of the corpus what is learnt from it, and the sounds that are tested.
        fold: The utterances that are tested.
        privacy: Weights, silence and policy; of the weights their content names the step, not where they lie.
        weights_sha256: That content.
        policy: How the recogniser is made to write.
        batch_size: Of the recogniser.
        pad_s: Silence around a clip.
        recipe: How the attacker is fitted.
        device_type: What it computes on.
        share: Of what could be learnt, what is; the digest of the corpus tells its content.
    """

    captures: CaptureSettings
    fold: int
    privacy: PrivacySettings = Field(exclude=True)
    weights_sha256: dict[str, str]
    policy: str
    batch_size: int
    pad_s: float
    recipe: Recipe
    device_type: DeviceType
    share: float = Field(default=1.0, exclude=True)


class CountSettings(Settings):
    """What the counts of one fold depend on besides what was written down of it.

    Attributes:
        said: Digest of the transcripts, speakers and keywords of the tested utterances.
        fold: Those utterances.
        seed: Of the folds.
    """

    said: str
    fold: int
    seed: int


def steps_of(
    config: StudyConfig,
    speech: SpeechCorpus,
    recipe: Recipe,
    stage: str,
    run: str,
    label: str,
    *,
    learns_words: bool,
    share: float = 1.0,
) -> dict[int, list[Step]]:
    """Return the steps that count what an attacker wrote down, by rate in Hz, one per fold.

    Each needs the step that trains the attacker. The key of that one holds nothing that training does not hear: a
    mended transcript is counted again, and learnt again only where it is learnt. A share is learnt in as many steps
    as all.

    Args:
        config: The settings.
        speech: The corpus.
        recipe: How the attacker is fitted.
        stage: Of the steps that train.
        run: What runs those.
        label: Of such a step, up to its rate: ``"Whisper adapted to"``.
        learns_words: Whether it learns from transcripts as well as from sounds.
        share: Of what could be learnt.

    Raises:
        MissingResourceError: The recogniser's weights are not there.
        DataError: The weights are not those that they are taken for.
    """
    sha256 = digests(config.privacy.weights, config.privacy.engine)
    folds = sorted(set(held_out.folds_of(speech, config.seed)))
    parts = {fold: held_out.split(speech, config.seed, fold) for fold in folds}
    lessons = {fold: held_out.part(speech, config.seed, fold, share) for fold in folds}
    taught = {fold: _taught(lessons[fold], parts[fold][1], learns_words=learns_words) for fold in folds}
    said = {fold: _said(parts[fold][1]) for fold in folds}
    of_share = "" if share == 1 else f", 1/{1 / share:.0f} of the {held_out.counted_in(speech, config.seed)}"

    def step(rate_hz: int, fold: int) -> Step:
        settings = FoldSettings(
            captures=captures_of(config, speech, rate_hz).model_copy(update={"corpus": taught[fold]}),
            fold=fold,
            privacy=config.privacy,
            weights_sha256=sha256,
            policy=policy_of(config.privacy),
            batch_size=config.privacy.batch_size,
            pad_s=config.privacy.pad_s,
            recipe=_as_long(recipe, len(parts[fold][0]), len(lessons[fold])),
            device_type=config.device_type,
            share=share,
        )
        name = f"{label} {rate_hz} Hz, fold {fold}{of_share}"
        heard = Step(stage, run, settings, name, "speech", is_on_gpu=config.device_type == "cuda")
        counts = CountSettings(said=said[fold], fold=fold, seed=config.seed)
        return Step(COUNT, RUN_COUNTS, counts, f"words of {name}", "speech", needs=(heard,), together=COUNT)

    return {rate_hz: [step(rate_hz, fold) for fold in folds] for rate_hz in config.all_rates_hz()}


def run_counts(steps: Sequence[Step[CountSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Count what was written down of each step's fold.

    Raises:
        DataError: A keyword is not in its transcript.
    """
    for step in steps:
        _, tested = held_out.split(speech, step.settings.seed, step.settings.fold)
        store.write(step, {"utterances": count_words(tested, store.meta(step.needs[0])["heard"])})


def _as_long(recipe: Recipe, n_all: int, n_learnt: int) -> Recipe:
    steps_of_all, steps = (max(1, -(-n // recipe.batch_size)) for n in (n_all, n_learnt))
    return as_long(recipe, steps_of_all, steps)


def _taught(learnt: Sequence[Utterance], tested: Sequence[Utterance], *, learns_words: bool) -> str:
    lessons = [[u.digest, u.text] if learns_words else [u.digest] for u in learnt]
    return digest_of([lessons, [u.digest for u in tested]])


def _said(tested: Sequence[Utterance]) -> str:
    return digest_of([[u.clip_id, u.text, u.speaker, u.keywords] for u in tested])


def why_not(speech: SpeechCorpus) -> str | None:
    """Return why no attacker can be trained and scored on a corpus, or ``None``."""
    if any(utterance.text is None for utterance in speech.utterances):
        return NO_TRANSCRIPTS
    return TOO_FEW if len(speech.utterances) < 2 else None


def count_words(tested: Sequence[Utterance], written: Sequence[str]) -> list[dict[str, Any]]:
    """Return the counts of each utterance against what an attacker wrote, without the words themselves."""
    said = [utterance.text or "" for utterance in tested]
    return [
        wer.count(u.clip_id, u.speaker, text, u.keywords, heard, [written[i] for i in others]).model_dump()
        for u, text, heard, others in zip(tested, said, written, wer.strangers(said), strict=True)
    ]


def results_of(
    config: StudyConfig,
    attacker: str,
    setup: str,
    steps: Mapping[int, Sequence[Step]],
    store: Store,
) -> Iterator[AttackResult]:
    """Yield the word recovery of an attacker at every rate.

    Args:
        config: The settings.
        attacker: Who attacks.
        setup: What it was trained and tested on.
        steps: By rate in Hz, the steps whose artefacts hold the counts.
        store: Where those lie.

    Raises:
        StageError: A step has not run.
    """
    for rate_hz, runs in steps.items():
        if why := next((store.failed[step] for step in runs if step in store.failed), None):
            yield lost(rate_hz, config, attacker, why)
            continue
        counted = [row for step in runs for row in store.meta(step)["utterances"]]
        rows = [HeardUtterance.model_validate(row) for row in counted]
        weights = resample_weights([row.speaker for row in rows], config.n_resamples, config.seed)
        recovered, chance = (count(rows, weights) for count in (pooled.word_recovery, pooled.word_chance))
        found = result(rate_hz, config, attacker, setup, recovered, chance)
        yield found.model_copy(update={"value_draws": pooled.word_recovery_draws(rows, weights)})


def not_tested(config: StudyConfig, attacker: str, reason: str) -> tuple[AttackResult, ...]:
    """Return that an attacker could not be tried, at every rate."""
    return tuple(
        result(rate_hz, config, attacker, reason, missing(reason, "words"), None)
        for rate_hz in config.all_rates_hz()
    )


def lost(rate_hz: int, config: StudyConfig, attacker: str, why: str) -> AttackResult:
    """Return that an attacker's step failed at a rate."""
    gone = missing(f"its step failed: {why}", "words")
    return result(rate_hz, config, attacker, why, gone, None).model_copy(update={"is_lost": True})


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
        setup=setup,
    )
