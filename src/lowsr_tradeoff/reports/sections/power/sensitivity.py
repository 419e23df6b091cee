"""What dominates: which figures' spreads make most of the interval of total power."""

from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import Spec, bars, share_axis, spec, text, titled
from lowsr_tradeoff.reports.sections.decision.placing import deciding_power
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.sections.power.components import place, rates_and_features
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import listed, number


def entry(tradeoff: Tradeoff) -> Entry:
    """Return what the interval rests on, as the page prints it."""
    return Entry(
        "What dominates",
        "sensitivity",
        f"What the interval of power rests on, on {tradeoff.decision.device}",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
        tables=(in_two_parts(tradeoff),),
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return the share of the variance of total power that each figure explains, on the deciding device."""
    results = _drawn(tradeoff)
    shares = [{text(share.parameter): share.share for share in result.dominant} for result in results]
    return spec(
        bars(rates_and_features(results), shares, "%{x}: %{y:.0%}<extra>%{fullData.name}</extra>"),
        titled("sampling rate and features (the choice)", showgrid=False),
        share_axis("share of the variance<br>(the more, the better it is worth measuring)"),
        barmode="group",
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return the figures whose spreads make most of an interval of total power, on every device.

    Beside each stands the power that would be left once that figure alone is measured.
    """
    return Table(
        "What the interval of total power rests on: the share of its variance that one figure explains, and the"
        " power once that figure is measured to within 10 %",
        ("Device", "Rate", "Features", "Figure", "Share", "Average power", "Once it is measured"),
        tuple(
            (
                *(*place(result), share.parameter, f"{100 * share.share:.0f} %"),
                *(number(result.power_mw), number(share.if_measured)),
            )
            for result in tradeoff.power.results
            if result.components
            for share in result.dominant
        ),
        n_heads=4,
    )


def in_two_parts(tradeoff: Tradeoff) -> Table:
    """Return the interval of total power in what the reference rate shares and the rest."""
    return Table(
        "The interval of average power in two parts: what the reference rate shares cancels between the two",
        ("Device", "Rate", "Features", "Listens", "Average power", "Shared, times or over", "Own, times or over"),
        tuple(
            (
                *(*place(result), f"{100 * result.listening_share:.3g} % of the time", number(result.power_mw)),
                *(f"{result.spread.shared:.2f}", f"{result.spread.own:.2f}"),
            )
            for result in tradeoff.power.results
            if result.spread
        ),
        n_heads=3,
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what to measure first."""
    first = dict.fromkeys(result.dominant[0].parameter for result in _drawn(tradeoff) if result.dominant)
    if not first:
        return "No figure has a spread that moves the total."
    return (
        f"The interval rests most on {listed(first)}. To narrow it, measure that first; the table has what is left"
        " then. The shares are squared correlations and need not sum to one."
    )


def _drawn(tradeoff: Tradeoff) -> list[PowerResult]:
    return [result for result in deciding_power(tradeoff) if result.components]
