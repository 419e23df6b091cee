"""Whisper adapted: low-rank changes of its weights (LoRA, Hu et al., arXiv 2106.09685), fitted to captures.

A clip is encoded with ``pad_s`` of silence, as in :mod:`ctranslate`; states of silence by the published weights
fill the window, half of them in training. The loss is the cross-entropy of each token of the transcript, given the
true ones before it. Decoding is that of :mod:`decoding`. Reference: Radford et al., ICML 2023 (the network).
"""

import copy
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.adapt import adapt, merge, parameters_to_train
from lowsr_tradeoff.learning.optimise import descend, no_moments
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.learning.train import seeded_generator
from lowsr_tradeoff.privacy.whisper import openai
from lowsr_tradeoff.privacy.whisper.convert import reference_model
from lowsr_tradeoff.privacy.whisper.ctranslate import SAMPLES_PER_STATE, SILENCE
from lowsr_tradeoff.privacy.whisper.decoding import WINDOW_S, is_silence, level, windows
from lowsr_tradeoff.privacy.whisper.weights import MODEL, folder_of
from lowsr_tradeoff.settings.groups import DeviceType, PrivacySettings

if TYPE_CHECKING:
    from whisper.model import Whisper
    from whisper.tokenizer import Tokenizer

# Training reads every second state of silence.
THINNED = 2
IGNORED = -100


@dataclass(frozen=True)
class TrainableRecogniser:
    """A Whisper whose weights are trained; ``silence`` is by the published ones. Shape ``(1, states, width)``."""

    whisper: "Whisper"
    tokenizer: "Tokenizer"
    silence: Tensor


@dataclass(frozen=True)
class Example:
    """One clip at 16 kHz that fits a window, and what is said in it."""

    samples: Samples
    text: str


def as_published(privacy: PrivacySettings, device_type: DeviceType = "cpu") -> "Whisper":
    """Return the study's recogniser as a trainable network on a device; the CPU runs one thread."""
    torch.set_num_threads(1)
    if privacy.engine == "ctranslate2":
        return reference_model(folder_of(privacy.weights) / MODEL).to(device_type)
    return copy.deepcopy(openai.load(privacy.weights)).to(device_type)


def trainable(whisper: "Whisper") -> TrainableRecogniser:
    """Return a network with what training and decoding need, on its own device."""
    from whisper.tokenizer import get_tokenizer  # noqa: PLC0415 - its package takes seconds

    # It leaves its table of tokens open, for Python to close.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        tokenizer = get_tokenizer(
            whisper.is_multilingual, num_languages=whisper.num_languages, language="en", task="transcribe"
        )
    silent = torch.full((1, whisper.dims.n_mels, 2 * whisper.dims.n_audio_ctx), SILENCE, device=whisper.device)
    with torch.no_grad():
        return TrainableRecogniser(whisper, tokenizer, encode(whisper, silent))


def encode(whisper: "Whisper", frames: Tensor) -> Tensor:
    """Return the encoder's states of log-mel frames, of a whole window or less.

    Shape:
        ``(n_clips, mels, frames)`` → ``(n_clips, frames // 2, width)``.
    """
    encoder = whisper.encoder
    x = functional.gelu(encoder.conv1(frames))
    x = functional.gelu(encoder.conv2(x)).permute(0, 2, 1)
    x = x + encoder.positional_embedding[: x.shape[1]]
    for block in encoder.blocks:
        x = block(x)
    states: Tensor = encoder.ln_post(x)
    return states


def examples_of(transcribed: Iterable[tuple[Samples, str]], pad_s: float) -> list[Example]:
    """Return the training data: clips at 16 kHz that fit a window, at the recogniser's level."""
    levelled = [Example(level(clip), text) for clip, text in transcribed]
    return [example for example in levelled if len(windows(example.samples, pad_s)) == 1]


def fit_adapters(
    recogniser: TrainableRecogniser,
    examples: Sequence[Example],
    recipe: Recipe,
    pad_s: float,
    seeds: tuple[int, ...],
    rank: int,
) -> list[float]:
    """Adapt the network in place, merge the adapters into its weights, and return the loss of every step in nats.

    The number of examples and ``recipe.epochs`` give the number of steps, of which the last is kept.

    Raises:
        StageError: The training diverged.
    """
    whisper = recogniser.whisper
    # Attention and feed-forward layers; the first convolutions are not adapted.
    adapt(whisper, "lora", seeded_generator(seeds), rank, head=None, chosen=lambda name, _: ".blocks." in name)
    parameters = parameters_to_train(whisper)
    moments = no_moments(parameters)
    n_steps = recipe.epochs * n_batches(len(examples), recipe)
    losses = []
    for step, batch in enumerate(_batches(len(examples), recipe, np.random.default_rng(seeds))):
        loss = loss_of(recogniser, [examples[i] for i in batch], pad_s)
        loss.backward()  # type: ignore[no-untyped-call]
        descend(parameters, moments, recipe, step, n_steps)
        losses.append(float(loss.detach()))
    if not np.isfinite(losses).all():
        raise StageError(f"adapting Whisper diverged at a learning rate of {recipe.learning_rate}")
    merge(whisper)
    return losses


def n_batches(n_examples: int, recipe: Recipe) -> int:
    """Return the steps of one epoch."""
    return -(-n_examples // recipe.batch_size)


def loss_of(recogniser: TrainableRecogniser, batch: Sequence[Example], pad_s: float) -> Tensor:
    """Return the mean cross-entropy, in nats, of the tokens of the transcripts, given the true ones before."""
    states = _completed(recogniser, _encoded(recogniser, [example.samples for example in batch], pad_s), THINNED)
    tokenizer = recogniser.tokenizer
    prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
    texts = [[*tokenizer.encode(f" {example.text.strip()}"), tokenizer.eot] for example in batch]
    longest = max(map(len, texts))
    inputs = [[*prompt, *tokens[:-1], *[tokenizer.eot] * (longest - len(tokens))] for tokens in texts]
    wanted = [[*tokens, *[IGNORED] * (longest - len(tokens))] for tokens in texts]
    logits = recogniser.whisper.decoder(torch.tensor(inputs, device=states.device), states)[:, len(prompt) - 1 :]
    targets = torch.tensor(wanted, device=states.device)
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)


@torch.no_grad()
def transcribe(recogniser: TrainableRecogniser, clips: Sequence[Samples], privacy: PrivacySettings) -> list[str]:
    """Return the transcript of each clip at 16 kHz, decoded as by the study's recogniser."""
    cut = [windows(level(clip), privacy.pad_s) for clip in clips]
    parts = [x for clip in cut for x in clip]
    # Batches hold clips of similar length, so that little silence is encoded.
    order = sorted(range(len(parts)), key=lambda i: len(parts[i]))
    written = [""] * len(parts)
    for i in range(0, len(order), privacy.batch_size):
        batch = order[i : i + privacy.batch_size]
        for place, text in zip(batch, _decoded(recogniser, [parts[j] for j in batch], privacy), strict=True):
            written[place] = text
    texts = iter(written)
    return [" ".join(next(texts) for _ in clip).strip() for clip in cut]


def _decoded(recogniser: TrainableRecogniser, parts: Sequence[Samples], privacy: PrivacySettings) -> list[str]:
    from whisper import DecodingOptions, decode  # noqa: PLC0415 - see trainable

    options = DecodingOptions(language="en", without_timestamps=True, temperature=0.0, fp16=False)
    results = decode(
        recogniser.whisper, _completed(recogniser, _encoded(recogniser, parts, privacy.pad_s), 1), options
    )
    is_strict = privacy.policy == "default"
    dropped = [is_strict and is_silence(result.no_speech_prob, result.avg_logprob) for result in results]
    return ["" if is_dropped else str(r.text).strip() for r, is_dropped in zip(results, dropped, strict=True)]


def _encoded(recogniser: TrainableRecogniser, clips: Sequence[Samples], pad_s: float) -> Tensor:
    """The encoder states of clips with at least ``pad_s`` of silence after each."""
    from whisper import log_mel_spectrogram  # noqa: PLC0415 - see trainable

    longest = max(len(clip) for clip in clips) + round(pad_s * MODEL_RATE_HZ)
    n = min(-(-longest // SAMPLES_PER_STATE) * SAMPLES_PER_STATE, WINDOW_S * MODEL_RATE_HZ)
    padded = [np.pad(clip, (0, n - len(clip))) for clip in clips]
    frames = torch.stack([log_mel_spectrogram(clip, recogniser.whisper.dims.n_mels) for clip in padded])
    return encode(recogniser.whisper, frames.to(recogniser.whisper.device))


def _completed(recogniser: TrainableRecogniser, states: Tensor, every: int) -> Tensor:
    """The states, then every n-th state of silence up to the end of the window."""
    rest = recogniser.silence[:, states.shape[1] :: every]
    return torch.cat([states, rest.expand(len(states), -1, -1)], dim=1)


def _batches(n_examples: int, recipe: Recipe, rng: np.random.Generator) -> Iterator[list[int]]:
    for _ in range(recipe.epochs):
        parts = np.array_split(rng.permutation(n_examples), n_batches(n_examples, recipe))
        yield from (part.tolist() for part in parts)
