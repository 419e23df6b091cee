"""How far the power model is from published measurements it has not seen: :func:`summary`."""

from functools import cache

from lowsr_tradeoff.power.validation.inference import inference_errors
from lowsr_tradeoff.power.validation.recorders import recorder_errors
from lowsr_tradeoff.power.validation.streaming import streaming_errors
from lowsr_tradeoff.records.power import ModelError


@cache
def summary() -> tuple[ModelError, ...]:
    """Return the errors of inference, streaming wake word and recorders over the rate, in well under a second."""
    return (*inference_errors(), *streaming_errors(), *recorder_errors())
