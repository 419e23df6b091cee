"""Who listens: every way of recognising that a study compares, and whom each one learns from.

At the reference rate an arm's name stands for what that arm needs there: ``mixed_rate`` is the network trained at
all rates, ``cssd_early`` the teacher that stopped early.
"""

from dataclasses import dataclass, replace
from typing import cast

from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.records import Arm, Grid

LADDER_RATE_HZ = 4000
UNTRAINED = frozenset({"raw", "mixed_rate"})
UNTAUGHT = UNTRAINED | {"finetuned", "double_length", "label_smoothing", "ema", "warm_start"}
# Rivals that take no alpha or T: they keep the weights that their papers give.
FIXED = frozenset({"dkd", "standardised", "dist", "rkd", "hint", "attention"})
# They hear with, or look at the images of, the reference's own layout.
SHARED_ONLY = frozenset({"raw", "mixed_rate", "cssd_low", "attention"})
# Each is taught by the one before it.
CHAIN = ("finetuned", "basd", "generation2", "generation3", "generation4", "generation5")


@dataclass(frozen=True)
class Listener:
    """One way of recognising: a rate, a layout of features, an arm."""

    rate_hz: int
    grid: Grid
    arm: Arm


def reference_of(config: StudyConfig) -> Listener:
    """Return the network that everything is compared with, and that teaches CSSD."""
    return Listener(config.reference_rate_hz, "shared", "finetuned")


def listeners_of(config: StudyConfig) -> tuple[Listener, ...]:
    """Return what a study compares, by ascending rate, the reference last.

    Raw is the reference network at another rate, so it exists on the reference's layout alone; the ladder has a
    rung above it only below 4 kHz.
    """
    return (
        *(
            Listener(rate_hz, grid, arm)
            for rate_hz in config.rates_hz
            for grid in config.classify.grids
            for arm in config.classify.arms
            if rate_hz != config.reference_rate_hz and _exists(rate_hz, grid, arm)
        ),
        reference_of(config),
    )


def _exists(rate_hz: int, grid: Grid, arm: Arm) -> bool:
    return (grid == "shared" or arm not in SHARED_ONLY) and (arm != "ladder" or rate_hz < LADDER_RATE_HZ)


def teachers_of(listener: Listener, reference: Listener) -> tuple[Listener, ...]:
    """Return the networks whose scores a listener is trained to match.

    >>> teachers_of(Listener(1000, "native", "basd"), Listener(16000, "shared", "finetuned"))
    (Listener(rate_hz=1000, grid='native', arm='finetuned'),)
    """
    if listener.arm in UNTAUGHT or listener.rate_hz == reference.rate_hz:
        return ()
    if listener.arm in CHAIN:
        return (replace(listener, arm=cast("Arm", CHAIN[CHAIN.index(listener.arm) - 1])),)
    match listener.arm:
        case "basd_cssd":
            return replace(listener, arm="finetuned"), reference
        case "ladder":
            return (replace(listener, rate_hz=LADDER_RATE_HZ, arm="cssd"),)
        case "cssd_early":
            return (replace(reference, arm="cssd_early"),)
        case _:
            return (reference,)


def origin_of(listener: Listener, reference: Listener, *, is_adapted: bool) -> Listener | None:
    """Return the network whose weights a listener starts from, or ``None`` for one that starts anew.

    Args:
        listener: Who listens.
        reference: The full-rate network.
        is_adapted: Whether networks are adapted in part; then every one starts from the reference.
    """
    if listener.rate_hz == reference.rate_hz:
        return None
    if listener.arm == "mixed_rate":
        return replace(reference, arm="mixed_rate")
    return reference if is_adapted or listener.arm in {"raw", "warm_start"} else None


def chosen_with(listener: Listener) -> Listener:
    """Return the listener on whose inner folds a listener's alpha and T are chosen: BASD's or CSSD's.

    >>> chosen_with(Listener(1000, "native", "generation3")).arm
    'basd'
    """
    return replace(listener, arm="basd" if listener.arm in CHAIN else "cssd")
