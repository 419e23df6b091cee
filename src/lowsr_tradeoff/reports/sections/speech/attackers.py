"""Every attacker: each one tested, its chance level, what others published, and who was not tested."""

from collections.abc import Sequence
from operator import attrgetter

from lowsr_tradeoff.corpora.rows import grouped
from lowsr_tradeoff.decision.leaks import AT_STAKE
from lowsr_tradeoff.privacy.attackers.low_rate_figures import RECOVERED
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import GREY, Spec, rate_axis, series, share_axis, spec, style, text
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Cell, Row, Table
from lowsr_tradeoff.reports.wording import Shown, by_chance, hz, listed, percent, share, shown

ATTACK = attrgetter("attacker", "measure", "front_end")
# Attackers and conditions differ from those here; the first two are cited second-hand.
PUBLISHED = (
    (
        "Recogniser trained at the rate",
        "LibriSpeech test-clean",
        "word error rate 52.15 % at 500 Hz, 27.55 % at 800 Hz, 8.90 % at 1600 Hz",
        "Pohlhausen & Bitzer, SPSC 2025, arXiv 2508.02483 (second-hand)",
    ),
    (
        "Recogniser that knows the capture",
        "spoken digits",
        "word error rate above 86 % at 320 Hz",
        "Pohlhausen et al. 2026, arXiv 2607.21393 (second-hand)",
    ),
    (
        "Whisper as published, and people listening",
        "mingling in the wild",
        "about 800 Hz is enough to tell that somebody speaks; below about 2000 Hz content is hard to get",
        "Liu et al., Interspeech 2024, arXiv 2407.13266",
    ),
    (
        "Recogniser fine-tuned on filtered features",
        "TIMIT and ESC-50",
        "word error rate 44.43 % without the filter, 101.40 % with it",
        "Boovaraghavan et al., IMWUT 8(1), 2024, doi 10.1145/3643502",
    ),
)


def entry(tradeoff: Tradeoff) -> Entry:
    """Return every attacker, as the page prints them."""
    return Entry(
        "Every attacker",
        "attackers",
        "What every attacker on words gets, by rate",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return every tested attacker on words by rate, with the published line of a retrained one."""
    lines = [
        series(_name(group), {found.rate_hz: found.value for found in group}, style(index), percent)
        for index, group in enumerate(_on_words(tradeoff))
    ]
    return spec(
        [*lines, _published()],
        rate_axis(found.rate_hz for found in tradeoff.privacy.attacks),
        share_axis("recovered<br>(lower is better for this report)"),
        height=540,
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return every attacker, tested or not, with its figure at every rate and its chance level."""
    rates_hz = sorted({found.rate_hz for found in tradeoff.privacy.attacks})
    return Table(
        "What every attacker gets, by rate",
        ("Attacker", "At stake", "Figure", *map(hz, rates_hz), "By chance", "Set up"),
        tuple(_row(group, rates_hz) for group in grouped(tradeoff.privacy.attacks, ATTACK).values()),
        n_heads=3,
    )


def published() -> Table:
    """Return what others found with attackers that are not tested here."""
    return Table("Published figures, measured on other data", ("Attacker", "Data", "Found", "Source"), PUBLISHED)


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    each = [
        f"{_name(group)}: {listed(f'{percent(found.value).brief} at {hz(found.rate_hz)}' for found in group)}"
        for group in _on_words(tradeoff)
    ]
    found = ". ".join(each) or "No attacker on words was tested"
    return f"{found}. Dashed: published, on other data (Pohlhausen and Bitzer 2025, cited second-hand)."


def _on_words(tradeoff: Tradeoff) -> list[list[AttackResult]]:
    """The figures of each attacker on words that was tested on this speech."""
    tested = (
        found
        for found in tradeoff.privacy.attacks
        if found.recovers == "words" and found.value.value is not None and found.value.basis != "published"
    )
    return [*grouped(tested, ATTACK).values()]


def _name(group: Sequence[AttackResult]) -> str:
    first = group[0]
    return f"{first.attacker}, {first.measure}, front end {first.front_end}"


def _published() -> Spec:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": text("published: retrained at the rate, LibriSpeech, 1 less its word error rate"),
        "x": list(RECOVERED),
        "y": list(RECOVERED.values()),
        "line": {"color": GREY, "dash": "dash"},
        "marker": {"color": GREY, "symbol": "x", "size": 8},
        "hovertext": [
            f"published, {hz(rate_hz)}: at least {share(recovered)}" for rate_hz, recovered in RECOVERED.items()
        ],
        "hoverinfo": "text",
    }


def _row(group: Sequence[AttackResult], rates_hz: Sequence[int]) -> Row:
    first, by_rate = group[0], {found.rate_hz: found for found in group}
    notes = (
        *(() if first.is_leak else ("the lower, the more is recovered",)),
        *(("decides",) if first.competes else ()),
    )
    figures: list[Cell] = [_figure(by_rate.get(rate_hz)) for rate_hz in rates_hz]
    return (
        first.attacker,
        AT_STAKE[first.recovers],
        f"{first.measure} ({'; '.join(notes)})" if notes else first.measure,
        *figures,
        by_chance(first),
        first.setup,
    )


def _figure(found: AttackResult | None) -> Cell:
    if found is None:
        return "not run"
    return shown(found.value) if found.value.value is not None else Shown("not tested:", str(found.value.reason))
