"""Records of a study's alarms, from its finished steps."""

from lowsr_tradeoff.classify.alarms.figures import alarm_result, fold_scores
from lowsr_tradeoff.classify.alarms.heard import heard
from lowsr_tradeoff.classify.alarms.plan import AlarmPlan, class_number, hold_of, hop_of
from lowsr_tradeoff.corpora.clips import EventCorpus, folds_of
from lowsr_tradeoff.records.alarms import AlarmResult, AlarmSetup
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig


def alarm_of(
    plan: AlarmPlan, condition: Condition, config: StudyConfig, corpus: EventCorpus, store: Store
) -> AlarmResult:
    """Return the alarms of one condition's networks.

    Raises:
        StageError: A step has not run.
    """
    folds = [fold_scores(step, store) for step in plan.steps_of[condition]]
    hold_s, asked = hold_of(config, corpus), config.alarms_asked_for
    return alarm_result(folds, hold_s, asked, config.alarms.events_per_hour, config.n_resamples, config.seed)


def setup_of(config: StudyConfig, corpus: EventCorpus) -> AlarmSetup | None:
    """Return what all alarms of a study have in common; ``None`` where no class raises any."""
    target = config.alarms.target
    if target is None:
        return None
    known = [heard(corpus, fold, class_number(corpus, target)) for fold in folds_of(corpus)]
    clips = [clip for fold in known for clip in fold.clips]
    n_parts = sum(len(fold.recordings) for fold in known)
    return AlarmSetup(
        target=target,
        background=_described(config, corpus, n_parts),
        is_strung=not corpus.background,
        n_recordings=len(corpus.background) or n_parts,
        hours=sum(sum(fold.background_s) for fold in known) / 3600,
        n_clips=len(clips),
        n_sources=len({clip.source for clip in clips}),
        window_s=corpus.clip_s,
        hop_s=hop_of(config, corpus),
        hold_s=hold_of(config, corpus),
        events_per_hour=config.alarms.events_per_hour,
    )


def _described(config: StudyConfig, corpus: EventCorpus, n_parts: int) -> str:
    n = len(corpus.background)
    if not n:
        return "clips of the other classes strung together, because no background was given"
    name = (config.alarms.background or "").rstrip("/").rpartition("/")[2]
    cut = f", cut into {n_parts} parts, which intervals are by" if n_parts > n else ""
    return f"{n} recording{'s' if n > 1 else ''} of {name}{cut}"
