"""The same study through other front ends: how accuracy, the strongest attacker and power change."""

from collections.abc import Iterator, Mapping, Sequence

from lowsr_tradeoff.decision.frontier import strongest_at
from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.decision import FrontEndResult
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.privacy import AttackResult

Found = tuple[Sequence[ClassifyResult], Sequence[AttackResult], Sequence[PowerResult]]


def compare(found: Mapping[str, Found], rates_hz: Sequence[int], device: str) -> tuple[FrontEndResult, ...]:
    """Return accuracy, strongest attacker and a device's power of every front end at every rate; nothing for one.

    The network is the most accurate one through the first front end. A rate at which none was trained is left out.
    """
    if len(found) < 2:
        return ()
    return tuple(one for rate_hz in rates_hz for one in _at(found, rate_hz, device))


def _at(found: Mapping[str, Found], rate_hz: int, device: str) -> Iterator[FrontEndResult]:
    first = next(iter(found.values()))[0]
    best = max(
        (result for result in first if result.rate_hz == rate_hz),
        key=lambda result: result.accuracy.value or 0.0,
        default=None,
    )
    if best is None:
        return
    for front_end, (results, attacks, powers) in found.items():
        same = next((r for r in results if (r.rate_hz, r.grid, r.arm) == (rate_hz, best.grid, best.arm)), None)
        drawn = next((p for p in powers if (p.device, p.rate_hz, p.grid) == (device, rate_hz, best.grid)), None)
        strongest = strongest_at(attacks, rate_hz, front_end)
        yield FrontEndResult(
            front_end=front_end,
            rate_hz=rate_hz,
            grid=best.grid,
            arm=best.arm,
            accuracy=same.accuracy if same else missing("its training failed", "clips"),
            attacker=strongest.attacker if strongest else "none",
            word_recovery=strongest.value if strongest else missing("no attacker on words was tested", "words"),
            power_mw=drawn.power_mw if drawn else missing("no power was modelled", "draws", "mW"),
        )
