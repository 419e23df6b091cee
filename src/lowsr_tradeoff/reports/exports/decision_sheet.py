"""The decision on one sheet, for a design review, in the order of the page: answer, figures, warnings, sources."""

from collections.abc import Iterator

from lowsr_tradeoff.files.safe_text import markdown as plain
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.run import CorpusSummary, Tradeoff
from lowsr_tradeoff.reports.sections.decision import placing
from lowsr_tradeoff.reports.sections.decision.cautions import cautions
from lowsr_tradeoff.reports.sections.decision.limits import LEAK_WORDS, LIMITS, brief, missed_names
from lowsr_tradeoff.reports.sections.decision.verdict import explanation, headline, warnings
from lowsr_tradeoff.reports.sections.recognition import alarms
from lowsr_tradeoff.reports.sections.recognition.network import is_from_file
from lowsr_tradeoff.reports.table import Table, table_lines
from lowsr_tradeoff.reports.wording import count, hz, listed, named, of_100


def decision_sheet(tradeoff: Tradeoff) -> str:
    """Return the decision sheet as Markdown."""
    return "\n".join(
        (
            *("# At which sampling rate should this microphone run?", "", f"**{plain(headline(tradeoff))}**", ""),
            plain(" ".join(explanation(tradeoff))),
            *("", *_asked(tradeoff)),
            *("## Each rate", "", *table_lines(_by_rate(tradeoff)), "", *_notes(tradeoff)),
            *("", "## Before you decide", "", *_before(tradeoff)),
            *("", "## Data", "", *(f"- {plain(_corpus(corpus))}" for corpus in tradeoff.corpora)),
            f"- Made by lowsr-tradeoff {tradeoff.provenance.version}, source code {tradeoff.provenance.code}.",
            "- Every setting: [config.toml](config.toml). Every figure: report.html and results.csv.",
            "- Every attacker: claims.md.",
            *("", "Decided: ________ Hz on ________________, by ________________, on ________________", ""),
        )
    )


def _asked(tradeoff: Tradeoff) -> Iterator[str]:
    bounds = tradeoff.decision.constraints
    if bounds:
        asked = [
            f"{limit.called} at {'least' if limit.is_least else 'most'} {limit.shown(bounds[limit.name])}"
            for limit in LIMITS
            if limit.name in bounds
        ]
        yield from (f"Asked for on {plain(tradeoff.decision.device)}: {listed(asked)}.", "")


def _by_rate(tradeoff: Tradeoff) -> Table:
    axis, bounds = LEAK_WORDS[tradeoff.privacy_axis].capitalize(), tradeoff.decision.constraints
    return Table(
        f"One network a rate, on {tradeoff.decision.device}",
        ("Rate", "Sounds recognised", axis, "Battery life", *(["Meets what is needed"] if bounds else [])),
        tuple(
            (
                hz(point.rate_hz),
                *(_cell(figure) for figure in (point.accuracy, point.privacy, point.battery_hours)),
                *([_standing(point, bounds)] if bounds else []),
            )
            for point in placing.shown_by_rate(tradeoff)
        ),
    )


def _cell(figure: Measurement) -> str:
    """The figure with the ends of its interval, or that it is published."""
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return brief(figure) if figure.basis != "published" else f"{brief(figure)} (published)"
    return f"{brief(figure)} ({brief(figure, figure.low).split()[0]}–{brief(figure, figure.high).split()[0]})"


def _standing(point: OperatingPoint, bounds: dict[str, float]) -> str:
    if why := missed_names(point, bounds):
        return f"no: {', '.join(why)}"
    return "yes" if point.p_meets is None else f"yes, in {of_100(point.p_meets)} resamples"


def _notes(tradeoff: Tradeoff) -> Iterator[str]:
    shown = placing.shown_by_rate(tradeoff)
    if not shown:
        return
    sizes = {f"{figure.n} {figure.n_of}" for point in shown for figure in (point.accuracy, point.privacy)}
    networks = "; ".join(f"{rate}: {arm}, {grid} features" for rate, arm, grid in map(named, shown))
    attackers = dict.fromkeys(point.attacker for point in shown)
    if setup := tradeoff.recognition.alarms:
        told = alarms.definitions(setup, is_from_file=is_from_file(tradeoff))
        yield from (plain(told), "", *table_lines(alarms.table(tradeoff)), "")
    yield (
        f"In brackets: 95 % intervals, over {listed(sorted(sizes))}; battery over draws of data-sheet values."
        f" Networks: {networks}. Strongest attackers: {plain('; '.join(attackers))}."
    )


def _before(tradeoff: Tradeoff) -> Iterator[str]:
    for warning in warnings(tradeoff):
        if warning.startswith("Synthetic"):
            yield f"- **{plain(warning)}**"
    for one in cautions(tradeoff, tradeoff.decision.device):
        yield f"- **{plain(one.point)}** {plain(one.figures)}"
    yield "- Nobody asked people to listen. No attacker was tried that claims.md does not name."


def _corpus(corpus: CorpusSummary) -> str:
    things = {"events": "sound clip", "speech": "spoken recording"}[corpus.kind]
    size = f"{count(corpus.n_clips, things)} of {corpus.n_groups} {corpus.group_of}, {corpus.duration_s:.0f} s"
    return f"{corpus.name}: {size}, digest {corpus.digest}."
