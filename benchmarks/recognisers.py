"""Transcribing a speech corpus as the tool does, against its recognisers' makers' loops and against faster-whisper.

    python benchmarks/recognisers.py [RATE_HZ ...]

Ours: two processes of one thread. Whisper by CTranslate2 in int8, encoded with little silence and decoded in
batches; Moonshine by onnxruntime, decoded in batches. The peers take clip by clip, each in one process. One is
``whisper.transcribe`` on two threads of torch, float32, greedy, its thresholds off, with the weights of the bundled
CTranslate2 file, its tensors renamed. One is ``moonshine_voice.Transcriber`` with the weights of its wheel, every
clip heard whole. One is faster-whisper on two threads, greedy, its thresholds off, with the bundled file. All hear
the same captures and are loaded before the clock starts; they take turns, and the best of two passes counts. The
ratios of processor time on the first clips are moved less by other work; beside ours stands its bound: the weights
of the network times the states and tokens that they are applied to, of the clips without silence around them.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from bounds import Core, core
from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.audio.capture import capture, noise_seed, restore
from lowsr_tradeoff.corpora.clips import SpeechCorpus, read
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy import bundled_weights
from lowsr_tradeoff.privacy.moonshine import model as moonshine
from lowsr_tradeoff.privacy.whisper import ctranslate
from lowsr_tradeoff.privacy.whisper.convert import reference_model
from lowsr_tradeoff.privacy.whisper.weights import MODEL, folder_of
from lowsr_tradeoff.privacy.words import count as wer
from lowsr_tradeoff.runner.machine import ONE_THREAD, cpu_name
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.groups import PrivacySettings

N_PROCESSES = 2
N_PASSES = 2
# Clips that processor time is measured on.
N_CLIPS = 16
SETTINGS = PrivacySettings()

Transcribe = Callable[[Sequence[Samples]], list[str]]


def macs_of(
    width: int, layers: int, states_per_s: float, stem_per_s: float, after: int, n_words: int
) -> tuple[float, float]:
    """Return the multiply-accumulates of an encoder and decoder of some width for a second and for a token.

    A layer of the encoder: 4 width² in attention, 8 in what follows, and 2 for the decoder's keys and values of
    every state. One of the decoder: 4 width² in attention to itself, 2 to the states, then ``after``: 12
    with a gate and 8 without; at the end a score for every token. Products of states alone are left out.
    """
    of_state, of_token = (12 + 2) * width**2 * layers, (4 + 2 + after) * width**2 * layers
    return states_per_s * of_state + stem_per_s, of_token + n_words * width


# Radford et al., Whisper, tiny.en: two convolutions over 3 of 80 bands and 384 channels, 100 and 50 times a second.
WHISPER = macs_of(384, 4, 50, 100 * 3 * 80 * 384 + 50 * 3 * 384**2, 8, 51864)
# Jeffries et al., Moonshine (arXiv 2410.15608), tiny: convolutions over 127, 7 and 3 at 250, 83 and 42 a second.
MOONSHINE_STEM = 250 * 127 * 288 + 83.3 * 7 * 288 * 576 + 41.7 * 3 * 576 * 288
MOONSHINE = macs_of(288, 6, 41.7, MOONSHINE_STEM, 12, 32768)
# A clip's first tokens and its last.
TOKENS_AROUND = 3


@dataclass(frozen=True)
class Contest:
    """One recogniser as this tool runs it in one process, and a loop of others, with its makers' library or not.

    Attributes:
        macs: Multiply-accumulates for a second of sound and for a token.
    """

    ours: Transcribe
    peer: str
    theirs: Transcribe
    macs: tuple[float, float]
    by_makers: bool = True


def captured(corpus: SpeechCorpus, rate_hz: int) -> list[Samples]:
    """Return every utterance as the microphone records it, at 16 kHz."""
    clips = []
    for utterance in corpus.utterances:
        recorded = capture(*read(utterance), rate_hz, FrontEnd(), noise_seed(0, utterance.digest, rate_hz))
        clips.append(restore(recorded, rate_hz, MODEL_RATE_HZ))
    return clips


def by_whisper(clips: Sequence[Samples]) -> list[str]:
    """Return what the tool's Whisper hears."""
    return ctranslate.transcribe(ctranslate.load(None), clips, SETTINGS)


def by_moonshine(clips: Sequence[Samples]) -> list[str]:
    """Return what the tool's Moonshine hears."""
    model = moonshine.load()
    states = (moonshine.heard(model, clip) for clip in clips)
    return [each.text for each in moonshine.write(model, states, SETTINGS.batch_size)]


def in_parallel(pool: ProcessPoolExecutor, work: Transcribe, clips: Sequence[Samples]) -> list[str]:
    """Return what is heard by processes of which each takes every second clip."""
    parts = pool.map(work, [clips[i::N_PROCESSES] for i in range(N_PROCESSES)])
    texts = [""] * len(clips)
    for i, part in enumerate(parts):
        texts[i::N_PROCESSES] = part
    return texts


def whisper_loop(model: torch.nn.Module, clips: Sequence[Samples]) -> list[str]:
    """Return what the openai-whisper loop hears."""
    import whisper

    return [
        whisper.transcribe(
            model,
            clip,
            language="en",
            temperature=0.0,
            fp16=False,
            condition_on_previous_text=False,
            without_timestamps=True,
            compression_ratio_threshold=None,
            logprob_threshold=None,
            no_speech_threshold=None,
        )["text"]
        for clip in clips
    ]


def faster_loop() -> Transcribe:
    """Return the loop of faster-whisper."""
    from faster_whisper import WhisperModel

    model = WhisperModel(str(folder_of(None)), compute_type="int8", cpu_threads=N_PROCESSES)

    def transcribe(clips: Sequence[Samples]) -> list[str]:
        return ["".join(part.text for part in _written(model, clip)) for clip in clips]

    return transcribe


def _written(model: Any, clip: Samples) -> Any:  # noqa: ANN401 - the library has no types
    return model.transcribe(
        clip,
        language="en",
        beam_size=1,
        temperature=0.0,
        condition_on_previous_text=False,
        without_timestamps=True,
        compression_ratio_threshold=None,
        log_prob_threshold=None,
        no_speech_threshold=None,
    )[0]


def moonshine_loop() -> Transcribe:
    """Return the loop of moonshine-voice; a threshold of 0 keeps its speech detector from cutting clips."""
    from moonshine_voice import ModelArch, Transcriber

    folder = Path(bundled_weights.moonshine()["tokenizer.bin"]).parent
    transcriber = Transcriber(str(folder), ModelArch.TINY, options={"vad_threshold": 0.0})

    def transcribe(clips: Sequence[Samples]) -> list[str]:
        found = (transcriber.transcribe_without_streaming(clip.tolist(), MODEL_RATE_HZ) for clip in clips)
        return [" ".join(line.text for line in each.lines) for each in found]

    return transcribe


def timed(work: Transcribe, clips: Sequence[Samples]) -> tuple[float, list[str]]:
    """Return the wall time in s, and what was heard."""
    start = time.perf_counter()
    texts = work(clips)
    return time.perf_counter() - start, texts


def processor_s(work: Transcribe, clips: Sequence[Samples]) -> tuple[float, list[str]]:
    """Return the processor time of this process in s, loading apart, and what was heard."""
    work(clips[:1])
    start = time.process_time()
    texts = work(clips)
    return time.process_time() - start, texts


def error_rate(corpus: SpeechCorpus, texts: Sequence[str]) -> float:
    """Return the pooled word error rate."""
    pairs = zip(corpus.utterances, texts, strict=True)
    counts = [wer.align(wer.normalise(said.text), wer.normalise(heard)) for said, heard in pairs]
    errors = sum(count.substitutions + count.deletions + count.insertions for count in counts)
    return errors / sum(count.reference_words for count in counts)


def wall_s(
    contest: Contest, corpus: SpeechCorpus, clips: Sequence[Samples], pool: ProcessPoolExecutor
) -> tuple[float, float]:
    """Print both speeds and word error rates of one recogniser, and return its times, ours and theirs, in s."""
    works = (partial(in_parallel, pool, contest.ours), contest.theirs)
    for work in works:
        work(clips[:N_PROCESSES])  # loading is not what is measured
    passes = [[timed(work, clips) for work in works] for _ in range(N_PASSES)]
    ours, theirs = (min(results) for results in zip(*passes, strict=True))
    for name, (seconds, texts) in ((f"{contest.ours.__name__}, this stage", ours), (contest.peer, theirs)):
        print(f"{name}: {len(clips) / seconds:.1f} utterances/s, WER {error_rate(corpus, texts):.4f}", flush=True)
    print(f"ratio: {theirs[0] / ours[0]:.1f}")
    return ours[0], theirs[0]


def processor_times(contest: Contest, clips: Sequence[Samples], one: Core) -> tuple[float, float]:
    """Print the processor times of one recogniser and its bound, and return them, ours and theirs, in s."""
    (ours_s, texts), (theirs_s, _) = (processor_s(work, clips) for work in (contest.ours, contest.theirs))
    encode = ctranslate.load(None).tokenizer.encode
    n_tokens = sum(len(encode(text)) + TOKENS_AROUND for text in texts)
    of_second, of_token = contest.macs
    macs = of_second * sum(map(len, clips)) / MODEL_RATE_HZ + of_token * n_tokens
    print(
        f"{contest.ours.__name__}, {len(clips)} clips: {ours_s:.2f} s of processor, {contest.peer} {theirs_s:.2f}, "
        f"ratio {theirs_s / ours_s:.1f}; {one.beside(ours_s, macs, 0)}",
        flush=True,
    )
    return ours_s, theirs_s


def compare(
    corpus: SpeechCorpus, rate_hz: int, pool: ProcessPoolExecutor, contests: Sequence[Contest], one: Core
) -> None:
    """Print speeds, word error rates, ratios and bounds at one rate."""
    clips = captured(corpus, rate_hz)
    print(f"{len(clips)} utterances at {rate_hz} Hz", flush=True)
    walls = [wall_s(each, corpus, clips, pool) for each in contests]
    torch.set_num_threads(1)
    processors = [processor_times(each, clips[:N_CLIPS], one) for each in contests]
    torch.set_num_threads(N_PROCESSES)
    makers = [i for i, each in enumerate(contests) if each.by_makers]
    wall, processor = (
        sum(times[i][1] for i in makers) / sum(times[i][0] for i in makers) for times in (walls, processors)
    )
    print(f"both, against their makers: ratio {wall:.1f}; of processor time {processor:.1f}; on {cpu_name()}")


def main() -> None:
    """Compare at every rate that is given, or at 16 and 4 kHz."""
    rates_hz = [int(rate) for rate in sys.argv[1:]] or [16000, 4000]
    one = core()
    torch.set_num_threads(N_PROCESSES)
    corpus = load_speech("demo", rates_hz, max(rates_hz), skip_bad=False, cache=None)
    model = reference_model(folder_of(None) / MODEL)
    contests = (
        Contest(by_whisper, f"openai-whisper {version('openai-whisper')}", partial(whisper_loop, model), WHISPER),
        Contest(by_moonshine, f"moonshine-voice {version('moonshine-voice')}", moonshine_loop(), MOONSHINE),
        Contest(by_whisper, f"faster-whisper {version('faster-whisper')}", faster_loop(), WHISPER, by_makers=False),
    )
    # As the command does for its workers; the peers' threads in this process are set already.
    os.environ |= ONE_THREAD
    with ProcessPoolExecutor(N_PROCESSES, get_context("spawn")) as pool:
        for rate_hz in rates_hz:
            compare(corpus, rate_hz, pool, contests, one)


if __name__ == "__main__":
    main()
