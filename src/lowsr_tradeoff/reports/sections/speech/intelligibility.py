"""Signal measures: STOI, ESTOI and PESQ by rate."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import Spec, axis, rate_axis, series, spec, style, titled
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, table_of
from lowsr_tradeoff.reports.wording import hz, number, sentences


def entry(tradeoff: Tradeoff) -> Entry:
    """Return the signal measures, as the page prints them."""
    return Entry(
        "Signal measures",
        "intelligibility",
        "STOI, ESTOI and PESQ by rate",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return STOI and ESTOI by rate, and PESQ below them."""
    found = tradeoff.privacy.intelligibility
    traces = [
        series("STOI", {result.rate_hz: result.stoi for result in found}, style(0), number),
        series("ESTOI", {result.rate_hz: result.estoi for result in found}, style(1), number),
        {**series("PESQ, wideband", {r.rate_hz: r.pesq_wb for r in found}, style(2), number), "yaxis": "y2"},
    ]
    return spec(
        traces,
        {**rate_axis(result.rate_hz for result in found), "anchor": "y2"},
        titled(
            "STOI, ESTOI, 1 is the original<br>(lower is better for this report)",
            domain=[0.48, 1],
            rangemode="tozero",
        ),
        yaxis2=axis(titled("PESQ, 1 to 4.64<br>(lower is better)", domain=[0, 0.4])),
        height=520,
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return the signal measures by rate."""
    return table_of(
        "Signal measures by rate, against the full-band original",
        tradeoff.privacy.intelligibility,
        (
            ("Rate", lambda result: hz(result.rate_hz)),
            ("STOI", lambda result: number(result.stoi)),
            ("ESTOI", lambda result: number(result.estoi)),
            ("PESQ, wideband", lambda result: number(result.pesq_wb)),
            ("PESQ, narrowband", lambda result: number(result.pesq_nb)),
            ("SII of the band limit", lambda result: number(result.sii)),
        ),
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    found = sorted(tradeoff.privacy.intelligibility, key=lambda result: result.rate_hz)
    each = [
        f"{hz(result.rate_hz)}: STOI {number(result.stoi).brief}, ESTOI {number(result.estoi).brief}, PESQ"
        f" {number(result.pesq_wb).brief}"
        for result in found
    ]
    return sentences("; ".join(each) or "No signal measure was taken")
