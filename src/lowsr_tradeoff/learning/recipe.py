"""How one network is trained: its schedule, and what it takes from its teachers."""

from typing import Literal

from lowsr_tradeoff.settings.groups import Settings


class Recipe(Settings):
    """How a network is trained, whatever it is trained for; the meanings are those of ``ClassifySettings``.

    Attributes:
        dropout: Share of the embedding that is dropped in training.
        smoothing: Share of every label spread over all classes.
        is_best_kept: Whether the epoch that is best on the test fold is kept: the paper's protocol.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    is_varied: bool
    mixup: float
    optimiser: Literal["adamw_one_cycle", "adam_amsgrad"]
    dropout: float = 0.2
    smoothing: float = 0.0
    is_best_kept: bool = False
    patience: int | None = None


class Cell(Settings):
    """How much a student listens to its teacher, and how soft the teacher speaks."""

    alpha: float
    temperature: float


class Transfer(Settings):
    """What a student takes from its teachers.

    Attributes:
        cells: Alpha and T; with several, the inner folds choose.
        search_trials: Pairs tried between the cells instead of the cells themselves, 0 for the cells.
    """

    cells: tuple[Cell, ...]
    search_trials: int = 0
