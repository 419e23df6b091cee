"""The tables of the attackers: who was tried, who was not, and what each recovers by rate."""

from collections.abc import Iterable, Sequence

from lowsr_tradeoff.decision.frontier import strongest_at
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.records.run import ListenPack, Tradeoff
from lowsr_tradeoff.reports.table import Cell, Row, Table
from lowsr_tradeoff.reports.wording import Shown, hz, number, percent, points

# What others found, with conditions that are not those here. Figures of the first are cited second-hand.
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


def attackers(tradeoff: Tradeoff) -> Table:
    """Return every attacker, tested or not, with its figure at every rate and its chance level."""
    rates_hz = sorted({found.rate_hz for found in tradeoff.privacy.attacks})
    return Table(
        "What every attacker gets, by rate",
        ("Attacker", "At stake", "Figure", *map(hz, rates_hz), "By chance", "Set up"),
        tuple(_attacker(group, rates_hz) for group in _groups(tradeoff.privacy.attacks)),
        n_heads=3,
    )


def microphones(tradeoff: Tradeoff) -> Table:
    """Return accuracy and strongest attacker through every front end compared; no rows where there is one alone."""
    return Table(
        "The same study through other front ends",
        ("Rate", "Front end", "Accuracy", "Strongest attacker", "It recovers"),
        tuple(
            (hz(one.rate_hz), one.front_end, percent(one.accuracy), one.attacker, percent(one.word_recovery))
            for one in tradeoff.front_ends
        ),
        n_heads=2,
    )


def strongest(tradeoff: Tradeoff) -> Table:
    """Return the strongest attacker on words at each rate: what decisions use."""
    rates_hz = sorted({found.rate_hz for found in tradeoff.privacy.attacks})
    found = [(rate_hz, strongest_at(tradeoff.privacy.attacks, rate_hz, tradeoff.front_end)) for rate_hz in rates_hz]
    return Table(
        "The strongest attacker tested at each rate, by its figure above chance",
        ("Rate", "Attacker", "Figure", "It recovers", "By chance"),
        tuple(
            (hz(rate_hz), attack.attacker, attack.measure, percent(attack.value), _luck(attack))
            for rate_hz, attack in found
            if attack is not None
        ),
    )


def kinds(tradeoff: Tradeoff) -> Table:
    """Return word recovery by kind of word, beside chance."""
    return Table(
        "Words recovered by kind, and by chance",
        ("Rate", "Attacker", "Words", "Recovered", "By chance"),
        tuple(
            (hz(found.rate_hz), found.attacker, kind.kind, percent(kind.recovery), percent(kind.chance))
            for found in tradeoff.privacy.words
            for kind in found.kinds
        ),
        n_heads=3,
    )


def rate_differences(tradeoff: Tradeoff) -> Table:
    """Return how much less of the same words each rate gives away than the next higher one."""
    return Table(
        "Words recovered at each rate less those at the next higher one, over the same words",
        ("Rate", "Against", "Attacker", "Difference", "Supported by these data?"),
        tuple(
            (
                *(hz(found.rate_hz), hz(found.against_rate_hz), found.attacker, points(found.difference)),
                "supported" if found.is_supported else "not supported by these data",
            )
            for found in tradeoff.privacy.rate_differences
        ),
        n_heads=2,
    )


def transcripts(listen: ListenPack) -> Table:
    """Return what was said and what was written down, where the report may hold it."""
    return Table(
        "What was said, and what the recogniser wrote down",
        ("Utterance", "Rate", "Said", "Written down"),
        tuple(
            (line.clip_id, hz(line.rate_hz), line.said or "not transcribed", line.heard or "nothing")
            for line in listen.transcripts
        ),
        n_heads=2,
    )


def published() -> Table:
    """Return what others found with attackers that are not tested here."""
    return Table("Published figures, measured on other data", ("Attacker", "Data", "Found", "Source"), PUBLISHED)


def shown(measurement: Measurement) -> Shown:
    """Return a figure in per cent where it is a share, else in its own unit."""
    return percent(measurement) if measurement.unit == "1" else number(measurement)


def _groups(attacks: Iterable[AttackResult]) -> list[list[AttackResult]]:
    groups: dict[tuple[str, str, str], list[AttackResult]] = {}
    for found in attacks:
        groups.setdefault((found.front_end, found.attacker, found.measure), []).append(found)
    return list(groups.values())


def _attacker(group: Sequence[AttackResult], rates_hz: Sequence[int]) -> Row:
    first, by_rate = group[0], {found.rate_hz: found for found in group}
    direction = "more is recovered where it is higher" if first.is_leak else "more is recovered where it is lower"
    figures: list[Cell] = [_figure(by_rate.get(rate_hz)) for rate_hz in rates_hz]
    return (first.attacker, first.recovers, f"{first.measure} ({direction})", *figures, _luck(first), first.setup)


def _figure(found: AttackResult | None) -> Cell:
    if found is None:
        return "not run"
    return shown(found.value) if found.value.value is not None else Shown("not tested:", str(found.value.reason))


def _luck(found: AttackResult) -> Cell:
    return shown(found.chance) if found.chance else "nothing"
