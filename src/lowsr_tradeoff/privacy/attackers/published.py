"""Whisper as published: the words that it recovers at every rate."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.privacy.attackers.recogniser_steps import counts_of, lost
from lowsr_tradeoff.privacy.captures import captures_of
from lowsr_tradeoff.privacy.whisper.decoding import policy_of
from lowsr_tradeoff.privacy.whisper.transcribe import RecogniseSettings
from lowsr_tradeoff.privacy.whisper.weights import attacker, digests
from lowsr_tradeoff.privacy.words import pooled
from lowsr_tradeoff.privacy.words.pooled import Rows, Weights
from lowsr_tradeoff.privacy.words.step import WordsSettings, reference_of
from lowsr_tradeoff.records.privacy import AttackResult, PrivacyResult, RateDifference
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.study import StudyConfig

RECOGNISE, WORDS = "recognise", "words"


@dataclass(frozen=True)
class PublishedPlan:
    """By rate in Hz, the step that transcribes, and the one that counts the words of a transcript."""

    config: StudyConfig
    speech: SpeechCorpus
    transcribed: Mapping[int, Step]
    counted: Mapping[int, Step]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return those that count, and all that they need."""
        counted = tuple(self.counted.values())
        return (*counted, *(need for step in counted for need in step.needs))


def plan(config: StudyConfig, speech: SpeechCorpus) -> PublishedPlan:
    """Return the steps of every rate."""
    transcribed = dict(_transcribe_steps(config, speech))
    reference, full_rate_hz = reference_of(speech), config.reference_rate_hz
    counted = {}
    for rate_hz, step in transcribed.items():
        settings = WordsSettings(
            corpus=speech.summary.digest, rate_hz=rate_hz, reference_rate_hz=full_rate_hz, reference=reference
        )
        needs = (step,) if reference == "transcripts" else (step, transcribed[full_rate_hz])
        run, label = "privacy.words.step:run", f"words at {rate_hz} Hz"
        counted[rate_hz] = Step(WORDS, run, settings, label, "speech", needs, WORDS)
    return PublishedPlan(config, speech, transcribed, counted)


def counts(plan: PublishedPlan, store: Store) -> dict[int, Rows]:
    """Return the counts of every utterance by rate in Hz, of the steps that did not fail."""
    return of_finished(lambda hz: counts_of(plan.counted[hz], store), plan.counted)


def words(plan: PublishedPlan, rows: Mapping[int, Rows], weights: Weights) -> tuple[PrivacyResult, ...]:
    """Return all that is known of the words recovered, by rate; the weights are of utterances in resamples."""
    return tuple(_result(plan, rate_hz, rows[rate_hz], weights) for rate_hz in rows)


def attacks(
    plan: PublishedPlan, found: Sequence[PrivacyResult], rows: Mapping[int, Rows], weights: Weights, store: Store
) -> Iterator[AttackResult]:
    """Yield the recogniser as one attacker among the others, first where its steps did not fail."""
    for result in found:
        yield by_recogniser(result, pooled.word_recovery_draws(rows[result.rate_hz], weights))
    name = f"{attacker(plan.config.privacy.weights)} as published"
    for rate_hz, step in plan.counted.items():
        if step in store.failed:
            yield lost(rate_hz, plan.config, name, store.failed[step])


def differences(plan: PublishedPlan, rows: Mapping[int, Rows], weights: Weights) -> tuple[RateDifference, ...]:
    """Return each rate against the next higher one, over the same words."""
    name, by_rate = attacker(plan.config.privacy.weights), list(rows.items())
    return tuple(pooled.rate_difference(low, high, weights, name) for low, high in pairwise(by_rate))


def by_recogniser(found: PrivacyResult, draws: tuple[float, ...] = ()) -> AttackResult:
    """Return what the recogniser recovers, with joint draws of it, as the record of an attack."""
    return AttackResult(
        rate_hz=found.rate_hz,
        front_end=found.front_end,
        attacker=f"{found.attacker} as published",
        recovers="words",
        measure="word recovery",
        value=found.word_recovery,
        chance=found.word_chance,
        is_leak=True,
        competes=True,
        setup=(
            f"{found.n_utterances} utterances of {found.n_speakers} speakers against {found.reference}; nothing "
            f"was trained; {found.engine}, {found.policy}"
        ),
        value_draws=draws,
    )


def _transcribe_steps(config: StudyConfig, speech: SpeechCorpus) -> Iterator[tuple[int, Step]]:
    """Transcripts and speakers do not change the output, so only the corpus's sounds are in the step's key."""
    sounds, privacy = digest_of([utterance.digest for utterance in speech.utterances]), config.privacy
    sha256 = digests(privacy.weights, privacy.engine)
    for rate_hz in config.all_rates_hz():
        settings = RecogniseSettings(
            captures=captures_of(config, speech, rate_hz).model_copy(update={"corpus": sounds}),
            engine=privacy.engine,
            policy=privacy.policy,
            weights=privacy.weights,
            weights_sha256=sha256,
            batch_size=privacy.batch_size,
            pad_s=privacy.pad_s,
        )
        label = f"Whisper at {rate_hz} Hz"
        yield rate_hz, Step(RECOGNISE, "privacy.whisper.transcribe:run", settings, label, "speech")


def _result(plan: PublishedPlan, rate_hz: int, rows: Rows, weights: Weights) -> PrivacyResult:
    config = plan.config
    return PrivacyResult(
        rate_hz=rate_hz,
        front_end=name_of(config.front_end),
        attacker=attacker(config.privacy.weights),
        engine=config.privacy.engine,
        policy=policy_of(config.privacy),
        reference=reference_of(plan.speech),
        counts=pooled.pooled_counts(rows),
        word_recovery=pooled.word_recovery(rows, weights),
        word_chance=pooled.word_chance(rows, weights),
        kinds=pooled.kind_recoveries(rows, weights),
        keyword_recovery=pooled.keyword_recovery(rows, weights),
        keyword_chance=pooled.keyword_chance(rows, weights),
        wer=pooled.wer(rows, weights),
        cer=pooled.cer(rows, weights),
        mer=pooled.mer(rows, weights),
        wil=pooled.wil(rows, weights),
        insertions=pooled.insertions(rows, weights),
        repetition_loops=pooled.share([row.is_loop for row in rows], weights),
        empty_outputs=pooled.share([row.is_empty for row in rows], weights),
        n_utterances=len(rows),
        n_speakers=len({row.speaker for row in rows}),
    )
