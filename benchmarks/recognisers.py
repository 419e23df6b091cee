"""Transcribing a speech corpus as the tool does, with both recognisers, against their makers' own Python loops.

    python benchmarks/recognisers.py [RATE_HZ ...]

Ours: two processes of one thread. Whisper by CTranslate2 in int8, encoded with little silence and decoded in
batches; Moonshine by onnxruntime, decoded in batches. The peers take clip by clip, each in one process. One is
``whisper.transcribe`` on two threads of torch, float32, greedy, its thresholds off, with the weights of the bundled
CTranslate2 file, its tensors renamed. The other is ``moonshine_voice.Transcriber`` with the weights of its wheel,
every clip heard whole. All hear the same captures and are loaded before the clock starts; they take turns, and the
best of two passes counts. The last ratio is of processor time on the first clips, which other work moves less.
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

import torch

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


@dataclass(frozen=True)
class Contest:
    """One recogniser as this tool runs it in one process, and its makers' loop."""

    ours: Transcribe
    peer: str
    theirs: Transcribe


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


def processor_s(work: Transcribe, clips: Sequence[Samples]) -> float:
    """Return the processor time of this process in s, loading apart."""
    work(clips[:1])
    start = time.process_time()
    work(clips)
    return time.process_time() - start


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
        print(f"{name}: {len(clips) / seconds:.1f} utterances/s, WER {error_rate(corpus, texts):.4f}")
    print(f"ratio: {theirs[0] / ours[0]:.1f}")
    return ours[0], theirs[0]


def compare(corpus: SpeechCorpus, rate_hz: int, pool: ProcessPoolExecutor, contests: Sequence[Contest]) -> None:
    """Print speeds, word error rates and ratios at one rate."""
    clips = captured(corpus, rate_hz)
    print(f"{len(clips)} utterances at {rate_hz} Hz")
    ours_s, theirs_s = map(sum, zip(*(wall_s(each, corpus, clips, pool) for each in contests), strict=True))
    torch.set_num_threads(1)
    few = clips[:N_CLIPS]
    ours_processor_s = sum(processor_s(each.ours, few) for each in contests)
    theirs_processor_s = sum(processor_s(each.theirs, few) for each in contests)
    torch.set_num_threads(N_PROCESSES)
    print(
        f"both: ratio {theirs_s / ours_s:.1f}; of processor time {theirs_processor_s / ours_processor_s:.1f}; "
        f"on {cpu_name()}"
    )


def main() -> None:
    """Compare at every rate that is given, or at 16 and 4 kHz."""
    rates_hz = [int(rate) for rate in sys.argv[1:]] or [16000, 4000]
    torch.set_num_threads(N_PROCESSES)
    corpus = load_speech("demo", rates_hz, max(rates_hz), skip_bad=False, cache=None)
    model = reference_model(folder_of(None) / MODEL)
    contests = (
        Contest(by_whisper, f"openai-whisper {version('openai-whisper')}", partial(whisper_loop, model)),
        Contest(by_moonshine, f"moonshine-voice {version('moonshine-voice')}", moonshine_loop()),
    )
    # As the command does for its workers; the peers' threads in this process are set already.
    os.environ |= ONE_THREAD
    with ProcessPoolExecutor(N_PROCESSES, get_context("spawn")) as pool:
        for rate_hz in rates_hz:
            compare(corpus, rate_hz, pool, contests)


if __name__ == "__main__":
    main()
