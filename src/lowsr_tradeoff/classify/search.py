"""Search for alpha and T on an inner fold, for ranges too large for a grid.

Reference: the tree-structured Parzen estimator, Bergstra et al., NeurIPS 2011, as implemented by optuna.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from lowsr_tradeoff.classify.inner_folds import validated
from lowsr_tradeoff.classify.step_inputs import answers, gather
from lowsr_tradeoff.classify.train_settings import TrainSettings
from lowsr_tradeoff.classify.train_step import learn
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.errors import MissingResourceError, StageError
from lowsr_tradeoff.learning.gpu import gpu_named, repeatable
from lowsr_tradeoff.learning.recipe import Cell, Transfer
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

if TYPE_CHECKING:
    from optuna import Trial


def run(steps: Sequence[Step[TrainSettings]], corpus: EventCorpus, store: Store) -> None:
    """Search alpha and T of each step."""
    for step in steps:
        _search(step, corpus, store)


def _search(step: Step[TrainSettings], corpus: EventCorpus, store: Store) -> None:
    """Write the best pair of alpha and T, ``found``, and all ``trials``: alpha, T, share of clips recognised.

    Raises:
        MissingResourceError: optuna is not installed.
    """
    try:
        import optuna  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingResourceError("a search needs optuna: pip install 'lowsr-tradeoff[search]'") from error
    torch.set_num_threads(1)
    inputs = gather(step, corpus, store)
    recipe, transfer = inputs.settings.recipe, inputs.settings.transfer
    if recipe is None or transfer is None:
        raise StageError(f"{step.label}: an arm without training or teacher has nothing to search")

    def share_recognised(trial: "Trial") -> float:
        cell = _pair(trial, transfer)
        trained = learn(inputs, recipe, cell)
        outputs = answers(inputs, trained.network, trained.scale, inputs.settings.held_out)
        return float(validated(inputs.settings, corpus, {"test_logits": outputs.logits}).mean())

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    search = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=inputs.settings.seed)
    )
    with repeatable(inputs.settings.device_type):
        search.optimize(share_recognised, n_trials=transfer.search_trials)
    trials = np.array([[t.params["alpha"], t.params["temperature"], t.value] for t in search.trials])
    meta = gpu_named(inputs.settings.device_type)
    store.write(step, meta, {"found": trials[trials[:, 2].argmax(), :2], "trials": trials})


def _pair(trial: "Trial", transfer: Transfer) -> Cell:
    alphas = [cell.alpha for cell in transfer.cells]
    temperatures = [cell.temperature for cell in transfer.cells]
    return Cell(
        alpha=trial.suggest_float("alpha", min(alphas), max(alphas)),
        temperature=trial.suggest_float("temperature", min(temperatures), max(temperatures), log=True),
    )
