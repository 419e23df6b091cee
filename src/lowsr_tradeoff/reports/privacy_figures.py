"""The figure of the attackers on words: each one tested, its chance level, and what others published."""

from collections.abc import Iterator, Sequence

from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports import privacy_tables
from lowsr_tradeoff.reports.plot import GREY, Figure, Spec, rate_axis, series, share_axis, spec, style, text
from lowsr_tradeoff.reports.wording import hz, listed, percent

# One less the word error rate, which word recovery cannot be below: Pohlhausen & Bitzer, SPSC 2025, second-hand.
RETRAINED = ((500, 1 - 0.5215), (800, 1 - 0.2755), (1600, 1 - 0.0890))


def attackers(tradeoff: Tradeoff) -> Figure:
    """Return the figure of every tested attacker on words by rate, with the published line of a retrained one."""
    lines = _lines(tradeoff)
    return Figure(
        "attackers",
        "What every attacker on words gets, by rate",
        _caption(lines),
        spec(
            [*_drawn(lines), _published()],
            rate_axis(sorted({found.rate_hz for found in tradeoff.privacy.attacks})),
            share_axis("recovered<br>(lower is better for this report)"),
            height=540,
        ),
        privacy_tables.attackers(tradeoff),
    )


def _lines(tradeoff: Tradeoff) -> list[list[AttackResult]]:
    groups: dict[tuple[str, str, str], list[AttackResult]] = {}
    for found in tradeoff.privacy.attacks:
        if found.recovers == "words" and found.value.value is not None:
            groups.setdefault((found.attacker, found.measure, found.front_end), []).append(found)
    return list(groups.values())


def _drawn(lines: Sequence[Sequence[AttackResult]]) -> Iterator[Spec]:
    for index, group in enumerate(lines):
        yield series(_name(group), {found.rate_hz: found.value for found in group}, style(index), percent)


def _name(group: Sequence[AttackResult]) -> str:
    first = group[0]
    return f"{first.attacker}, {first.measure}, front end {first.front_end}"


def _published() -> Spec:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": text("published: retrained at the rate, LibriSpeech, 1 less its word error rate"),
        "x": [rate_hz for rate_hz, _ in RETRAINED],
        "y": [share for _, share in RETRAINED],
        "line": {"color": GREY, "dash": "dash"},
        "marker": {"color": GREY, "symbol": "x", "size": 8},
        "hovertext": [f"published, {hz(rate_hz)}: at least {100 * share:.1f} %" for rate_hz, share in RETRAINED],
        "hoverinfo": "text",
    }


def _caption(lines: Sequence[Sequence[AttackResult]]) -> str:
    each = [
        f"{_name(group)}: {listed(f'{percent(found.value).brief} at {hz(found.rate_hz)}' for found in group)}"
        for group in lines
    ]
    found = ". ".join(each) or "No attacker on words was tested"
    return f"{found}. Dashed: published, on other data (Pohlhausen and Bitzer 2025, cited second-hand)."
