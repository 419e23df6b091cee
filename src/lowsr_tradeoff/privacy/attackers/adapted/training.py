"""The step that adapts Whisper to one rate with a fold held out, and transcribes the fold."""

from collections.abc import Sequence

from lowsr_tradeoff.audio import MODEL_RATE_HZ
from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.privacy.attackers.held_out import FoldSettings, fold_of, part
from lowsr_tradeoff.privacy.captures import captured_at_16k
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

# Rank of the changes to each layer.
RANK = 8


def run(steps: Sequence[Step[FoldSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Adapt the recogniser for each step's rate and fold, and write its transcripts of the tested utterances.

    Raises:
        StageError: The training diverged, or has nothing to learn from.
    """
    from lowsr_tradeoff.learning.gpu import gpu_named, repeatable  # noqa: PLC0415 - imports torch

    for step in steps:
        settings, seed = step.settings, step.settings.captures.seed
        fold = fold_of(speech, seed, settings.fold)
        with repeatable(settings.device_type):
            found = _adapt(settings, part(fold, settings.share, settings.unit, seed), fold.tested)
        store.write(step, {**found, **gpu_named(settings.device_type)})


def _adapt(
    settings: FoldSettings, learnt: Sequence[Utterance], tested: Sequence[Utterance]
) -> dict[str, float | list[float] | list[str]]:
    """The transcripts of the tested utterances, the loss of every step, and the minutes learnt from."""
    from lowsr_tradeoff.privacy.whisper import lora  # noqa: PLC0415 - imports torch

    privacy = settings.privacy
    transcribed = [(captured_at_16k(u, settings.captures), u.text or "") for u in learnt]
    examples = lora.examples_of(transcribed, privacy.pad_s)
    if not examples:
        raise StageError(f"fold {settings.fold} leaves nothing to learn from; record more speakers or sentences")
    recogniser = lora.trainable(lora.as_published(privacy, settings.device_type))
    seeds = (settings.captures.seed, settings.fold)
    losses = lora.fit_adapters(recogniser, examples, settings.recipe, privacy.pad_s, seeds, RANK)
    clips = [captured_at_16k(utterance, settings.captures) for utterance in tested]
    return {
        "transcripts": lora.transcribe(recogniser, clips, privacy),
        "losses": losses,
        "minutes": sum(len(example.samples) for example in examples) / MODEL_RATE_HZ / 60,
    }
