"""The front end that accuracy and attackers were measured behind, in words."""

from lowsr_tradeoff.records.run import Tradeoff


def front_end(tradeoff: Tradeoff) -> str:
    """Return its name and whether it is that of the device that decides, with basis and source of the device's."""
    device, name = tradeoff.decision.device, tradeoff.front_end
    figures = (figure for sheet in tradeoff.power.devices if sheet.device == device for figure in sheet.figures)
    own = next((figure for figure in figures if figure.parameter == "adc.filter"), None)
    if own is None:
        return name
    # What follows a comma in a front end's name are noise floor, bits and scene.
    if name.split(",")[0] == own.text:
        return f"{name}, the filter of {device} ({own.basis}: {own.source})"
    return f"{name}, chosen for the study; {device} has {own.text} ({own.basis})"
