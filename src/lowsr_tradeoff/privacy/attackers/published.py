"""Whisper as published: the words it writes down at every rate."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.privacy.attackers.recogniser_steps import lost
from lowsr_tradeoff.privacy.captures import CaptureSettings, Draws, captured_at_16k, captures_of
from lowsr_tradeoff.privacy.whisper import ctranslate
from lowsr_tradeoff.privacy.whisper.decoding import policy_of
from lowsr_tradeoff.privacy.whisper.weights import attacker, digests
from lowsr_tradeoff.privacy.words import count, pooled
from lowsr_tradeoff.privacy.words import reference as mismatch
from lowsr_tradeoff.privacy.words.count import HeardUtterance
from lowsr_tradeoff.records.privacy import (
    AttackResult,
    Engine,
    PrivacyResult,
    RateDifference,
    Reference,
)
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.groups import PrivacySettings, Settings
from lowsr_tradeoff.settings.study import StudyConfig


def by_recogniser(found: PrivacyResult, draws: tuple[float, ...] = ()) -> AttackResult:
    """Return the recogniser as published as one attacker among the others.

    Args:
        found: What it recovers.
        draws: Joint draws of its word recovery.
    """
    return AttackResult(
        rate_hz=found.rate_hz,
        front_end=found.front_end,
        attacker=f"{found.attacker} as published",
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
    )


def lost_recogniser(config: StudyConfig, steps: Mapping[int, Step], store: Store) -> tuple[AttackResult, ...]:
    """Return the recogniser as published at every rate at which its step failed in this run."""
    name = f"{attacker(config.privacy.weights)} as published"
    return tuple(
        lost(rate_hz, config, name, store.failed[step]) for rate_hz, step in steps.items() if step in store.failed
    )


RECOGNISE = "recognise"
WORDS = "words"


def weights(config: StudyConfig) -> dict[str, str]:
    """Return the SHA-256 of the recogniser's files by attacker and file name.

    Raises:
        MissingResourceError: A file is not there.
        DataError: The weights are not those that they are taken for.
    """
    name, privacy = attacker(config.privacy.weights), config.privacy
    return {f"{name}/{file}": sha256 for file, sha256 in digests(privacy.weights, privacy.engine).items()}


class RecogniseSettings(Settings):
    """What the transcripts depend on: of the weights their content, not where they lie; of the corpus its sound."""

    captures: CaptureSettings
    engine: Engine
    policy: str
    weights: str | None = Field(exclude=True)
    weights_sha256: dict[str, str]
    batch_size: int
    pad_s: float


class WordsSettings(Settings):
    """What the counts depend on besides the transcripts that they are made from."""

    corpus: str
    rate_hz: int
    reference_rate_hz: int
    reference: Reference


def heard(config: StudyConfig, speech: SpeechCorpus, store: Store) -> dict[int, dict[str, str]]:
    """Return what was written down, by rate in Hz and clip."""
    sha256 = digests(config.privacy.weights, config.privacy.engine)
    names = [utterance.clip_id for utterance in speech.utterances]
    steps = {rate_hz: _recognise_step(config, speech, rate_hz, sha256) for rate_hz in config.all_rates_hz()}
    return of_finished(lambda hz: dict(zip(names, store.meta(steps[hz])["heard"], strict=True)), steps)


def _recognise_step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int, sha256: Mapping[str, str]) -> Step:
    """Transcripts and speakers do not change what is heard: of the corpus the sounds alone name the step."""
    sounds = digest_of([utterance.digest for utterance in speech.utterances])
    settings = RecogniseSettings(
        captures=captures_of(config, speech, rate_hz).model_copy(update={"corpus": sounds}),
        engine=config.privacy.engine,
        policy=config.privacy.policy,
        weights=config.privacy.weights,
        weights_sha256=dict(sha256),
        batch_size=config.privacy.batch_size,
        pad_s=config.privacy.pad_s,
    )
    return Step(RECOGNISE, "privacy.attackers.published:transcribe", settings, f"Whisper at {rate_hz} Hz", "speech")


def _words_step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int, sha256: Mapping[str, str]) -> Step:
    reference = mismatch.reference_of(speech)
    settings = WordsSettings(
        corpus=speech.summary.digest,
        rate_hz=rate_hz,
        reference_rate_hz=config.reference_rate_hz,
        reference=reference,
    )
    rates_hz = (rate_hz,) if reference == "transcripts" else (rate_hz, config.reference_rate_hz)
    needs = tuple(_recognise_step(config, speech, rate, sha256) for rate in rates_hz)
    return Step(
        WORDS, "privacy.attackers.published:count_words", settings, f"words at {rate_hz} Hz", "speech", needs, WORDS
    )


def _words_steps(config: StudyConfig, speech: SpeechCorpus) -> dict[int, Step]:
    sha256 = digests(config.privacy.weights, config.privacy.engine)
    return {rate_hz: _words_step(config, speech, rate_hz, sha256) for rate_hz in config.all_rates_hz()}


def transcribe(steps: Sequence[Step[RecogniseSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Write what the recogniser writes down at each step's rate.

    Raises:
        DataError: A keyword is not in its transcript, or the weights cannot be used.
    """
    for step in steps:
        store.write(step, {"heard": _hear(step.settings, speech)})


def count_words(steps: Sequence[Step[WordsSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Count the words of what was written down for each step."""
    for step in steps:
        rows = _count(step, speech, store)
        store.write(step, {"utterances": [row.model_dump() for row in rows]})


def _hear(settings: RecogniseSettings, speech: SpeechCorpus) -> list[str]:
    _check_keywords(speech)
    asked = settings.model_dump(include={"engine", "policy", "batch_size", "pad_s"})
    clips = (captured_at_16k(utterance, settings.captures) for utterance in speech.utterances)
    return ctranslate.hear(PrivacySettings(weights=settings.weights, **asked), clips)


def _check_keywords(speech: SpeechCorpus) -> None:
    problems = [
        line for u in speech.utterances for line in count.keyword_problems(u.clip_id, u.text or "", u.keywords)
    ]
    if problems:
        raise DataError("\n".join(["mend the keywords in metadata.csv:", *problems]))


def _count(step: Step, speech: SpeechCorpus, store: Store) -> list[HeardUtterance]:
    transcripts = [store.meta(need)["heard"] for need in step.needs]
    written, said = transcripts[0], mismatch.references(speech, transcripts[-1])
    return [
        count.count(u.clip_id, u.speaker, text, u.keywords, hypothesis, [written[i] for i in others])
        for u, text, hypothesis, others in zip(speech.utterances, said, written, count.strangers(said), strict=True)
    ]


def _heard_utterances(config: StudyConfig, speech: SpeechCorpus, store: Store) -> dict[int, list[HeardUtterance]]:
    steps = _words_steps(config, speech)
    return of_finished(
        lambda hz: [HeardUtterance.model_validate(row) for row in store.meta(steps[hz])["utterances"]], steps
    )


def _privacy_result(
    config: StudyConfig, speech: SpeechCorpus, rate_hz: int, rows: Sequence[HeardUtterance], draws: Draws
) -> PrivacyResult:
    return PrivacyResult(
        rate_hz=rate_hz,
        front_end=name_of(config.front_end),
        attacker=attacker(config.privacy.weights),
        engine=config.privacy.engine,
        policy=policy_of(config.privacy),
        reference=mismatch.reference_of(speech),
        counts=pooled.pooled_counts(rows),
        word_recovery=pooled.word_recovery(rows, draws),
        word_chance=pooled.word_chance(rows, draws),
        kinds=pooled.kind_recoveries(rows, draws),
        keyword_recovery=pooled.keyword_recovery(rows, draws),
        keyword_chance=pooled.keyword_chance(rows, draws),
        wer=pooled.wer(rows, draws),
        cer=pooled.cer(rows, draws),
        mer=pooled.mer(rows, draws),
        wil=pooled.wil(rows, draws),
        insertions=pooled.insertions(rows, draws),
        repetition_loops=pooled.share([row.is_loop for row in rows], draws),
        empty_outputs=pooled.share([row.is_empty for row in rows], draws),
        n_utterances=len(rows),
        n_speakers=len({row.speaker for row in rows}),
    )


def _differences(
    config: StudyConfig, rows: Mapping[int, Sequence[HeardUtterance]], draws: Draws
) -> list[RateDifference]:
    """Each rate against the next higher one, over the same words."""
    return [
        pooled.rate_difference((low, rows[low]), (high, rows[high]), draws, attacker(config.privacy.weights))
        for low, high in zip(rows, list(rows)[1:], strict=False)
    ]
