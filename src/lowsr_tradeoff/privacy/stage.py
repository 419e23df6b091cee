"""The privacy stages: which steps there are, how they run, what the finished ones say."""

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers import published, roster
from lowsr_tradeoff.privacy.attackers.published import (
    _differences,
    _heard_utterances,
    _privacy_result,
    _words_steps,
)
from lowsr_tradeoff.privacy.captures import _draws
from lowsr_tradeoff.privacy.signal.step import _intelligibility_result, _intelligibility_step
from lowsr_tradeoff.privacy.words import pooled
from lowsr_tradeoff.records.privacy import Privacy
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.study import StudyConfig


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    """Return the steps that results are read from: at every rate the words heard and counted, the signal's scores.

    Raises:
        MissingResourceError: The recogniser's weights are not there.
        DataError: The weights are not those that they are taken for.
    """
    words = _words_steps(config, speech).values()
    return (
        *words,
        *(step for its in words for step in its.needs),
        *(_intelligibility_step(config, speech, rate_hz) for rate_hz in config.all_rates_hz()),
        *roster.plan(config, speech),
    )


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> Privacy:
    """Return what every attacker recovers, and what the signal scores, at every rate whose steps did not fail."""
    draws = _draws(config, speech)
    rows = _heard_utterances(config, speech, store)
    found = tuple(_privacy_result(config, speech, rate_hz, rows[rate_hz], draws) for rate_hz in rows)
    as_published = (
        published.by_recogniser(result, pooled.word_recovery_draws(rows[result.rate_hz], draws)) for result in found
    )
    return Privacy(
        words=found,
        attacks=(
            *as_published,
            *published.lost_recogniser(config, _words_steps(config, speech), store),
            *roster.results(config, speech, store),
        ),
        learning_curves=roster.curves(config, speech, store, found),
        rate_differences=tuple(_differences(config, rows, draws)),
        intelligibility=tuple(
            of_finished(
                lambda rate_hz: _intelligibility_result(config, speech, rate_hz, store, draws),
                config.all_rates_hz(),
            ).values()
        ),
    )
