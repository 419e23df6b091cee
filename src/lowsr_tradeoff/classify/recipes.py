"""How each arm is trained: its schedule, and how much it listens to its teachers."""

from itertools import product
from pathlib import Path

from lowsr_tradeoff.classify.listeners import FIXED, UNTAUGHT, UNTRAINED, Listener
from lowsr_tradeoff.classify.step_settings import Cell, Checkpoint, Recipe, Transfer
from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.errors import MissingResourceError
from lowsr_tradeoff.foreign import sha256_of
from lowsr_tradeoff.settings import COMPACT

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


def checkpoint_of(path: str | None) -> Checkpoint | None:
    """Return the published weights to start from, hashed: a changed file never answers with old results.

    Raises:
        MissingResourceError: The file cannot be read.
    """
    if path is None:
        return None
    try:
        sha256 = sha256_of(Path(path))
    except OSError as error:
        raise MissingResourceError(
            f"{path}: cannot be read ({error.strerror}); check classify.checkpoint, or get the file with "
            f"lowsr-tradeoff fetch"
        ) from error
    return Checkpoint(path=Path(path), sha256=sha256)
