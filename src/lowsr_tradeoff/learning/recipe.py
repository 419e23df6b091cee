"""How one network is trained: its schedule, and what it uses of its teachers."""

from typing import Literal

from lowsr_tradeoff.settings.groups import Settings

TeacherScores = Literal["as trained", "of unseen clips", "of low-rate clips", "permuted"]


class Recipe(Settings):
    """How a network is trained, whatever it is trained for; the meanings are those of ``ClassifySettings``.

    Attributes:
        dropout: Share of the embedding that is dropped in training.
        smoothing: Share of every label spread over all classes.
        is_averaged: Whether the network also follows the running mean of its own weights.
        crop: Share of each clip that one step hears.
        is_best_kept: Whether the epoch that is best on the test fold is kept: the paper's protocol.
        is_head_first: Whether the head is trained before all else, on embeddings as they are: from a random head,
            the first steps would undo what a published network knows (Kumar et al., arXiv 2202.10054).
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
    is_averaged: bool = False
    crop: float = 1.0
    is_best_kept: bool = False
    is_head_first: bool = False
    patience: int | None = None


class Cell(Settings):
    """Weight of the labels beside a teacher's scores, and the temperature that softens these."""

    alpha: float
    temperature: float


class Transfer(Settings):
    """What a student uses of its teachers.

    Attributes:
        loss: ``"softened"``, with alpha and T, or one of :data:`losses.LOSSES`.
        scores: Those of the teacher as it was trained, of clips that it had not seen, of the clips at the student's
            rate, or with those of the wrong classes shuffled.
        cells: Pairs of alpha and T; with several, the inner folds choose.
        search_trials: Pairs tried between the cells instead of the cells themselves, 0 for the cells.
    """

    loss: str
    scores: TeacherScores
    cells: tuple[Cell, ...]
    search_trials: int = 0
