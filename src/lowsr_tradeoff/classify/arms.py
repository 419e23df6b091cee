"""Who listens: every way of recognising that a study compares, and whom each one learns from.

At the reference rate an arm's name stands for what that arm needs there: ``mixed_rate`` is the network trained at
all rates, ``cssd_early`` the teacher that stopped early.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product
from typing import cast, get_args

from lowsr_tradeoff.learning.recipe import Cell, Recipe, Transfer
from lowsr_tradeoff.records.network import Arm, CausalArm, ChainArm, ControlArm, Grid, PaperArm, RivalArm
from lowsr_tradeoff.settings.groups import COMPACT
from lowsr_tradeoff.settings.study import StudyConfig

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


ARMS = {
    "raw": "raw",
    "finetuned": "fine-tuned",
    "basd": "BASD",
    "cssd": "CSSD",
    "basd_cssd": "BASD and CSSD",
    "generation2": "generation 2",
    "generation3": "generation 3",
    "generation4": "generation 4",
    "generation5": "generation 5",
    "ladder": "ladder",
    "out_of_fold": "CSSD, out of fold",
    "cssd_low": "CSSD, low-rate teacher",
    "cssd_permuted": "CSSD, permuted",
    "cssd_early": "CSSD, early teacher",
    "dkd": "DKD",
    "standardised": "standardised scores",
    "dist": "DIST",
    "rkd": "RKD",
    "hint": "hint",
    "attention": "attention",
    "double_length": "double length",
    "label_smoothing": "label smoothing",
    "ema": "averaged weights",
    "warm_start": "warm start",
    "mixed_rate": "mixed rates",
}


def arm_name(arm: str) -> str:
    """Return a way of training as the report writes it."""
    return ARMS.get(arm, arm)


DOUBLE = 2
EARLY_SHARE = 4
SMOOTHING = 0.1
DROPOUT, PANNS_DROPOUT = 0.2, 0.5


def cells_of(config: StudyConfig, listener: Listener) -> tuple[Cell, ...]:
    """Return the pairs of alpha and T that may be chosen for a listener; one where they are given."""
    for chosen in config.classify.chosen:
        named = Listener(chosen.rate_hz, listener.grid, chosen.arm)
        if (chosen.network, named) == (config.classify.network, listener):
            return (Cell(alpha=chosen.alpha, temperature=chosen.temperature),)
    pairs = product(config.classify.alpha, config.classify.temperature)
    return tuple(Cell(alpha=alpha, temperature=temperature) for alpha, temperature in pairs)


def recipe_of(config: StudyConfig, listener: Listener, *, is_tested: bool) -> Recipe | None:
    """Return how a listener is trained, or ``None`` for an arm that trains nothing.

    Args:
        config: The settings.
        listener: Who is trained.
        is_tested: Whether there is a test fold, on which the paper's protocol would choose the epoch.
    """
    chosen, is_reference = config.classify, listener.rate_hz == config.reference_rate_hz
    if listener.arm in UNTRAINED and not (is_reference and listener.arm == "mixed_rate"):
        return None
    epochs = chosen.epochs * DOUBLE if listener.arm == "double_length" else chosen.epochs
    is_best_kept = is_tested and chosen.protocol == "paper"
    return Recipe(
        **chosen.model_dump(
            include={"batch_size", "learning_rate", "weight_decay", "is_varied", "mixup", "optimiser"}
        ),
        epochs=max(1, epochs // EARLY_SHARE) if is_reference and listener.arm == "cssd_early" else epochs,
        dropout=DROPOUT if chosen.network in COMPACT else PANNS_DROPOUT,
        smoothing=SMOOTHING if listener.arm == "label_smoothing" else 0.0,
        is_best_kept=is_best_kept,
        patience=chosen.patience if is_best_kept else None,
    )


def transfer_of(config: StudyConfig, listener: Listener, cell: Cell | None) -> Transfer | None:
    """Return what a listener takes from its teachers, or ``None`` for one without.

    Args:
        config: The settings.
        listener: Who is taught.
        cell: The one pair of alpha and T to use, or ``None`` for all that may be chosen.
    """
    if listener.arm in UNTAUGHT or listener.rate_hz == config.reference_rate_hz:
        return None
    if listener.arm in FIXED:
        return Transfer(cells=())
    if cell:
        return Transfer(cells=(cell,))
    cells = cells_of(config, listener)
    return Transfer(cells=cells, search_trials=config.classify.search_trials if len(cells) > 1 else 0)


GROUPS: tuple[tuple[str, tuple[Arm, ...]], ...] = (
    ("paper", get_args(PaperArm)),
    ("chains", get_args(ChainArm)),
    ("causal tests", get_args(CausalArm)),
    ("rivals", get_args(RivalArm)),
    ("controls", get_args(ControlArm)),
)
EXPLAINED: dict[Arm, str] = {
    "raw": "the full-rate network as it is, given low-rate clips",
    "finetuned": "trained at the low rate on labels alone",
    "basd": "taught by the fine-tuned network of the same rate",
    "cssd": "taught by the full-rate network, which hears the clip at the full rate",
    "basd_cssd": "taught by both of these teachers at once",
    "generation2": "taught by BASD",
    "generation3": "taught by generation 2",
    "generation4": "taught by generation 3",
    "generation5": "taught by generation 4",
    "ladder": "taught by CSSD of 4000 Hz: down in two steps",
    "out_of_fold": "CSSD whose teacher speaks of clips that it was not trained on",
    "cssd_low": "CSSD whose teacher is given the low-rate clip",
    "cssd_permuted": "CSSD with the teacher's scores of the wrong classes shuffled",
    "cssd_early": "CSSD by a weaker teacher, trained for a quarter of the epochs",
    "dkd": "decoupled distillation: right class and other classes weighed apart",
    "standardised": "distillation of standardised scores",
    "dist": "scores need only correlate with the teacher's",
    "rkd": "distances and angles between clips as in the teacher's embedding",
    "hint": "embedding as the teacher's",
    "attention": "feature maps active where the teacher's are",
    "double_length": "fine-tuned for twice the epochs",
    "label_smoothing": "fine-tuned on labels spread a tenth over all classes",
    "ema": "fine-tuned, held to the answers of the running mean of its own weights",
    "warm_start": "fine-tuned from the weights of the full-rate network",
    "mixed_rate": "one network trained at all rates together",
}
DRAWN = 6


def in_order(arms: Iterable[Arm]) -> tuple[Arm, ...]:
    """Return the arms that occur, each once, group by group.

    >>> in_order(["dkd", "cssd", "dkd"])
    ('cssd', 'dkd')
    """
    there = set(arms)
    return tuple(arm for _, members in GROUPS for arm in members if arm in there)


def group_of(arm: Arm) -> str:
    """Return the group that an arm belongs to.

    >>> group_of("ema")
    'controls'
    """
    return next(group for group, members in GROUPS if arm in members)


def drawn(arms: Iterable[Arm]) -> tuple[Arm, ...]:
    """Return the arms that have a line in a figure: the first six, the number of colours; tables have all."""
    return in_order(arms)[:DRAWN]
