"""What the first screen shows, ready to be printed: every number on it is written here and rounded once.

The page's script chooses what to show by the rules of :func:`decision.answer.decide`; the figures that it compares
keep all their digits, and the texts beside them are never made anew.
"""

from collections.abc import Callable, Hashable
from dataclasses import asdict
from typing import Any

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.decision.leaks import at
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import LEAK_FIELDS, OperatingPoint
from lowsr_tradeoff.records.privacy import LeakKind
from lowsr_tradeoff.records.run import ListenPack, Tradeoff
from lowsr_tradeoff.reports.page.draws import PageDraws
from lowsr_tradeoff.reports.sections.decision import placing
from lowsr_tradeoff.reports.sections.decision.cautions import cautions, lost_sounds
from lowsr_tradeoff.reports.sections.decision.limits import LEAK_WORDS, LEAKS_BY_FIGURE, LIMITS, Asked, brief
from lowsr_tradeoff.reports.sections.decision.verdict import JUDGED, change, direction, mark
from lowsr_tradeoff.reports.sections.recognition.recall import network_of
from lowsr_tradeoff.reports.sections.speech.strongest import on_this_speech
from lowsr_tradeoff.reports.wording import accuracy_title, by_chance, count, hz, number, percent, times, times_range

FEATURES = {"shared": "the same features at every rate", "native": "features laid out for this rate"}
# Attackers whose names in the records say how they were made, by what people call them.
EVERYDAY = {
    "recogniser trained at the rate, published": "a recogniser that others trained at the rate (published)",
    "closed vocabulary, trained at the rate": "a recogniser of listed words, trained at the rate",
}


class Once:
    """Records by a key, each made once: many points share a figure."""

    def __init__(self) -> None:
        """Begin without any."""
        self.places: dict[Hashable, int] = {}
        self.records: list[dict[str, Any]] = []

    def place(self, key: Hashable, make: Callable[[], dict[str, Any]]) -> int:
        """Return the place of the record of that key."""
        if key not in self.places:
            self.places[key] = len(self.records)
            self.records.append(make())
        return self.places[key]


def first_screen(tradeoff: Tradeoff, listen: ListenPack, drawn: PageDraws) -> dict[str, Any]:
    """Return the points with their figures and texts, the limits, and the sentences and warnings of each device."""
    figures, devices = Once(), placing.devices(tradeoff)
    full = {device: placing.shown_by_rate(tradeoff, device)[-1] for device in devices if tradeoff.points}
    return {
        "points": [
            _point(tradeoff, listen, point, full[point.device], drawn, figures) for point in tradeoff.points
        ],
        "figures": figures.records,
        "limits": [
            {**asdict(limit), "is_least": limit.is_least} for limit in LIMITS if _can_be_asked(tradeoff, limit)
        ],
        "mark": mark(tradeoff),
        "judged": JUDGED,
        "n_draws": drawn.n_draws,
        "scales": drawn.scales,
        "asked": tradeoff.decision.constraints,
        "device": tradeoff.decision.device,
        "devices": devices,
        "reference": hz(tradeoff.reference_rate_hz),
        "axis": LEAK_WORDS[tradeoff.privacy_axis],
        "open": {name: (direction(tradeoff, name), tuple(change(tradeoff, name))) for name in devices},
        "cautions": {name: [asdict(one) for one in cautions(tradeoff, name)] for name in devices},
    }


def _can_be_asked(tradeoff: Tradeoff, limit: Asked) -> bool:
    """Whether anything is known that the limit could be held against; one of the study's own stays."""
    known = any(getattr(point, limit.field).value is not None for point in tradeoff.points)
    return known or limit.name in tradeoff.decision.constraints


def _point(
    tradeoff: Tradeoff,
    listen: ListenPack,
    point: OperatingPoint,
    full: OperatingPoint,
    drawn: PageDraws,
    figures: Once,
) -> dict[str, Any]:
    # Devices that hear through another front end have no figures of what is heard.
    heard = (point.rate_hz, point.device in tradeoff.other_front_ends and point.device)
    network = (heard, point.grid, point.arm)
    powered = (point.rate_hz, point.grid, point.device)

    def of_leak(name: str, kind: LeakKind) -> int:
        figure = getattr(point, LEAK_FIELDS[kind])
        title = LEAK_WORDS[kind].capitalize()
        return figures.place((name, heard), lambda: _figure(figure, title, _of_leak(tradeoff, listen, point, kind)))

    return {
        "id": point.point_id,
        "rate_hz": point.rate_hz,
        "rate": hz(point.rate_hz),
        "device": point.device,
        "arm": arm_name(point.arm),
        "network": f"{point.rate_hz} {point.grid} {point.arm}",
        "infeasible": point.infeasible,
        "is_on_frontier": placing.is_on_frontier(point),
        "p_meets": point.p_meets,
        "draws": drawn.rows[point.point_id],
        "figures": {
            "accuracy": figures.place(network, lambda: _sounds(tradeoff, point, full)),
            **{name: of_leak(name, kind) for name, kind in LEAKS_BY_FIGURE.items()},
            "privacy": of_leak("privacy", tradeoff.privacy_axis),
            "power": figures.place(("power", powered), lambda: _ends(point.power_mw)),
            "hours": figures.place(("hours", powered), lambda: _battery(tradeoff, point, full)),
            "recall": figures.place(
                ("recall", network), lambda: _figure(point.recall, "Sounds of the class alarmed")
            ),
            "alarms": figures.place(
                ("alarms", network), lambda: _figure(point.false_alarms_per_hour, "False alarms per hour")
            ),
        },
    }


def _ends(figure: Measurement) -> dict[str, Any]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _figure(figure: Measurement, title: str, why: str = "") -> dict[str, Any]:
    """A figure with its texts: in brief, its ends in brief and with one decimal more, all that is known of it."""
    ends = (figure.low, figure.high)
    return {
        **_ends(figure),
        "title": title,
        "text": brief(figure),
        "basis": figure.basis,
        "reason": figure.reason,
        "ends": [None if end is None else brief(figure, end) for end in ends],
        "exact": [None if end is None else brief(figure, end, is_exact=True) for end in ends],
        "why": why or f"{percent(figure) if figure.unit == '1' else number(figure)}",
    }


def _battery(tradeoff: Tradeoff, point: OperatingPoint, full: OperatingPoint) -> dict[str, Any]:
    """The hours, beside how many times as long they are as at the full rate."""
    longer = placing.longer(tradeoff, point, full)
    found = _figure(point.battery_hours, "Battery life", _of_battery(point, full, longer))
    if longer is None:
        return found
    return {**found, "times": {**_ends(longer), "text": times_range(longer)}}


def _sounds(tradeoff: Tradeoff, point: OperatingPoint, full: OperatingPoint) -> dict[str, Any]:
    """Accuracy, with the warning on the sounds that its network loses."""
    result = network_of(tradeoff, point)
    sources = f"; {count(result.n_sources, 'recording')} resampled" if result else ""
    why = f"{percent(point.accuracy)}{sources}. Network: {arm_name(point.arm)}, {FEATURES[point.grid]}."
    lost = next(lost_sounds(tradeoff, point, full), None)
    return {**_figure(point.accuracy, accuracy_title(tradeoff), why), "lost": asdict(lost) if lost else None}


def _of_leak(tradeoff: Tradeoff, listen: ListenPack, point: OperatingPoint, kind: LeakKind) -> str:
    figure, leak = getattr(point, LEAK_FIELDS[kind]), at(tradeoff.leaks, kind, point.rate_hz)
    parts = [f"{percent(figure)}"]
    if figure.value is not None and leak is not None:
        parts.append(f"attacker: {EVERYDAY.get(leak.attacker, leak.attacker)}")
        if leak.envelope_rate_hz != leak.rate_hz:
            parts.append(f"from a copy thinned to {hz(leak.envelope_rate_hz)}")
        parts.append(f"by chance {by_chance(leak)}")
        ours = on_this_speech(tradeoff, leak)
        if ours and figure.basis == "published":
            parts.append(f"attackers run here: {percent(ours)}")
    heard = [clip for clip in listen.clips if (clip.kind, clip.rate_hz) == ("speech", point.rate_hz)]
    written = (
        f" The recogniser wrote “{heard[0].recognised or 'nothing'}” for “{heard[0].label}”."
        if (kind == "words" and heard and heard[0].recognised is not None)
        else ""
    )
    return f"{'; '.join(parts)}.{written}"


def _of_battery(point: OperatingPoint, full: OperatingPoint, longer: Measurement | None) -> str:
    if point.battery_hours.value is None:
        return f"{number(point.battery_hours)}."
    against = (
        f" Against {hz(full.rate_hz)}, draw by draw: {times(longer.value or 0.0)} ({times_range(longer)})."
        if longer
        else ""
    )
    return f"{number(point.battery_hours)}, at {number(point.power_mw)}.{against}"
