"""Whether attackers were tried on what they claim to recover: at the full rate they have to succeed.

Transcripts of other files, or of another language, are recovered by nobody at any rate, which would look like
privacy.
"""

from collections.abc import Sequence

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.privacy import AttackResult, LeakKind
from lowsr_tradeoff.statistics.cluster_t import exact_interval

# A recogniser gets more of clear speech; of what does not belong to it, a few words by chance.
LEAST_OF_WORDS = 0.5


def fault_of(attacks: Sequence[AttackResult], kind: LeakKind, full_rate_hz: int) -> str | None:
    """Return why the figures of a kind say nothing, or ``None``; ``attacks`` are those that compete for the kind.

    At the full rate, a measured attacker on words has to recover half of them, and one on words or known words has
    to be clearly above chance: exact intervals of both shares, with words as the trials, are apart. Speakers are no
    trials here, as the question is whether these recordings can be used. Published figures are of other speech.
    """
    if kind not in {"words", "known words"} or not attacks:
        return None
    there = [a for a in attacks if a.rate_hz == full_rate_hz and a.value.basis == "measured"]
    tested = [attack for attack in there if attack.value.value is not None]
    least = LEAST_OF_WORDS if kind == "words" else 0.0
    if any(_is_clear(attack) and _recovered(attack) >= least for attack in tested):
        return None
    return _best(tested, kind, full_rate_hz) if tested else _untested(there, kind, full_rate_hz)


def _best(tested: Sequence[AttackResult], kind: LeakKind, full_rate_hz: int) -> str:
    best = max(tested, key=_recovered)
    share, luck = 100 * _recovered(best), 100 * _chance(best)
    where = f"at the full rate of {full_rate_hz} Hz"
    found = f"{where} {best.attacker} recovers {share:.1f} % of the {kind}, and {luck:.1f} % by chance"
    if kind == "words" and _recovered(best) < LEAST_OF_WORDS:
        return f"{found}: transcripts and sound files do not belong together, or the language is not English"
    return f"{found}: too few recordings, or too much alike, to tell that from guessing"


def _untested(there: Sequence[AttackResult], kind: LeakKind, full_rate_hz: int) -> str:
    """Without a figure at the full rate, nobody knows whether the data can be used."""
    why = "; ".join(dict.fromkeys(f"{attack.attacker}: {attack.value.reason}" for attack in there))
    return (
        f"no attacker on {kind} has a figure at the full rate of {full_rate_hz} Hz ({why or 'none was run there'})"
    )


def _is_clear(attack: AttackResult) -> bool:
    """Whether the exact interval of the figure begins above that of chance, or above chance where that is known."""
    low, _ = _exact(attack.value)
    is_measured = attack.chance is not None and attack.chance.basis == "measured"
    return low > (_exact(attack.chance)[1] if is_measured and attack.chance else _chance(attack))


def _exact(share: Measurement) -> tuple[float, float]:
    return exact_interval(round((share.value or 0.0) * share.n), share.n)


def _recovered(attack: AttackResult) -> float:
    return attack.value.value or 0.0


def _chance(attack: AttackResult) -> float:
    return (attack.chance.value if attack.chance else None) or 0.0
