"""What each attacker would recover with more training data: the learning curves."""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

import numpy as np

from lowsr_tradeoff.corpora.rows import grouped
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.privacy import LearningCurve, LearningLaw
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports import plot
from lowsr_tradeoff.reports.certainty import p_value
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import amount, hz, listed, percent
from lowsr_tradeoff.statistics.learning_law import recovery

INTRO = (
    "Each attacker here learnt from growing shares of its data and was tested on others. A saturating power law is"
    " fitted to what it recovered; where the curve does not allow an extrapolation, that is said in its place. The"
    " law holds for more of the same data and the same network. A larger network, or another kind of data, may"
    " recover more."
)
N_DRAWN = 60


def entries(tradeoff: Tradeoff) -> Iterator[Entry]:
    """Yield the learning curves of each attacker that has some, as the page prints them."""
    groups = grouped(tradeoff.privacy.learning_curves, attrgetter("attacker")).values()
    if groups:
        yield Entry(heading="What a stronger attacker would get", intro=INTRO)
    for place, group in enumerate(groups):
        title = f"{group[0].attacker}: words recovered, by how many {group[0].amount_of} it learnt from"
        yield Entry(
            heading=f"{title[0].upper()}{title[1:]}",
            level=4,
            anchor=f"learning-{place}",
            title=title,
            figure=figure(group, plot.rate_styles(tradeoff)),
            table=table(group),
            caption=caption(group),
        )


def figure(group: Sequence[LearningCurve], looks: Mapping[int, plot.Style]) -> plot.Spec:
    """Return recovery over an attacker's training data, with the law and its prediction for more."""
    return plot.spec(
        [trace for curve in group for trace in _traces(curve, looks[curve.rate_hz])],
        plot.titled(f"{group[0].amount_of} learnt from, log scale<br>(the attacker's choice)", type="log"),
        plot.share_axis("recovered<br>(lower is better for this report)"),
        height=500,
    )


def table(group: Sequence[LearningCurve]) -> Table:
    """Return recovery by rate with every share of one attacker's training data, and with many times as much."""
    first = group[0]
    amounts = [f"{amount(point.amount)} {first.amount_of}" for point in first.points]
    times = [f"{more.times} times as many" for more in first.extrapolations]
    return Table(
        f"{first.attacker}: words recovered by how many {first.amount_of} were learnt from, and extrapolated",
        ("Rate", *amounts, "Law (p of the misfit)", *times),
        tuple(
            (
                hz(curve.rate_hz),
                *(percent(point.value) for point in curve.points),
                _law(curve.law),
                *(percent(more.value) for more in curve.extrapolations),
            )
            for curve in group
        ),
    )


def caption(group: Sequence[LearningCurve]) -> str:
    """Return what the figure shows."""
    each = ". ".join(_sentence(curve) for curve in group)
    return f"{each}. Dashed: the fitted law; bars are 95 % intervals. {group[0].setup}."


def _law(law: LearningLaw | None) -> str:
    if law is None:
        return "too few points"
    return (
        f"{law.ceiling:.3g} - {law.ceiling - law.chance:.3g} (1 + n/{law.scale:.3g})^-{law.exponent:.2g} "
        f"({p_value(law.misfit_p)})"
    )


def _traces(curve: LearningCurve, look: plot.Style) -> Iterator[plot.Spec]:
    name = hz(curve.rate_hz)
    told = [more for more in curve.extrapolations if more.value.value is not None]
    amounts = [point.amount for point in curve.points]
    yield _markers(name, amounts, [point.value for point in curve.points], look, "measured")
    if curve.law and told:
        beyond = [more.times * amounts[-1] for more in told]
        yield _line(curve.law, amounts[0], beyond[-1], look, name)
        yield _markers(name, beyond, [more.value for more in told], look, "extrapolated")


def _markers(name: str, amounts: list[float], found: list[Measurement], look: plot.Style, how: str) -> plot.Spec:
    return plot.markers(
        amounts,
        [measurement.value for measurement in found],
        (look.hollow() if how == "extrapolated" else look).marker(),
        name=plot.text(f"{name}, {how}"),
        error_y=plot.error_bar(found, color=look.colour),
        hovertext=[
            f"{plot.text(name)}, {how} with {amount(n)}: {plot.text(str(percent(measurement)))}"
            for n, measurement in zip(amounts, found, strict=True)
        ],
        hoverinfo="text",
    )


def _line(law: LearningLaw, start: float, end: float, look: plot.Style, name: str) -> plot.Spec:
    amounts = np.geomspace(start, end, N_DRAWN)
    return plot.plain_line(
        plot.text(f"{name}, fitted law"),
        [round(float(amount), 4) for amount in amounts],
        [round(recovery(law, float(amount)), 5) for amount in amounts],
        {"color": look.colour, "dash": "dash"},
        hoverinfo="skip",
    )


def _sentence(curve: LearningCurve) -> str:
    now = curve.points[-1]
    beyond = listed(
        f"{percent(more.value).brief} with {more.times} times as many"
        if more.value.value is not None
        else f"no figure with {more.times} times as many: {more.value.reason}"
        for more in curve.extrapolations
    )
    return (
        f"{hz(curve.rate_hz)}: {percent(now.value).brief} with {amount(now.amount)} {curve.amount_of} "
        f"({amount(now.minutes)} minutes); {beyond}"
    )
