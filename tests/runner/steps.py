"""Steps that are told apart by a name."""

from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.settings.groups import Settings


class Named(Settings):
    name: str


def step(name, *needs, stage="test", together=None):
    return Step(stage, "errors:run", Named(name=name), name, "events", needs, together)
