"""Whether attackers were tried on what they claim to recover: at the full rate they have to succeed.

Transcripts of other files, or of another language, are recovered by nobody at any rate, which would look like
privacy.
"""

from collections.abc import Sequence

from lowsr_tradeoff.records.privacy import AttackResult, LeakKind

# A recogniser gets more of clear speech; of what does not belong to it, a few words by chance.
LEAST_OF_WORDS = 0.5


def fault_of(attacks: Sequence[AttackResult], kind: LeakKind, full_rate_hz: int) -> str | None:
    """Return why the figures of a kind say nothing, or ``None``; ``attacks`` are those that compete for the kind.

    At the full rate, a measured attacker on words has to recover half of them; one on words or known words needs an
    interval that lies above that of chance. Published figures are of other speech and do not count.
    """
    if kind not in {"words", "known words"} or not attacks:
        return None
    there = [a for a in attacks if a.rate_hz == full_rate_hz and a.value.basis == "measured"]
    tested = [attack for attack in there if attack.value.value is not None]
    least = LEAST_OF_WORDS if kind == "words" else 0.0
    if any(_is_clear(attack) and _recovered(attack) >= least for attack in tested):
        return None
    return _best(tested, kind, full_rate_hz) if tested else _untested(there, kind, full_rate_hz)


def faults(attacks: Sequence[AttackResult], full_rate_hz: int, front_end: str) -> dict[LeakKind, str]:
    """Return the kinds of leak whose figures behind a front end say nothing, with the reason."""
    here = [attack for attack in attacks if attack.front_end == front_end and attack.competes]
    kinds = dict.fromkeys(attack.recovers for attack in here)
    found = ((kind, fault_of([a for a in here if a.recovers == kind], kind, full_rate_hz)) for kind in kinds)
    return {kind: fault for kind, fault in found if fault}


def _best(tested: Sequence[AttackResult], kind: LeakKind, full_rate_hz: int) -> str:
    best = max(tested, key=_recovered)
    share, luck = 100 * _recovered(best), 100 * _chance(best)
    where = f"at the full rate of {full_rate_hz} Hz"
    found = f"{where} {best.attacker} recovers {share:.1f} % of the {kind}, and {luck:.1f} % by chance"
    if kind == "known words":
        return f"{found}, so that a lower rate shows nothing"
    return f"{found}: transcripts and sound files do not belong together, or the language is not English"


def _untested(there: Sequence[AttackResult], kind: LeakKind, full_rate_hz: int) -> str:
    """Without a figure at the full rate, nobody knows whether the data can be used."""
    why = "; ".join(dict.fromkeys(f"{attack.attacker}: {attack.value.reason}" for attack in there))
    return (
        f"no attacker on {kind} has a figure at the full rate of {full_rate_hz} Hz ({why or 'none was run there'})"
    )


def _is_clear(attack: AttackResult) -> bool:
    """Whether the interval of the figure begins above that of chance."""
    chance = attack.chance.high if attack.chance and attack.chance.high is not None else _chance(attack)
    return attack.value.low is not None and attack.value.low > chance


def _recovered(attack: AttackResult) -> float:
    return attack.value.value or 0.0


def _chance(attack: AttackResult) -> float:
    return (attack.chance.value if attack.chance else None) or 0.0
