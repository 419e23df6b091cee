"""Alarms for one class in continuous sound: how many clips of it raise one, and how often other sounds do."""

from lowsr_tradeoff.records.base import Measurement, Record

FALSE_ALARMS = "false alarms"


class AlarmSetup(Record):
    """What all alarms of a study have in common.

    Attributes:
        background: What the device hears beside the target.
        is_strung: Whether that is the clips of the other classes, because no recordings were given.
        n_recordings: Recordings of the background; sources of those clips.
        hours: Background in all; each second is heard by the networks of one fold.
        window_s: Length of a scored window.
        hop_s: From the start of one window to that of the next.
        hold_s: After an alarm, the time in which no second one is raised.
        events_per_hour: How often the target is taken to sound, for the energy of true alarms.
    """

    target: str
    background: str
    is_strung: bool
    n_recordings: int
    hours: float
    n_clips: int
    n_sources: int
    window_s: float
    hop_s: float
    hold_s: float
    events_per_hour: float


class AlarmPoint(Record):
    """Recall at a bound on false alarms, with thresholds chosen on other folds than those that are counted.

    Attributes:
        per_hour: The bound: where the threshold is chosen, the upper end of the interval of false alarms per hour
            is at most this.
        threshold: Log odds of the target in one window that raise an alarm, chosen on all folds: for use. ``None``
            where the sounds are too short for the bound.
        recall: Share of the target's clips that raise an alarm.
        false_alarms_per_hour: Of the other sounds.
    """

    per_hour: float
    threshold: float | None
    recall: Measurement
    false_alarms_per_hour: Measurement


class AlarmResult(Record):
    """Alarms of one network.

    Attributes:
        average_precision: Of windows that hold the target against windows without it, over all thresholds.
        roc_auc: The same by the area under the ROC curve.
        points: Recall at usual bounds.
        operating: At the bound that the study asks for, or the least that its sounds can show, if that is more.
        alarms_per_hour: Of the operating point, true and false: what a device sends.
        recall_draws: Joint draws of the operating point, as ``false_alarm_draws``.
    """

    average_precision: Measurement
    roc_auc: Measurement
    points: tuple[AlarmPoint, ...]
    operating: AlarmPoint
    alarms_per_hour: Measurement
    recall_draws: tuple[float, ...] = ()
    false_alarm_draws: tuple[float, ...] = ()

    def without_draws(self) -> "AlarmResult":
        """Return the figures alone."""
        return self.model_copy(update={"recall_draws": (), "false_alarm_draws": ()})


class AlarmRule(Record):
    """When a network that is put to use raises an alarm.

    Attributes:
        target: The class.
        threshold: Log odds of the class in one window at which it is raised.
        hold_s: After an alarm, the time in which no second one is raised.
        hop_s: From one window to the next, as tested.
        tested: What networks trained alike did, with thresholds of other folds.
    """

    target: str
    threshold: float
    hold_s: float
    hop_s: float
    tested: AlarmPoint
