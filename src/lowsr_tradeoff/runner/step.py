"""One unit of work and its key."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Literal

from pydantic import BaseModel
from typing_extensions import TypeVar

from lowsr_tradeoff.files.writing import canonical_json
from lowsr_tradeoff.runner.fingerprint import code_of

S_co = TypeVar("S_co", bound=BaseModel, covariant=True, default=BaseModel)


@dataclass(frozen=True, eq=False)
class Step(Generic[S_co]):
    """One unit of work, a pure function of what is named here. Steps with the same key are equal.

    Attributes:
        stage: The folder of its artefact.
        run: The function that runs it, ``"classify.train_step:run"``. It is called with steps of one batch, the
            corpus and the store; its code is part of the key (:func:`fingerprint.code_of`).
        settings: Everything the result depends on besides code and needs.
        label: What a person calls it.
        corpus: Which corpus the function is given.
        needs: Steps whose artefacts it reads.
        together: Steps with the same non-``None`` value share work (one decode) and run in one call.
        is_on_gpu: Whether it is to be given a GPU; whether it computes on one is in its settings.
    """

    stage: str
    run: str
    settings: S_co
    label: str
    corpus: Literal["events", "speech"]
    needs: "tuple[Step, ...]" = ()
    together: str | None = None
    is_on_gpu: bool = False

    @cached_property
    def key(self) -> str:
        """The artefact's name: 32 hex digits."""
        named = {
            "stage": self.stage,
            "settings": self.settings.model_dump(mode="json"),
            "code": code_of(self.run),
            "needs": [step.key for step in self.needs],
        }
        return hashlib.blake2b(canonical_json(named), digest_size=16).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def with_needs(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps and all that they need, each once."""
    found: dict[Step, None] = {}
    waiting = list(steps)
    while waiting:
        if (step := waiting.pop()) not in found:
            found[step] = None
            waiting += step.needs
    return tuple(found)
