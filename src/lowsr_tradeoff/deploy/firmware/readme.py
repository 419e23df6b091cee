"""``README.md`` of a hand-over: how to build it, what it takes, what it recognises."""

from lowsr_tradeoff.deploy.firmware.record import HandoverRecord
from lowsr_tradeoff.deploy.markdown import render
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.decision.placing import standing
from lowsr_tradeoff.reports.wording import point_name
from lowsr_tradeoff.settings.front_end import name_of


def readme(record: HandoverRecord, n_clips: int) -> str:
    """Return the hand-over's ``README.md``; ``n_clips`` is how many clips the network was trained on."""
    effort = record.effort
    clock = "an unknown speed" if effort.clock_mhz is None else f"{effort.clock_mhz:g} MHz"
    figures = {
        "front end, cycles per window": effort.front_end,
        "network, cycles per window": effort.network,
        f"both, at {clock}": effort.duration_s,
        "computing time per time": effort.real_time_factor,
        "average power of the device": effort.power_mw,
        "battery": effort.battery_hours,
    }
    return render(
        "firmware/readme.md.j2",
        record=record,
        n_clips=n_clips,
        filter_name=name_of(record.front_end),
        figures=figures,
    )


def standing_of(tradeoff: Tradeoff, name: str) -> str:
    """Return whether the study recommends the point of that name; if not, which one, and where this one stands."""
    recommended = tradeoff.decision.recommended
    if name == recommended:
        return "The study recommends this very point."
    other = "no point" if recommended is None else f"another point, {recommended}"
    names = {point.point_id: point_name(point) for point in tradeoff.points}
    stands = [standing(point, names) for point in tradeoff.points if point.point_id == name]
    here = stands[0] if stands else "its device is none of the study's"
    return f"The study recommends {other}. This one: {here}."
