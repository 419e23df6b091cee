"""The steps of a network from a file, and its outputs held against the corpus."""

from collections.abc import Mapping
from pathlib import Path

from lowsr_tradeoff.classify.arms import conditions_of
from lowsr_tradeoff.classify.image_steps import feature_steps
from lowsr_tradeoff.classify.step_settings import GivenSettings
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.errors import ConfigError, MissingResourceError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.settings.classify import is_file
from lowsr_tradeoff.settings.given import declaration_of
from lowsr_tradeoff.settings.study import StudyConfig


def given_steps(config: StudyConfig, corpus: EventCorpus) -> dict[Condition, tuple[Step[GivenSettings], ...]]:
    """Return the steps of a network from a file at every rate, fold by fold; none without a file.

    Raises:
        ConfigError: Its TOML is wrong, or does not fit the corpus.
        MissingResourceError: Its file cannot be read.
    """
    if not is_file(config.classify.network):
        return {}
    path = Path(config.classify.network)
    said, sha256 = declaration_of(path), _hash_of(path)
    return {
        condition: tuple(
            Step(
                stage="given",
                run="classify.given_step:run",
                corpus="events",
                settings=GivenSettings(
                    path=path,
                    sha256=sha256,
                    said=said,
                    clips=features.settings,
                    labels=corpus.summary.classes,
                ),
                label=f"{condition.rate_hz} Hz {path.name}, fold {features.settings.fold}",
            )
            for features in feature_steps(config, corpus, condition.rate_hz, "shared", "compact")
        )
        for condition in conditions_of(config)
    }


def check_given(corpus: EventCorpus, given: Mapping[Condition, tuple[Step[GivenSettings], ...]]) -> None:
    """Open a network from a file and hold its outputs against the corpus, before any work."""
    if not given:
        return
    asked = next(iter(given.values()))[0].settings
    try:
        asked.said.columns(corpus.summary.classes)
    except ConfigError as error:
        raise ConfigError(
            f"{asked.path.with_suffix('.toml')}: {error}; name the outputs of every label under [labels]"
        ) from error
    # Only here: it loads what runs the network.
    from lowsr_tradeoff.learning.given import open_network  # noqa: PLC0415

    open_network(asked.path, asked.said)


def _hash_of(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise MissingResourceError(f"{path}: cannot be read ({error.strerror}); check --network") from error
