"""What CSSD gains in each class against the share of its energy that a rate keeps."""

from collections.abc import Sequence

from lowsr_tradeoff.records.diagnosis import Diagnosis
from lowsr_tradeoff.records.network import Grid
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports import plot
from lowsr_tradeoff.reports.certainty import p_value
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, cross_table, table_of
from lowsr_tradeoff.reports.wording import hz, number, percent, points, probability

ALPHA = 0.05


def entry(tradeoff: Tradeoff) -> Entry:
    """Return energy and gain, as the page prints them, or why there is no gain."""
    heading = "Where the gain is"
    if not any(one.classes for one in _drawn(tradeoff)):
        nothing = "The study trains not both fine-tuning and CSSD, so there is no gain by class."
        return Entry(heading=heading, level=4, intro=nothing)
    return Entry(
        heading,
        "energy",
        "Gain of CSSD by class against the energy that the rate keeps",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
        level=4,
        intro="Energy kept is the share of a clip’s energy that lies below half the rate, averaged over the"
        " clips of a class. The gain is the recall of CSSD less that of fine-tuning on the same clips.",
        tables=(ranks(tradeoff),),
    )


def drawn_grid(tradeoff: Tradeoff) -> Grid | None:
    """Return the features that classes are drawn for: the last ones of the study."""
    return next((one.grid for one in reversed(tradeoff.recognition.diagnoses)), None)


def figure(tradeoff: Tradeoff) -> plot.Spec:
    """Return what CSSD gains in each class against the share of its energy that a rate keeps."""
    looks = plot.rate_styles(tradeoff)
    return plot.spec(
        [_classes(one, looks[one.rate_hz]) for one in _drawn(tradeoff) if one.classes],
        plot.share_axis("energy of the class below half the rate<br>(the more, the better it is heard)"),
        plot.titled("recall, CSSD less fine-tuned<br>(above 0: CSSD recognises more)", tickformat="+.0%"),
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return energy kept and gain of CSSD for every class, by rate and features."""
    classes = [(one, of_class) for one in tradeoff.recognition.diagnoses for of_class in one.classes]
    rates_hz = sorted({one.rate_hz for one, _ in classes})
    return cross_table(
        "Energy kept and gain of CSSD over fine-tuning, by class",
        ("Class", "Features"),
        {(rate_hz, what): f"{hz(rate_hz)}: {what}" for rate_hz in rates_hz for what in ("energy kept", "gain")},
        (
            ((of_class.label, one.grid), (one.rate_hz, what), cell)
            for one, of_class in classes
            for what, cell in (("energy kept", percent(of_class.energy_kept)), ("gain", points(of_class.gain)))
        ),
        "not run",
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return whether classes that lose more energy gain more from the full-rate teacher."""
    each = [_rank(one) for one in _drawn(tradeoff)]
    return (
        f"One mark for each class and rate, {drawn_grid(tradeoff)} features, with 95 % intervals."
        f" {'; '.join(each) or 'None was measured'}. A negative"
        " correlation means that classes which lose more energy gain more; one correlation in twenty falls below"
        " p = 0.05 where there is nothing."
    )


def ranks(tradeoff: Tradeoff) -> Table:
    """Return whether classes that lose more energy gain more, by rate and features."""
    return table_of(
        "Rank correlation of energy kept with gain, over the classes",
        tradeoff.recognition.diagnoses,
        (
            ("Rate", lambda one: hz(one.rate_hz)),
            ("Features", lambda one: one.grid),
            ("Spearman's correlation", lambda one: number(one.rank_correlation)),
            ("p, by random pairings", lambda one: probability(one.rank_p_value)),
        ),
        n_heads=2,
    )


def _drawn(tradeoff: Tradeoff) -> Sequence[Diagnosis]:
    grid = drawn_grid(tradeoff)
    return [one for one in tradeoff.recognition.diagnoses if one.grid == grid]


def _classes(one: Diagnosis, look: plot.Style) -> plot.Spec:
    known = [it for it in one.classes if it.energy_kept.value is not None and it.gain.value is not None]
    hovertext = [
        f"{plot.text(it.label)}, {hz(one.rate_hz)}: {percent(it.energy_kept).brief} kept, {points(it.gain).brief}"
        for it in known
    ]
    kept, gained = [it.energy_kept for it in known], [it.gain for it in known]
    return plot.measured(hz(one.rate_hz), kept, gained, look, hovertext)


def _rank(one: Diagnosis) -> str:
    correlation, p = one.rank_correlation, one.rank_p_value.value
    if correlation.value is None or p is None:
        return f"{hz(one.rate_hz)}: no correlation, {correlation.reason}"
    shown = "a trend" if p < ALPHA else "no trend shown"
    return f"{hz(one.rate_hz)}: rank correlation {correlation.value:+.2f}, {p_value(p)}, {shown}"
