"""How well the full-rate network's outputs can be predicted from the low rate."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import DASHES, Spec, aside_of, rate_axis, series, spec, style, titled
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, table_of
from lowsr_tradeoff.reports.wording import hz, listed, number, percent


def entry(tradeoff: Tradeoff) -> Entry:
    """Return recoverability, as the page prints it."""
    return Entry(
        "What the student could learn of the full-rate teacher",
        "recoverability",
        "How much of the full-rate network's scores can be recovered, by rate",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
        level=4,
        intro="The full-rate network’s scores are regressed on the fine-tuned low-rate network’s embedding,"
        " fitted on training clips and tested on clips that neither network saw.",
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return recoverability over rate, a line for each feature layout."""
    found = tradeoff.recognition.diagnoses
    grids = list(dict.fromkeys(one.grid for one in found))
    traces = [
        series(
            f"{grid} features",
            {one.rate_hz: one.recoverability for one in found if one.grid == grid},
            style(index),
            percent,
            DASHES[index % len(DASHES)],
            aside_of(index, len(grids)),
        )
        for index, grid in enumerate(grids)
    ]
    return spec(
        traces,
        rate_axis(one.rate_hz for one in found),
        titled("R² of its scores<br>(more is better)", tickformat=".0%", rangemode="tozero"),
        showlegend=True,
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return recoverability, and what there is to know, by rate and features."""
    return table_of(
        "What can be recovered of the full-rate network's scores, and what there is to know",
        tradeoff.recognition.diagnoses,
        (
            ("Rate", lambda one: hz(one.rate_hz)),
            ("Features", lambda one: one.grid),
            ("Recoverable (R²)", lambda one: percent(one.recoverability)),
            ("Entropy of the classes", lambda one: number(one.class_entropy)),
            ("Usable information of the full-rate network", lambda one: number(one.reference_usable)),
        ),
        n_heads=2,
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    each = [
        f"{percent(one.recoverability).brief} at {hz(one.rate_hz)} ({one.grid})"
        for one in tradeoff.recognition.diagnoses
    ]
    return (
        f"Recoverable from the low-rate network's embedding: {listed(each) if each else 'not measured'}."
        " Bars are 95 % intervals. The more"
        " of it can be recovered, the more a student at that rate can learn of the full-rate teacher. The fit is"
        " linear, so this is a lower bound; below 0 % it is worse than a guess of the mean."
    )
