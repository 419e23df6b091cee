"""Settings of a device that listens all day for one class of sound."""

from pydantic import Field

from lowsr_tradeoff.settings.front_end import FilePath
from lowsr_tradeoff.settings.groups import Positive, Settings


class AlarmSettings(Settings):
    """Which class raises alarms, and what else the device hears.

    Attributes:
        target: Class that raises an alarm; ``None`` for a study that only tells classes apart.
        background: Folder of recordings of any length in which the target does not sound, or one such recording;
            ``None`` strings the clips of the other classes together.
        hold_s: Seconds after an alarm in which no second one is raised; ``None`` for two windows.
        per_hour: False alarms per hour that the threshold is set for: on the sounds that set it, the upper end of
            their 95 % interval is at most this; ``None`` for half of ``max_false_alarms_per_hour``, or 1.
        events_per_hour: Times per hour that the target really sounds: an assumption, for the energy of true alarms.
    """

    target: str | None = Field(default=None, min_length=1)
    background: FilePath | None = None
    hold_s: Positive | None = None
    per_hour: Positive | None = None
    events_per_hour: float = Field(default=1.0, ge=0)
