"""What leaks at each rate by kind, which decisions use, and behind other front ends."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from lowsr_tradeoff.corpora.rows import grouped
from lowsr_tradeoff.decision.frontier import attacker_of
from lowsr_tradeoff.decision.leaks import on_scale
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.privacy import Leak
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import LEAKS, Row, Table, table_of
from lowsr_tradeoff.reports.wording import by_chance, hz, number, percent, whole

NOTE = (
    "Kinds of leak are never merged. In each joint draw the largest figure of all attackers counts, so that the"
    " interval is that of the strongest. A recording can be thinned to a lower rate, so it leaks at least what that"
    " rate leaks. Known words are of a list that the attacker knows, on a scale where 0 % is guessing; their share"
    " by chance is given as it is, not on that scale."
)


def entries(tradeoff: Tradeoff) -> Iterator[Entry]:
    """Yield what leaks, as the page prints it, also behind other front ends where there are some."""
    yield Entry("What leaks", table=table(tradeoff), note=NOTE)
    if tradeoff.front_ends:
        yield Entry(
            heading="Other front ends",
            intro="Networks and trained attackers learnt anew behind each front end. The network is the one that"
            " recognises most behind the first, which decides.",
            table=front_ends(tradeoff),
        )


def table(tradeoff: Tradeoff) -> Table:
    """Return what leaks of each kind at each rate; the page, the decision and the claim sheet print it."""
    return Table(
        "What leaks at each rate, by its strongest attacker",
        (
            "At stake",
            "Rate",
            "Leaks",
            "Strongest attacker",
            "By chance",
            "At this rate alone",
            "Measured on this speech",
        ),
        tuple(
            row
            for leaks in grouped(tradeoff.leaks, attrgetter("kind")).values()
            for row in _of_kind(tradeoff, leaks)
        ),
        n_heads=2,
    )


def finding(tradeoff: Tradeoff) -> str:
    """Return what leaks of each kind at the lowest rate."""
    rates_hz = [leak.rate_hz for leak in tradeoff.leaks if leak.envelope.value is not None]
    known = [leak for leak in tradeoff.leaks if leak.envelope.value is not None and leak.rate_hz == min(rates_hz)]
    if not known:
        return "no attacker has a figure"
    each = (f"{LEAKS[leak.kind].split(',')[0].lower()} {whole(leak.envelope.value or 0)} %" for leak in known)
    return f"at {hz(min(rates_hz))}: {', '.join(each)}"


def front_ends(tradeoff: Tradeoff) -> Table:
    """Return accuracy, the leak of words and power through every front end compared."""
    return table_of(
        "The same study through other front ends",
        tradeoff.front_ends,
        (
            ("Rate", lambda one: hz(one.rate_hz)),
            ("Front end", lambda one: one.front_end),
            ("Accuracy", lambda one: percent(one.accuracy)),
            ("Strongest attacker", lambda one: one.attacker),
            (LEAKS["words"], lambda one: percent(one.word_recovery)),
            ("Average power", lambda one: number(one.power_mw)),
        ),
        n_heads=2,
    )


def _of_kind(tradeoff: Tradeoff, leaks: Sequence[Leak]) -> Iterator[Row]:
    """A row for each rate; one for all of them where none has a figure, for one reason."""
    kind, reasons = LEAKS[leaks[0].kind], {leak.envelope.reason for leak in leaks}
    if len(reasons) == 1 and None not in reasons:
        yield kind, "every rate", percent(leaks[0].envelope), "not known", "", "", ""
        return
    every = {(leak.kind, leak.rate_hz): leak for leak in leaks}
    for leak in leaks:
        strongest, ours = attacker_of(every, leak.kind, leak.rate_hz), on_this_speech(tradeoff, leak)
        yield (
            *(kind, hz(leak.rate_hz), percent(leak.envelope), strongest),
            by_chance(every[leak.kind, leak.envelope_rate_hz]),
            percent(leak.strongest),
            "nothing" if ours is None else percent(ours),
        )


def on_this_speech(tradeoff: Tradeoff, leak: Leak) -> Measurement | None:
    """Return the largest figure of a kind and rate that is of this study's own speech, not published of other."""
    found = [
        on_scale(attack).value
        for attack in tradeoff.privacy.attacks
        if attack.competes
        and (attack.recovers, attack.rate_hz, attack.front_end) == (leak.kind, leak.rate_hz, leak.front_end)
        and attack.value.value is not None
        and attack.value.basis != "published"
    ]
    return max(found, key=lambda figure: figure.value or 0.0, default=None)
