"""What dominates: which figures' spreads make most of the interval of total power."""

from lowsr_tradeoff.records.power import PowerResult, SpreadShare
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import Spec, bars, share_axis, spec, text, titled
from lowsr_tradeoff.reports.sections.decision.placing import deciding_power
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.sections.power.components import place, rates_and_features
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import digits, listed


def entry(tradeoff: Tradeoff) -> Entry:
    """Return what the interval rests on, as the page prints it."""
    return Entry(
        "What dominates",
        "sensitivity",
        f"What the interval of power rests on, on {tradeoff.decision.device}",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
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
    """Return the figures whose spreads make most of an interval of total power, on every device."""
    rows = []
    for result in tradeoff.power.results:
        if result.components:
            told = [_told(share) for share in result.dominant]
            listens = f"{100 * result.listening_share:.3g} % of the time"
            rows.append((*place(result), listens, *_factors(result), *told, *("none",) * (3 - len(told))))
    return Table(
        "What the interval of total power rests on: its factor in what the reference rate shares, which cancels"
        " between the two, and the rest; then the share of its variance that one figure explains, and the interval"
        " left once that figure is measured to within 10 %",
        ("Device", "Rate", "Features", "Listens", "Shared", "Own", "First", "Second", "Third"),
        tuple(rows),
        n_heads=3,
    )


def _told(share: SpreadShare) -> str:
    left, told = share.if_measured, f"{share.parameter}: {100 * share.share:.0f} %"
    if left.low is None or left.high is None:
        return told
    return f"{told}, leaves {digits(left.low)} to {digits(left.high)} mW"


def _factors(result: PowerResult) -> tuple[str, str]:
    """Return the parts of the interval as factors: value/k to value*k."""
    if result.spread is None:
        return "no reference", "no reference"
    return f"x{result.spread.shared:.2f}", f"x{result.spread.own:.2f}"


def caption(tradeoff: Tradeoff) -> str:
    """Return what to measure first."""
    first = dict.fromkeys(result.dominant[0].parameter for result in _drawn(tradeoff) if result.dominant)
    if not first:
        return "No figure has a spread that moves the total."
    return (
        f"The interval rests most on {listed(first)}. To narrow it, measure that first."
        " The shares are squared correlations and need not sum to one."
    )


def _drawn(tradeoff: Tradeoff) -> list[PowerResult]:
    return [result for result in deciding_power(tradeoff) if result.components]
