import pytest
import torch
from torch import nn

from lowsr_tradeoff.learning.optimise import descend, no_moments, one_cycle
from lowsr_tradeoff.learning.recipe import Recipe


def recipe_of(**update) -> Recipe:
    given = {
        "epochs": 1,
        "batch_size": 2,
        "learning_rate": 0.1,
        "weight_decay": 0.0,
        "is_varied": True,
        "mixup": 0.0,
    }
    return Recipe(**{**given, "optimiser": "adamw_one_cycle", **update})


def parameters_of(seed: int) -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(seed)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in [(3, 2), (4,)]]


def test_it_moves_as_torchs_optimiser_on_torchs_schedule_does():
    ours, theirs = parameters_of(0), parameters_of(0)
    moments = no_moments(ours)
    optimiser = torch.optim.AdamW(theirs, lr=1e-2, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, total_steps=20)
    for step in range(20):
        for parameters in (ours, theirs):
            sum(((p - 1) ** 4).sum() for p in parameters).backward()
        descend(ours, moments, recipe_of(learning_rate=1e-2, weight_decay=0.1), step, 20)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
    for own, torchs in zip(ours, theirs, strict=True):
        torch.testing.assert_close(own, torchs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("n_steps", [1, 2, 3, 4, 10, 200])
def test_the_schedule_is_torchs_at_every_length(n_steps):
    optimiser = torch.optim.AdamW(parameters_of(0))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, total_steps=n_steps)
    for step in range(n_steps):
        group = optimiser.param_groups[0]
        assert one_cycle(step, n_steps, 5e-3) == pytest.approx(
            (group["lr"], group["betas"][0]), rel=1e-9, abs=1e-15
        )
        optimiser.step()
        if step < n_steps - 1:
            schedule.step()


def test_gradients_are_cleared():
    parameters = parameters_of(0)
    sum(p.sum() for p in parameters).backward()
    descend(parameters, no_moments(parameters), recipe_of(), 0, 1)
    assert all(p.grad is None for p in parameters)


def test_the_papers_optimiser_is_torchs_adam_with_amsgrad_at_a_constant_rate():
    ours, theirs = parameters_of(0), parameters_of(0)
    moments = no_moments(ours)
    optimiser = torch.optim.Adam(theirs, lr=1e-2, amsgrad=True)
    for step in range(20):
        for parameters in (ours, theirs):
            sum(((p - 1) ** 4).sum() for p in parameters).backward()
        descend(ours, moments, recipe_of(learning_rate=1e-2, optimiser="adam_amsgrad"), step, 20)
        optimiser.step()
        optimiser.zero_grad()
    for own, torchs in zip(ours, theirs, strict=True):
        torch.testing.assert_close(own, torchs, rtol=1e-5, atol=1e-6)
