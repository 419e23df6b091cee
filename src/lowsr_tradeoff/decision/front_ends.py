"""The same study through other front ends: how accuracy, the words that leak and power change."""

from collections.abc import Iterator, Mapping, Sequence

from lowsr_tradeoff.decision.leaks import leaks
from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.decision import FrontEndResult
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.privacy import AttackResult, Leak

Leaked = Mapping[tuple[str, int], Leak]
Found = tuple[Sequence[ClassifyResult], Sequence[AttackResult], Sequence[PowerResult]]


def compare(
    found: Mapping[str, Found], rates_hz: Sequence[int], full_rate_hz: int, device: str
) -> tuple[FrontEndResult, ...]:
    """Return accuracy, leak of words and a device's power of every front end and rate; nothing for one front end.

    The network is the most accurate one through the first front end. A rate at which none was trained is left out.
    """
    if len(found) < 2:
        return ()
    every_hz = sorted({*rates_hz, full_rate_hz})
    leaked = {
        (front_end, leak.rate_hz): leak
        for front_end, (_, attacks, _) in found.items()
        for leak in leaks(attacks, every_hz, full_rate_hz, front_end)
        if leak.kind == "words"
    }
    return tuple(one for rate_hz in rates_hz for one in _at(found, leaked, rate_hz, device))


def _at(found: Mapping[str, Found], leaked: Leaked, rate_hz: int, device: str) -> Iterator[FrontEndResult]:
    first = next(iter(found.values()))[0]
    best = max(
        (result for result in first if result.rate_hz == rate_hz and result.cost is not None),
        key=lambda result: result.accuracy.value or 0.0,
        default=None,
    )
    if best is None:
        return
    for front_end, (results, _, powers) in found.items():
        same = next((r for r in results if (r.rate_hz, r.grid, r.arm) == (rate_hz, best.grid, best.arm)), None)
        drawn = next((p for p in powers if (p.device, p.rate_hz, p.grid) == (device, rate_hz, best.grid)), None)
        leak = leaked[front_end, rate_hz]
        yield FrontEndResult(
            front_end=front_end,
            rate_hz=rate_hz,
            grid=best.grid,
            arm=best.arm,
            accuracy=same.accuracy if same else missing("its training failed", "clips"),
            attacker=leaked[front_end, leak.envelope_rate_hz].attacker,
            word_recovery=leak.envelope,
            power_mw=drawn.power_mw if drawn else missing("no power was modelled", "draws", "mW"),
        )
