"""Moonshine tiny as its makers publish it, run by onnxruntime on one thread.

Clips are encoded one at a time: the first layer is normalised over the whole clip, so that padding would change the
words. They are decoded greedily, in batches of about the same length, with what earlier tokens left in the cache.
Reference: Jeffries et al., Moonshine: Speech Recognition for Live Transcription and Voice Commands, 2024, arXiv
2410.15608.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.privacy import bundled_weights
from lowsr_tradeoff.privacy.moonshine import pieces
from lowsr_tradeoff.privacy.moonshine.pieces import END, START, Pieces
from lowsr_tradeoff.privacy.whisper.decoding import level, windows
from lowsr_tradeoff.privacy.written import Written, joined

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]

# Encoder states, (states, width), and a step's inputs by name.
States = NDArray[np.float32]
Feed = dict[str, NDArray[np.float32] | NDArray[np.int64] | NDArray[np.bool_]]
Tokens = NDArray[np.int64]

# Strides of its three convolutions: one state every 24 ms.
SAMPLES_PER_STATE = 64 * 3 * 2
# The fewest samples of which the convolutions make a state.
FEWEST_SAMPLES = 895
N_HEADS, HEAD_WIDTH = 8, 36
# The makers' own limit for English, so that a loop ends: moonshine-ai/moonshine, core/moonshine-model.h.
TOKENS_PER_S = 6.5
# Batches that are sorted by length together.
BATCHES = 4
# Tokens that are scored at once: 32 768 numbers each.
SCORED_TOKENS = 256


@dataclass(frozen=True)
class Moonshine:
    """A loaded model."""

    encoder: "InferenceSession"
    decoder: "InferenceSession"
    pieces: Pieces


@cache
def load() -> Moonshine:
    """Return the model, loaded once per process. Raises what :func:`bundled_weights.moonshine` raises."""
    files = bundled_weights.moonshine()
    encoder, decoder = (_session(files[name]) for name in ("encoder_model.ort", "decoder_model_merged.ort"))
    return Moonshine(encoder, decoder, pieces.read(files["tokenizer.bin"]))


def encode(moonshine: Moonshine, x: Samples) -> States:
    """Return the encoder states of a clip at 16 kHz."""
    clip = np.pad(x, (0, max(0, FEWEST_SAMPLES - len(x))))[None].astype(np.float32)
    feed = {"input_values": clip, "attention_mask": np.ones(clip.shape, np.int64)}
    (states,) = moonshine.encoder.run(None, feed)
    return np.asarray(states[0], np.float32)


def heard(moonshine: Moonshine, x: Samples) -> list[States]:
    """Return the encoder states of a clip at 16 kHz, beyond 30 s of each of equal parts."""
    return [encode(moonshine, part) for part in windows(level(x), 0)]


def write(moonshine: Moonshine, clips: Iterable[Sequence[States]], batch_size: int) -> list[Written]:
    """Return what is written of each clip, of which :func:`heard` gave the states; clips are read as needed."""
    found: list[Written] = []
    rest = iter(clips)
    while group := list(islice(rest, BATCHES * batch_size)):
        written = iter(_decode_all(moonshine, [states for parts in group for states in parts], batch_size))
        found += [joined(islice(written, len(parts))) for parts in group]
    return found


def decode(moonshine: Moonshine, states: Sequence[States]) -> Iterator[Written]:
    """Yield what is written of each clip of a batch, the most probable token at each place."""
    logits, feed = _begin(moonshine, states, np.full((len(states), 1), START))
    limits = np.array([math.ceil(TOKENS_PER_S * len(each) * SAMPLES_PER_STATE / MODEL_RATE_HZ) for each in states])
    tokens, logprobs = np.empty((2, len(states), 0))
    is_open = np.full(len(states), fill_value=True)
    while True:
        chosen = np.where(is_open, logits[:, -1].argmax(axis=-1), END)[:, None]
        tokens = np.hstack([tokens, chosen])
        logprobs = np.hstack([logprobs, _logprobs(logits[:, -1:], chosen)])
        is_open &= (chosen[:, 0] != END) & (tokens.shape[1] < limits)
        if not is_open.any():
            break
        logits, feed = _go_on(moonshine, feed, chosen)
    for its, scores in zip(tokens.astype(int), logprobs, strict=True):
        n = 1 + int(np.argmax(its == END)) if END in its else len(its)
        yield Written(pieces.text_of(moonshine.pieces, its[:n]), float(scores[:n].sum()), n)


def log_likelihoods(moonshine: Moonshine, states: States, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return ln p(text | sound) of each text, its end included: the sum over its tokens. Shape ``(n_texts,)``.

    Args:
        moonshine: The model.
        states: Encoder states of the sound.
        texts: As Moonshine would write them: it was taught capitals and full stops.
    """
    tokens = [pieces.tokens_of(moonshine.pieces, text) for text in texts]
    found = np.empty(len(texts))
    for places in _batches([len(each) + 1 for each in tokens]):
        found[places] = _sums(moonshine, states, [tokens[i] for i in places])
    return found


def _decode_all(moonshine: Moonshine, states: Sequence[States], batch_size: int) -> list[Written]:
    places = np.argsort([len(each) for each in states], kind="stable")
    found: dict[int, Written] = {}
    for batch in np.split(places, range(batch_size, len(places), batch_size)):
        found |= zip(batch, decode(moonshine, [states[i] for i in batch]), strict=True)
    return [found[place] for place in range(len(states))]


def _begin(moonshine: Moonshine, states: Sequence[States], tokens: Tokens) -> tuple[States, Feed]:
    """Return the logits of what follows each token, and the inputs of the next step."""
    n_states = max(map(len, states))
    hidden = np.stack([np.pad(each, ((0, n_states - len(each)), (0, 0))) for each in states])
    # The decoder takes every 384th entry for one of a state.
    heard = np.array([[i < len(each) for i in range(n_states)] for each in states], np.int64)
    feed: Feed = {
        "encoder_attention_mask": heard.repeat(SAMPLES_PER_STATE, axis=1),
        "encoder_hidden_states": hidden,
        "input_ids": tokens,
        "use_cache_branch": np.array([False]),
    }
    nothing = np.zeros((len(states), N_HEADS, 0, HEAD_WIDTH), np.float32)
    feed |= {each.name: nothing for each in moonshine.decoder.get_inputs() if each.name.startswith("past")}
    return _run(moonshine, feed)


def _go_on(moonshine: Moonshine, feed: Feed, tokens: Tokens) -> tuple[States, Feed]:
    return _run(moonshine, feed | {"input_ids": tokens, "use_cache_branch": np.array([True])})


def _run(moonshine: Moonshine, feed: Feed) -> tuple[States, Feed]:
    """The cache of the encoder's states is complete after the first step; later ones give it back empty."""
    names = [each.name for each in moonshine.decoder.get_outputs()]
    found = dict(zip(names, moonshine.decoder.run(names, feed), strict=True))
    is_first = not feed["use_cache_branch"][0]
    new = {
        name.replace("present", "past_key_values"): cached
        for name, cached in found.items()
        if name.startswith("present") and (is_first or ".decoder." in name)
    }
    return found["logits"], feed | new


def _sums(moonshine: Moonshine, states: States, texts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Log-likelihoods of texts as tokens. What is behind the end of a text changes nothing before it."""
    n = 1 + max(map(len, texts))
    following = np.array([[*tokens, *[END] * (n - len(tokens))] for tokens in texts])
    before = np.pad(following[:, :-1], ((0, 0), (1, 0)), constant_values=START)
    logits, _ = _begin(moonshine, [states] * len(texts), before)
    counts = np.arange(n) <= np.array([[len(tokens)] for tokens in texts])
    found: NDArray[np.float64] = (_logprobs(logits, following) * counts).sum(axis=1, dtype=np.float64)
    return found


def _logprobs(logits: States, tokens: Tokens) -> NDArray[np.float32]:
    """Log-probability of one token at each place."""
    highest = logits.max(axis=-1)
    chosen = np.take_along_axis(logits, tokens[..., None], axis=-1)[..., 0]
    logprobs: NDArray[np.float32] = chosen - highest - np.log(np.exp(logits - highest[..., None]).sum(axis=-1))
    return logprobs


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places in order of length, as many together as are scored at once."""
    batch: list[int] = []
    for place in np.argsort(lengths, kind="stable"):
        if batch and (len(batch) + 1) * lengths[place] > SCORED_TOKENS:
            yield batch
            batch = []
        batch.append(int(place))
    if batch:
        yield batch


def _session(file: Path) -> "InferenceSession":
    import onnxruntime  # noqa: PLC0415 - results are assembled without it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
