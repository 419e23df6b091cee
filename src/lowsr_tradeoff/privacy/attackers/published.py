"""Recognisers as published: the words that each recovers at every rate."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers import recognisers
from lowsr_tradeoff.privacy.attackers.attacker import NotTested
from lowsr_tradeoff.privacy.attackers.recogniser_steps import counts_of, lost
from lowsr_tradeoff.privacy.attackers.recognisers import Recogniser
from lowsr_tradeoff.privacy.words import pooled
from lowsr_tradeoff.privacy.words.pooled import Rows, Weights
from lowsr_tradeoff.privacy.words.step import WordsSettings, reference_of
from lowsr_tradeoff.records.privacy import AttackResult, PrivacyResult, RateDifference
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.study import StudyConfig

WORDS = "words"


@dataclass(frozen=True)
class PublishedPlan:
    """The plan of one recogniser; by rate in Hz, the step that counts the words of its transcripts."""

    config: StudyConfig
    speech: SpeechCorpus
    recogniser: Recogniser
    counted: Mapping[int, Step]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return those that count, and all that they need."""
        counted = tuple(self.counted.values())
        return (*counted, *(need for step in counted for need in step.needs))


@dataclass(frozen=True)
class Heard:
    """What one recogniser recovers at the rates whose steps did not fail, lowest first.

    Attributes:
        words: All that is known of the words.
        attacks: The same as of one attacker among others; where a step failed, why.
        differences: Each rate against the next higher one, over the same words.
    """

    words: tuple[PrivacyResult, ...]
    attacks: tuple[AttackResult, ...]
    differences: tuple[RateDifference, ...]


@dataclass(frozen=True)
class Transcripts:
    """What one recogniser wrote at one rate, by clip."""

    attacker: str
    texts: Mapping[str, str]


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[PublishedPlan | NotTested, ...]:
    """Return the steps of every rate, of each recogniser."""
    found = recognisers.recognisers(config, speech)
    return tuple(each if isinstance(each, NotTested) else plan_of(config, speech, each) for each in found)


def plan_of(config: StudyConfig, speech: SpeechCorpus, recogniser: Recogniser) -> PublishedPlan:
    """Return the steps of every rate, of one recogniser."""
    reference, full_rate_hz = reference_of(speech), config.reference_rate_hz
    transcribed, counted = recogniser.transcribed, {}
    for rate_hz, step in transcribed.items():
        settings = WordsSettings(
            corpus=speech.summary.digest, rate_hz=rate_hz, reference_rate_hz=full_rate_hz, reference=reference
        )
        needs = (step,) if reference == "transcripts" else (step, transcribed[full_rate_hz])
        run, label = "privacy.words.step:run", f"words by {recogniser.name} at {rate_hz} Hz"
        counted[rate_hz] = Step(WORDS, run, settings, label, "speech", needs, f"{WORDS} by {recogniser.name}")
    return PublishedPlan(config, speech, recogniser, counted)


def results(plan: PublishedPlan | NotTested, store: Store, weights: Weights) -> Heard:
    """Return what a recogniser recovers; the weights are of utterances in resamples."""
    if isinstance(plan, NotTested):
        return Heard((), plan.results, ())
    rows, weights = _with_words(_counts(plan, store), weights)
    words = tuple(_result(plan, rate_hz, rows[rate_hz], weights) for rate_hz in rows)
    differences = (
        pooled.rate_difference(low, high, weights, plan.recogniser.name) for low, high in pairwise(rows.items())
    )
    return Heard(words, tuple(_attacks(plan, words, rows, weights, store)), tuple(differences))


def transcripts(plans: Sequence[PublishedPlan], store: Store) -> dict[int, Transcripts]:
    """Return, by rate in Hz, the transcripts of the recogniser that hits the most words there."""
    best: dict[int, tuple[int, PublishedPlan]] = {}
    for plan in plans:
        for rate_hz, rows in _counts(plan, store).items():
            n_hits = sum(row.words.hits for row in rows)
            if rate_hz not in best or n_hits > best[rate_hz][0]:
                best[rate_hz] = n_hits, plan
    return {rate_hz: _transcripts(plan, rate_hz, store) for rate_hz, (_, plan) in best.items()}


def by_recogniser(found: PrivacyResult, draws: tuple[float, ...] = ()) -> AttackResult:
    """Return what the recogniser recovers, with joint draws of it, as the record of an attack."""
    return AttackResult(
        rate_hz=found.rate_hz,
        front_end=found.front_end,
        attacker=recognisers.published(found.attacker),
        recovers="words",
        measure="word recovery",
        value=found.word_recovery,
        chance=found.word_chance,
        is_leak=True,
        setup=(
            f"{found.n_utterances} utterances of {found.n_speakers} speakers against {found.reference}; nothing "
            f"was trained; {found.engine}, {found.policy}"
        ),
        value_draws=draws,
        competes=True,
    )


def _counts(plan: PublishedPlan, store: Store) -> dict[int, Rows]:
    """Of every utterance, by rate in Hz, of the steps that did not fail."""
    return of_finished(lambda hz: counts_of(plan.counted[hz], store), plan.counted)


def _with_words(rows: Mapping[int, Rows], weights: Weights) -> tuple[dict[int, Rows], Weights]:
    """The rows of utterances in which a word is said, the same ones at every rate, and their weights."""
    kept = {rate_hz: pooled.with_words(found, weights) for rate_hz, found in rows.items()}
    of_kept = next((its for _, its in kept.values()), weights)
    return {rate_hz: found for rate_hz, (found, _) in kept.items()}, of_kept


def _transcripts(plan: PublishedPlan, rate_hz: int, store: Store) -> Transcripts:
    names = [utterance.clip_id for utterance in plan.speech.utterances]
    texts = store.meta(plan.recogniser.transcribed[rate_hz])["transcripts"]
    return Transcripts(plan.recogniser.name, dict(zip(names, texts, strict=True)))


def _attacks(
    plan: PublishedPlan, found: tuple[PrivacyResult, ...], rows: Mapping[int, Rows], weights: Weights, store: Store
) -> Iterator[AttackResult]:
    for result in found:
        yield by_recogniser(result, pooled.word_recovery_draws(rows[result.rate_hz], weights))
    name = recognisers.published(plan.recogniser.name)
    for rate_hz, step in plan.counted.items():
        if step in store.failed:
            yield lost(rate_hz, plan.config, name, store.failed[step])


def _result(plan: PublishedPlan, rate_hz: int, rows: Rows, weights: Weights) -> PrivacyResult:
    return PrivacyResult(
        rate_hz=rate_hz,
        front_end=name_of(plan.config.front_end),
        attacker=plan.recogniser.name,
        engine=plan.recogniser.engine,
        policy=plan.recogniser.policy,
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
        n_wordless=len(plan.speech.utterances) - len(rows),
    )
