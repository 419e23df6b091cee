"""The arms: every way of training that a study can compare, one row each.

A row holds all that planning, training, comparison and the report need; no other code asks for an arm by its name.
At the full rate a name stands for the network that this arm needs there: ``mixed_rate`` for the one trained at all
rates, ``cssd_early`` for the teacher that stopped early.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from lowsr_tradeoff.learning.recipe import Cell, Recipe, TeacherScores, Transfer
from lowsr_tradeoff.records.network import GRIDS, ArmName, Condition, Grid
from lowsr_tradeoff.settings.classify import COMPACT, YAMNETS, is_class, is_file
from lowsr_tradeoff.settings.study import StudyConfig

N_COLOURS = 6


@dataclass(frozen=True)
class Source:
    """Another network that an arm needs: at the same rate, the full rate, or a rate in Hz."""

    arm: ArmName
    at: Literal["same rate", "full rate"] | int = "same rate"
    grid: Grid | None = None

    def of(self, condition: Condition, reference: Condition) -> Condition:
        """Return the needed network for one condition; the grid is the condition's unless another is named."""
        if self.at == "full rate":
            return replace(reference, arm=self.arm)
        rate_hz = condition.rate_hz if self.at == "same rate" else self.at
        return Condition(rate_hz, self.grid or condition.grid, self.arm)


FINETUNED, BASD, CSSD = Source("finetuned"), Source("basd"), Source("cssd")
REFERENCE = Source("finetuned", "full rate")
# It hears the capture at its own rate, whatever the networks' layouts are.
CONTROL = Source("classical", grid="native")


@dataclass(frozen=True)
class Arm:
    """One way of training.

    Attributes:
        meaning: Description for a table of the report.
        group: Heading under which the report lists it.
        teachers: Networks whose scores it is trained to match; none for the labels alone.
        loss: ``"softened"`` takes alpha and T; the others are those of ``learning/losses.py``, with fixed weights.
        scores: Which scores of the teacher.
        tuned_as: The arm on whose inner folds alpha and T are chosen.
        start: The network whose weights it starts from; ``None`` for random or published ones.
        is_trained: Whether it is trained below the full rate, or answers with the network that it starts from.
        images: Trained on its own images, on those of all rates, or on its own while the teacher sees its own.
        epochs: Factor on the epochs of the settings.
        full_rate_epochs: The same for the network of this name at the full rate.
        smoothing: Share of every label that is spread over all classes.
        is_averaged: Whether it follows the running mean of its own weights.
        is_network: Whether it is a network. The control has no layout of images, no teacher and no operating point;
            it is trained at the full rate too.
        is_shared_only: Whether it uses the images of the reference's own layout; it is studied on these whatever
            layouts are asked for.
        below_hz: It exists only below this rate.
        rivals: Networks it is compared with.
        family: Those rivals at the same rate and grid whose p-values are adjusted together; the control in it is
            a family of its own, whatever the grid.
    """

    name: ArmName
    title: str
    meaning: str
    group: str
    teachers: tuple[Source, ...] = ()
    loss: str = "softened"
    scores: TeacherScores = "as trained"
    tuned_as: ArmName = "cssd"
    start: Source | None = None
    is_trained: bool = True
    images: Literal["own", "all rates", "both"] = "own"
    epochs: float = 1.0
    full_rate_epochs: float = 1.0
    smoothing: float = 0.0
    is_averaged: bool = False
    is_network: bool = True
    is_shared_only: bool = False
    below_hz: float = float("inf")
    rivals: tuple[Source, ...] = (FINETUNED, CSSD, CONTROL)
    family: tuple[ArmName, ...] = ()

    def exists(self, rate_hz: int, grid: Grid) -> bool:
        """Return whether there is such a network at a rate below the full one."""
        return self.is_network and rate_hz < self.below_hz and (grid == "shared" or not self.is_shared_only)

    def grids(self, asked: tuple[Grid, ...]) -> tuple[Grid, ...]:
        """Return the layouts that it is studied on, where some are asked for."""
        return ("shared",) if self.is_shared_only else asked


# fmt: off
ARMS = (
    Arm("raw", "raw", "the full-rate network as it is, given low-rate clips", "paper",
        start=REFERENCE, is_trained=False, is_shared_only=True, rivals=()),
    Arm("finetuned", "fine-tuned", "trained at the low rate on labels alone", "paper",
        rivals=(Source("raw", grid="shared"), CONTROL), family=("classical",)),
    Arm("basd", "BASD", "taught by the fine-tuned network of the same rate", "paper",
        teachers=(FINETUNED,), tuned_as="basd", rivals=(FINETUNED, CONTROL), family=("finetuned", "classical")),
    Arm("cssd", "CSSD", "taught by the full-rate network, which hears the clip at the full rate", "paper",
        teachers=(REFERENCE,), rivals=(FINETUNED, BASD, REFERENCE, Source("cssd", grid="shared"), CONTROL),
        family=("finetuned", "basd", "classical")),
    Arm("classical", "classical control", "extra trees and a support vector machine on statistics of the capture's"
        " log spectrum, trained at the rate: what networks must beat", "no network", is_network=False, rivals=()),
    Arm("basd_cssd", "BASD and CSSD", "taught by both of these teachers at once", "chains",
        teachers=(FINETUNED, REFERENCE)),
    Arm("generation2", "generation 2", "taught by BASD", "chains", teachers=(BASD,), tuned_as="basd"),
    Arm("generation3", "generation 3", "taught by generation 2", "chains",
        teachers=(Source("generation2"),), tuned_as="basd"),
    Arm("generation4", "generation 4", "taught by generation 3", "chains",
        teachers=(Source("generation3"),), tuned_as="basd"),
    Arm("generation5", "generation 5", "taught by generation 4", "chains",
        teachers=(Source("generation4"),), tuned_as="basd"),
    Arm("ladder", "ladder", "taught by CSSD of 4000 Hz: down in two steps", "chains",
        teachers=(Source("cssd", 4000),), below_hz=4000),
    Arm("out_of_fold", "CSSD, out of fold", "CSSD whose teacher speaks of clips that it was not trained on",
        "causal tests", teachers=(REFERENCE,), scores="of unseen clips"),
    Arm("cssd_low", "CSSD, low-rate teacher", "CSSD whose teacher is given the low-rate clip", "causal tests",
        teachers=(REFERENCE,), scores="of low-rate clips", is_shared_only=True),
    Arm("cssd_permuted", "CSSD, permuted", "CSSD with the teacher's scores of the wrong classes shuffled",
        "causal tests", teachers=(REFERENCE,), scores="permuted"),
    Arm("cssd_early", "CSSD, early teacher", "CSSD by a weaker teacher, trained for a quarter of the epochs",
        "causal tests", teachers=(Source("cssd_early", "full rate"),), full_rate_epochs=0.25),
    Arm("dkd", "DKD", "decoupled distillation: right class and other classes weighed apart", "rivals",
        teachers=(REFERENCE,), loss="decoupled"),
    Arm("standardised", "standardised scores", "distillation of standardised scores", "rivals",
        teachers=(REFERENCE,), loss="standardised scores"),
    Arm("dist", "DIST", "scores need only correlate with the teacher's", "rivals",
        teachers=(REFERENCE,), loss="correlation"),
    Arm("rkd", "RKD", "distances and angles between clips as in the teacher's embedding", "rivals",
        teachers=(REFERENCE,), loss="relational"),
    Arm("hint", "hint", "embedding as the teacher's", "rivals", teachers=(REFERENCE,), loss="embedding"),
    Arm("attention", "attention", "feature maps active where the teacher's are", "rivals",
        teachers=(REFERENCE,), loss="feature maps", images="both", is_shared_only=True),
    Arm("double_length", "double length", "fine-tuned for twice the epochs", "controls", epochs=2.0),
    Arm("label_smoothing", "label smoothing", "fine-tuned on labels spread a tenth over all classes", "controls",
        smoothing=0.1),
    Arm("ema", "averaged weights", "fine-tuned, held to the answers of the running mean of its own weights",
        "controls", is_averaged=True),
    Arm("warm_start", "warm start", "fine-tuned from the weights of the full-rate network", "controls",
        start=REFERENCE),
    Arm("mixed_rate", "mixed rates", "one network trained at all rates together", "controls",
        start=Source("mixed_rate", "full rate"), is_trained=False, images="all rates", is_shared_only=True),
)
# fmt: on


def arm_of(name: ArmName) -> Arm:
    """Return an arm's row."""
    return next(arm for arm in ARMS if arm.name == name)


def arm_name(arm: str) -> str:
    """Return a way of training as the report writes it."""
    return next((row.title for row in ARMS if row.name == arm), arm)


def no_networks() -> tuple[ArmName, ...]:
    """Return the arms that are no networks, which no device can be given."""
    return tuple(arm.name for arm in ARMS if not arm.is_network)


def in_order(arms: Iterable[ArmName]) -> tuple[ArmName, ...]:
    """Return the arms that occur, each once, group by group.

    >>> in_order(["dkd", "cssd", "dkd"])
    ('cssd', 'dkd')
    """
    there = set(arms)
    return tuple(arm.name for arm in ARMS if arm.name in there)


def drawn(arms: Iterable[ArmName]) -> tuple[ArmName, ...]:
    """Return the arms with a line in a figure, at most one per colour; tables have all arms."""
    return in_order(arms)[:N_COLOURS]


def reference_of(config: StudyConfig) -> Condition:
    """Return the network that everything is compared with, and that teaches CSSD; one from a file as it is."""
    arm: ArmName = "raw" if is_file(config.classify.network) else "finetuned"
    return Condition(config.reference_rate_hz, "shared", arm)


def controls_of(config: StudyConfig) -> tuple[Condition, ...]:
    """Return the conditions without a network, by ascending rate, the full rate among them."""
    named = [arm for arm in config.classify.arms if not arm_of(arm).is_network]
    return tuple(Condition(rate_hz, "native", arm) for rate_hz in config.all_rates_hz() for arm in named)


def conditions_of(config: StudyConfig) -> tuple[Condition, ...]:
    """Return the networks that a study compares, by ascending rate, the reference last; none in a quick look.

    A network from a file answers in a quick look too, as nothing trains it.
    """
    if config.quick and not is_file(config.classify.network):
        return ()
    return (
        *(
            Condition(rate_hz, grid, arm)
            for rate_hz in config.rates_hz
            for grid in GRIDS
            for arm in config.classify.arms
            if rate_hz != config.reference_rate_hz
            and grid in arm_of(arm).grids(config.classify.grids)
            and arm_of(arm).exists(rate_hz, grid)
        ),
        reference_of(config),
    )


def teachers_of(condition: Condition, reference: Condition) -> tuple[Condition, ...]:
    """Return the networks whose scores a network of this condition is trained to match.

    >>> teachers_of(Condition(1000, "native", "basd"), Condition(16000, "shared", "finetuned"))
    (Condition(rate_hz=1000, grid='native', arm='finetuned'),)
    """
    if condition.rate_hz == reference.rate_hz:
        return ()
    return tuple(source.of(condition, reference) for source in arm_of(condition.arm).teachers)


def origin_of(condition: Condition, reference: Condition, *, is_adapted: bool) -> Condition | None:
    """Return the network whose weights this one starts from, or ``None`` for random or published weights.

    With ``is_adapted`` networks are adapted in part, and each starts from the reference.
    """
    if condition.rate_hz == reference.rate_hz:
        return None
    start = arm_of(condition.arm).start or (REFERENCE if is_adapted else None)
    return start.of(condition, reference) if start else None


def cells_of(config: StudyConfig, condition: Condition) -> tuple[Cell, ...]:
    """Return the pairs of alpha and T that may be chosen for a condition; one where they are given."""
    for chosen in config.classify.chosen:
        named = Condition(chosen.rate_hz, condition.grid, chosen.arm)
        if (chosen.network, named) == (config.classify.network, condition):
            return (Cell(alpha=chosen.alpha, temperature=chosen.temperature),)
    pairs = product(config.classify.alpha, config.classify.temperature)
    return tuple(Cell(alpha=alpha, temperature=temperature) for alpha, temperature in pairs)


def dropout_of(network: str) -> float:
    """Return the share of the embedding that training drops; none where a trained head must keep its scores."""
    if network in YAMNETS:
        return 0.0
    return 0.2 if network in COMPACT or is_class(network) else 0.5


def recipe_of(config: StudyConfig, condition: Condition, *, is_tested: bool) -> Recipe | None:
    """Return how a network is trained, or ``None`` for an arm that trains nothing.

    With ``is_tested`` there is a test fold, on which the paper's protocol chooses the epoch.
    """
    chosen, arm = config.classify, arm_of(condition.arm)
    is_reference = condition.rate_hz == config.reference_rate_hz
    if not (arm.is_trained or is_reference):
        return None
    is_best_kept = is_tested and chosen.protocol == "paper"
    return Recipe(
        **chosen.model_dump(
            include={"batch_size", "learning_rate", "weight_decay", "crop", "is_varied", "mixup", "optimiser"}
        ),
        epochs=max(1, int(chosen.epochs * (arm.full_rate_epochs if is_reference else arm.epochs))),
        dropout=dropout_of(chosen.network),
        is_head_first=chosen.checkpoint is not None and chosen.network in YAMNETS and chosen.adapt != "probe",
        smoothing=arm.smoothing,
        is_averaged=arm.is_averaged,
        is_best_kept=is_best_kept,
        patience=chosen.patience if is_best_kept else None,
    )


def transfer_of(config: StudyConfig, condition: Condition, cell: Cell | None) -> Transfer | None:
    """Return what a network takes from its teachers, if any, with one pair of alpha and T or all to choose from."""
    arm = arm_of(condition.arm)
    if not arm.teachers or condition.rate_hz == config.reference_rate_hz:
        return None
    cells: tuple[Cell, ...] = ()
    if arm.loss == "softened":
        cells = (cell,) if cell else cells_of(config, condition)
    n_trials = config.classify.search_trials if len(cells) > 1 else 0
    return Transfer(loss=arm.loss, scores=arm.scores, cells=cells, search_trials=n_trials)
