"""The ways of training: in which order and groups they are told, and what each does."""

from collections.abc import Iterable
from typing import get_args

from lowsr_tradeoff.records.network import Arm, CausalArm, ChainArm, ControlArm, PaperArm, RivalArm

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
