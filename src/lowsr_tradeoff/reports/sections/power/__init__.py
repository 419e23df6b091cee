"""What every rate costs in power, and what that rests on."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry, Section
from lowsr_tradeoff.reports.sections.power import battery, components, sensitivity, tables
from lowsr_tradeoff.reports.sections.recognition import network

INTRO = (
    "Average power of every part from the microphone to the battery, idling while samples come in included. The"
    " operations are counted on the trained network; what each costs is taken from data sheets and publications."
)
CAVEATS = Entry(
    heading="What these figures leave out",
    points=(
        (
            "Figures marked “modelled” are calculated, not measured on hardware here. Their intervals hold the"
            " spread of the sourced values."
        ),
        (
            "Infeasible means that the device cannot do it: the network does not fit, it is slower than real time,"
            " or the part does not offer the rate. No power is given then."
        ),
        "Battery hours assume the battery of the settings at its nominal charge and nothing else connected to it.",
        (
            "On the shared grid computing does not fall with the rate; on the native one it does, of YAMNet only"
            " the features. What neither changes is the floor: microphone, waiting for sound, regulator."
        ),
    ),
)


def section(tradeoff: Tradeoff) -> Section:
    """Return what every rate costs, in reading order."""
    return Section("power-use", "Where the power goes", components.finding(tradeoff), _entries(tradeoff))


def _entries(tradeoff: Tradeoff) -> tuple[Entry, ...]:
    return (
        Entry(intro=INTRO),
        components.entry(tradeoff),
        battery.entry(tradeoff),
        sensitivity.entry(tradeoff),
        Entry("Peaks", table=tables.peaks(tradeoff)),
        Entry("Converters at their limits", table=tables.bounds(tradeoff)),
        Entry("Slower clock or race to sleep", table=tables.clocks(tradeoff)),
        Entry(
            "How far the model is from measurements",
            table=tables.errors(tradeoff),
            tables=(tables.held_out(tradeoff),),
        ),
        Entry("What one classification computes", table=network.one_classification(tradeoff)),
        CAVEATS,
        Entry("Sources of power", table=tables.sources(tradeoff)),
    )
