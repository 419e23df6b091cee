"""The closed vocabulary that an attacker learns: the embedded digits, or a user's own words by folder."""

from pathlib import Path

from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.settings.study import StudyConfig

N_FOLDS = 5


def words_of(config: StudyConfig, cache: Path | None) -> EventCorpus | None:
    """Return the words of a study, in folds that share no speaker: the digits by default.

    ``None`` for own speech without a vocabulary, and in a quick look, where no attacker learns words. The source is
    ``"digits"``, a folder with a subfolder per word, or a CSV ``path,label,source`` whose source is the speaker.

    Raises:
        DataError: The vocabulary has problems; the message lists all of them.
    """
    source = config.privacy.words_source or ("digits" if config.speech.source == "demo" else None)
    if source is None or config.quick:
        return None
    rates_hz, top_hz, seed = config.rates_hz, config.reference_rate_hz, config.seed
    return load_events(source, N_FOLDS, None, seed, rates_hz, top_hz, skip_bad=config.skip_bad, cache=cache)
