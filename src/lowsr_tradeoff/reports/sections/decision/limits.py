"""What can be asked for, in the words of the first screen: a limit's field, unit and what is said of a miss."""

from collections.abc import Iterator
from dataclasses import dataclass

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.privacy import LeakKind
from lowsr_tradeoff.reports.wording import DAY_H, life, percent, whole

# What a kind of leak is called in a sentence, and what a lower rate hides of it.
LEAK_WORDS: dict[LeakKind, str] = {
    "words": "words recovered",
    "known words": "known words recovered",
    "who": "speakers identified",
    "sex": "sex told from the voice",
    "presence": "speech noticed",
}
HIDES: dict[LeakKind, str] = {
    "words": "hide more words",
    "known words": "hide more of the known words",
    "who": "hide more of who speaks",
    "sex": "hide more of the speaker’s sex",
    "presence": "hide more of whether anyone speaks",
}


@dataclass(frozen=True)
class Asked:
    """One limit.

    Attributes:
        name: The setting, such as ``"min_accuracy"``.
        figure: The figure that it bounds, as the page's script calls it.
        field: The same in an operating point.
        label: Beside its field.
        called: In a sentence.
        short: In a narrow column.
        unit: Of its field; ``factor`` of these are one of the setting's unit.
        could_be: What the worse end of an interval is said to be.
        bound: How the limit is called after it.
    """

    name: str
    figure: str
    field: str
    label: str
    called: str
    short: str
    unit: str
    factor: float
    could_be: str
    bound: str

    @property
    def is_least(self) -> bool:
        """Whether at least so much is asked for, not at most."""
        return self.name.startswith("min_")

    def end(self, figure: Measurement) -> float | None:
        """Return the end of the interval that decides."""
        return figure.low if self.is_least else figure.high

    def shown(self, bound: float) -> str:
        """Return a bound in its field's unit, to four digits."""
        return f"{float(f'{bound * self.factor:.4g}'):.12g} {self.unit}"


def _of(name: str, figure: str, label: str, called: str, short: str) -> Asked:
    """A limit in per cent."""
    could_be, bound = ("low", "need") if name.startswith("min_") else ("high", "allow")
    return Asked(
        name, figure, name[4:], label, called, short, "%", 100, f"could be as {could_be} as", f"you {bound}"
    )


LIMITS = (
    _of("min_accuracy", "accuracy", "Sounds ≥", "sounds recognised", "sounds"),
    _of("max_word_recovery", "words", "Words ≤", "words recovered", "words"),
    _of("max_known_word_recovery", "known", "Known words ≤", "known words recovered", "known words"),
    _of("max_speaker_identification", "who", "Speakers ≤", "speakers identified", "speakers"),
    Asked(
        *("min_battery_hours", "hours", "battery_hours", "Battery ≥", "battery life", "battery", "days", 1 / DAY_H),
        *("could be as short as", "you need"),
    ),
    _of("min_recall", "recall", "Alarmed ≥", "sounds of the class alarmed", "alarmed"),
    Asked(
        *("max_false_alarms_per_hour", "alarms", "false_alarms_per_hour", "False alarms ≤", "false alarms"),
        *("false alarms", "per hour", 1.0, "could be as many as", "you allow"),
    ),
)
# Leaks on a first screen by the script's name for them; the last is the axis of a study whose leak has no limit.
LEAKS_BY_FIGURE: dict[str, LeakKind] = {"words": "words", "known": "known words", "who": "who"}


def brief(figure: Measurement, end: float | None = None, *, is_exact: bool = False) -> str:
    """Return a figure or one end of its interval as the first screen writes it: whole per cent, days, or per hour.

    >>> brief(Measurement(value=0.463, low=0.4, high=0.52, n=9, n_of="clips"), 0.4)
    '40 %'
    """
    value = figure.value if end is None else end
    if value is None:
        return "not measured"
    if figure.unit == "h":
        return " ".join(life(value, figure.value))
    if figure.unit == "per hour":
        return f"{value:.3g} per hour"
    return percent(figure.model_copy(update={"value": value})).value if is_exact else f"{whole(value)} %"


def missed(point: OperatingPoint, constraints: dict[str, float]) -> tuple[str, ...]:
    """Return in words what keeps a point from meeting the limits on the worse ends of its intervals."""
    cannot = (f"{point.device} cannot run it: {reason}" for reason in point.infeasible)
    return (*cannot, *(_miss(limit, point, constraints[limit.name]) for limit in _missed(point, constraints)))


def missed_names(point: OperatingPoint, constraints: dict[str, float]) -> tuple[str, ...]:
    """Return what :func:`missed` is about, a word each."""
    limits = (limit.short for limit in _missed(point, constraints))
    return (*(("device",) if point.infeasible else ()), *limits)


def _missed(point: OperatingPoint, constraints: dict[str, float]) -> Iterator[Asked]:
    for limit in LIMITS:
        if limit.name in constraints and not (point.infeasible and limit.figure == "hours"):
            end, bound = limit.end(getattr(point, limit.field)), constraints[limit.name]
            if end is None or (end < bound if limit.is_least else end > bound):
                yield limit


def _miss(limit: Asked, point: OperatingPoint, bound: float) -> str:
    figure: Measurement = getattr(point, limit.field)
    end = limit.end(figure)
    if end is None:
        return f"{limit.called}: {figure.reason or 'no interval is known'}"
    asked, worst = limit.shown(bound), brief(figure, end)
    if worst == asked:
        worst = f"{brief(figure, end, is_exact=True)}, just {'below' if limit.is_least else 'above'}"
    return f"{limit.called} {limit.could_be} {worst} ({limit.bound} {asked})"
