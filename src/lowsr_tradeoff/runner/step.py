"""One unit of work and its key."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel

from lowsr_tradeoff.files.writing import canonical_json


@dataclass(frozen=True, eq=False)
class Step:
    """One unit of work, a pure function of what is named here. Steps with the same key are equal.

    Attributes:
        stage: Which function runs it, and the folder of its artefact.
        settings: Everything the result depends on besides code and needs.
        code: Fingerprint of the sources and libraries that compute it (:func:`manifest.fingerprint`).
        label: What a person calls it.
        needs: Steps whose artefacts it reads.
        together: Steps with the same non-``None`` value share work (one decode) and run in one call.
        is_on_gpu: Whether it is to be given a GPU; whether it computes on one is in its settings.
    """

    stage: str
    settings: BaseModel
    code: str
    label: str
    needs: tuple["Step", ...] = ()
    together: str | None = None
    is_on_gpu: bool = False

    @cached_property
    def key(self) -> str:
        """The artefact's name: 32 hex digits."""
        named = {
            "stage": self.stage,
            "settings": self.settings.model_dump(mode="json"),
            "code": self.code,
            "needs": [step.key for step in self.needs],
        }
        return hashlib.blake2b(canonical_json(named), digest_size=16).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)
