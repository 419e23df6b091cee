"""Whether the networks beat the control, which is no network."""

from collections.abc import Iterator

from lowsr_tradeoff.classify.arms import arm_name, arm_of
from lowsr_tradeoff.records.classify import Contrast
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.certainty import chance, chances, support
from lowsr_tradeoff.reports.sections.decision import placing
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, table_of
from lowsr_tradeoff.reports.wording import hz, listed, percent, points

INTRO = (
    "The control learns from statistics of the log spectrum, with extra trees and a support vector machine. A"
    " network that does not beat it has learnt too little to judge a rate by. The control has accuracy alone: no"
    " published figure tells what its comparisons cost on a device, so it has neither power nor an operating point."
)


def entries(tradeoff: Tradeoff) -> Iterator[Entry]:
    """Yield the comparison with the control, as the page prints it, where the study has one."""
    if against_control(tradeoff):
        yield Entry(
            heading="Networks against the control",
            intro=INTRO,
            points=tuple(unbeaten(tradeoff)) or ("Every network is better than the control, at every rate.",),
            table=table(tradeoff),
            kind="tight",
        )


def against_control(tradeoff: Tradeoff) -> list[Contrast]:
    """Return the differences between networks and a control at the same rate, by ascending rate."""
    found = [contrast for contrast in tradeoff.recognition.contrasts if not arm_of(contrast.against).is_network]
    return sorted(found, key=lambda contrast: contrast.rate_hz)


def table(tradeoff: Tradeoff) -> Table:
    """Return the paired differences between networks and the control, with their tests."""
    return table_of(
        "Paired differences in accuracy between networks and the control, on the same clips",
        against_control(tradeoff),
        (
            ("Network", lambda of: f"{hz(of.rate_hz)}, {arm_name(of.arm)}, {of.grid}"),
            ("Network minus control", lambda of: points(of.difference)),
            ("Supported by these data?", support),
            ("p", lambda of: chance(of.p_value)),
            ("p, adjusted (Holm)", lambda of: "exploratory" if of.p_holm is None else chance(of.p_holm)),
            ("Better", lambda of: chances(of)[0]),
            ("Equal in practice", lambda of: chances(of)[1]),
            ("Worse", lambda of: chances(of)[2]),
            ("Smallest that could be shown", lambda of: percent(of.detectable)),
        ),
    )


def unbeaten(tradeoff: Tradeoff) -> Iterator[str]:
    """Yield for each rate the networks that are not better than the control, with difference, interval and p."""
    found = [contrast for contrast in against_control(tradeoff) if not is_better(contrast)]
    for rate_hz in dict.fromkeys(contrast.rate_hz for contrast in found):
        each = [_difference(contrast) for contrast in found if contrast.rate_hz == rate_hz]
        yield f"At {hz(rate_hz)} not better than the control: {'; '.join(each)}."


def is_better(contrast: Contrast) -> bool:
    """Return whether the data support that the first is more accurate."""
    return contrast.is_supported and (contrast.difference.value or 0.0) > 0


def warnings(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return which networks that the answer rests on recognise less than the control; one sentence, or none."""
    asked = {(point.rate_hz, point.grid, point.arm) for point in _answered_with(tradeoff)}
    behind = [
        contrast
        for contrast in against_control(tradeoff)
        if (contrast.rate_hz, contrast.grid, contrast.arm) in asked and (contrast.difference.value or 0.0) < 0
    ]
    if not behind:
        return ()
    each = listed(f"{_lead(contrast)} at {hz(contrast.rate_hz)}" for contrast in behind)
    advice = "Train longer or take another network before a rate is chosen by this one's accuracy"
    return (f"The control, which is no network, recognises more than the network: {each}. {advice}.",)


def _lead(contrast: Contrast) -> str:
    """How much more the control recognises, in brief."""
    chance_alone = "" if contrast.is_supported else " (within chance)"
    return f"{-100 * (contrast.difference.value or 0.0):.1f} points{chance_alone}"


def _answered_with(tradeoff: Tradeoff) -> tuple[OperatingPoint, ...]:
    """The point that the answer names, or those that stand for the rates."""
    subject = placing.subject_point(tradeoff)
    return (subject,) if subject is not None else placing.shown_by_rate(tradeoff)


def _difference(contrast: Contrast) -> str:
    p = contrast.p_value if contrast.p_holm is None else contrast.p_holm
    shown = points(contrast.difference)
    return f"{arm_name(contrast.arm)}, {contrast.grid} features {shown} (p {chance(p)}, {support(contrast)})"
