"""AdamW on a one-cycle schedule, and the paper's Adam at a constant rate, as functions.

They call torch's fused kernel. Its optimiser classes are not used because they import torch's compiler: 130 MB and
seconds per process. Reference: AdamW, Loshchilov & Hutter, arXiv 1711.05101; one-cycle schedule, Smith & Topin,
arXiv 1708.07120; AMSGrad, Reddi et al., arXiv 1904.09237.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim.adam import adam

from lowsr_tradeoff.learning.recipe import Recipe

WARM_UP = 0.3
FIRST_RATE = 1 / 25
LAST_RATE = 1e-4 / 25
MOMENTUM = (0.85, 0.95)


@dataclass(frozen=True)
class Moments:
    """State of the optimiser: mean of each gradient, mean square and its maximum, number of steps."""

    mean: list[Tensor]
    square: list[Tensor]
    largest: list[Tensor]
    steps: list[Tensor]


def no_moments(parameters: list[nn.Parameter]) -> Moments:
    """Return the state before the first step."""
    return Moments(
        mean=[torch.zeros_like(parameter) for parameter in parameters],
        square=[torch.zeros_like(parameter) for parameter in parameters],
        largest=[torch.zeros_like(parameter) for parameter in parameters],
        steps=[torch.zeros((), device=parameter.device) for parameter in parameters],
    )


def descend(parameters: list[nn.Parameter], moments: Moments, recipe: Recipe, step: int, n_steps: int) -> None:
    """Update parameters and moments by one step, counted from 0, and clear the gradients."""
    is_constant = recipe.optimiser == "adam_amsgrad"
    rate, momentum = (recipe.learning_rate, 0.9) if is_constant else one_cycle(step, n_steps, recipe.learning_rate)
    with torch.no_grad():
        adam(
            list(parameters),
            [parameter.grad for parameter in parameters if parameter.grad is not None],
            moments.mean,
            moments.square,
            moments.largest if is_constant else [],
            moments.steps,
            fused=True,
            amsgrad=is_constant,
            beta1=momentum,
            beta2=0.999,
            lr=rate,
            weight_decay=recipe.weight_decay,
            decoupled_weight_decay=not is_constant,
            eps=1e-8,
            maximize=False,
        )
    for parameter in parameters:
        parameter.grad = None


def one_cycle(step: int, n_steps: int, peak: float) -> tuple[float, float]:
    """Return learning rate and momentum of one step: half cosines up to the peak in 30 % of the steps, then to 0.

    The momentum goes the other way.

    >>> [round(one_cycle(step, 11, 1.0)[0], 2) for step in (0, 1, 2, 3, 6, 10)]
    [0.04, 0.42, 0.96, 0.98, 0.53, 0.0]
    """
    turn = WARM_UP * n_steps - 1
    is_rising = step <= turn
    share = step / turn if is_rising else (n_steps - 1 - step) / (n_steps - 1 - turn)
    height = (1 - math.cos(math.pi * share)) / 2
    lowest = FIRST_RATE if is_rising else LAST_RATE
    low, high = MOMENTUM
    return peak * (lowest + (1 - lowest) * height), high - (high - low) * height
