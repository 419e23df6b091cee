"""Transcribing a speech corpus as the tool does, against an openai-whisper loop with the same weights.

    python benchmarks/whisper_stage.py [RATE_HZ ...]

Ours: two processes of one thread, CTranslate2 int8, clips encoded with little silence and decoded in batches. The
peer: ``whisper.transcribe`` clip by clip in one process, torch on two threads, float32, greedy, its thresholds off,
its weights those of the bundled CTranslate2 file with the tensors renamed. Both hear the same captures and are
loaded before the clock starts; they take turns, and the best of two passes counts. The second ratio is of processor
time, one thread each, which other work on the machine moves less.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context

import torch

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.audio.capture import capture, noise_seed, restore
from lowsr_tradeoff.corpora.clips import SpeechCorpus, read
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy.whisper import ctranslate
from lowsr_tradeoff.privacy.whisper.convert import reference_model
from lowsr_tradeoff.privacy.whisper.weights import MODEL, folder_of
from lowsr_tradeoff.privacy.words import count as wer
from lowsr_tradeoff.runner.machine import ONE_THREAD, cpu_name
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.groups import PrivacySettings

N_PROCESSES = 2
N_PASSES = 2
# Clips that both transcribe on one thread.
N_CLIPS = 16
SETTINGS = PrivacySettings()


def captured(corpus: SpeechCorpus, rate_hz: int) -> list[Samples]:
    """Return every utterance as the microphone records it, at 16 kHz."""
    clips = []
    for utterance in corpus.utterances:
        recorded = capture(*read(utterance), rate_hz, FrontEnd(), noise_seed(0, utterance.digest, rate_hz))
        clips.append(restore(recorded, rate_hz, MODEL_RATE_HZ))
    return clips


def transcribe_part(clips: Sequence[Samples]) -> list[str]:
    """Return what this process hears."""
    return ctranslate.transcribe(ctranslate.load(None), clips, SETTINGS)


def transcribe(pool: ProcessPoolExecutor, clips: Sequence[Samples]) -> list[str]:
    """Return what the tool hears, every process taking every second clip."""
    parts = pool.map(transcribe_part, [clips[i::N_PROCESSES] for i in range(N_PROCESSES)])
    texts = [""] * len(clips)
    for i, part in enumerate(parts):
        texts[i::N_PROCESSES] = part
    return texts


def transcribe_one_by_one(model: torch.nn.Module, clips: Sequence[Samples]) -> list[str]:
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


def timed(work: Callable[[Sequence[Samples]], list[str]], clips: Sequence[Samples]) -> tuple[float, list[str]]:
    """Return the wall time in s, and what was heard."""
    start = time.perf_counter()
    texts = work(clips)
    return time.perf_counter() - start, texts


def processor_s(work: Callable[[Sequence[Samples]], list[str]], clips: Sequence[Samples]) -> float:
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


def compare(corpus: SpeechCorpus, rate_hz: int, pool: ProcessPoolExecutor, model: torch.nn.Module) -> None:
    """Print both speeds, both word error rates and the ratio at one rate."""
    clips = captured(corpus, rate_hz)
    works = (partial(transcribe, pool), partial(transcribe_one_by_one, model))
    for work in works:
        work(clips[:N_PROCESSES])  # loading is not what is measured
    passes = [[timed(work, clips) for work in works] for _ in range(N_PASSES)]
    ours, theirs = (min(results) for results in zip(*passes, strict=True))
    print(f"{len(clips)} utterances at {rate_hz} Hz")
    for name, (seconds, texts) in (("this stage", ours), (f"openai-whisper {version('openai-whisper')}", theirs)):
        print(f"{name}: {len(clips) / seconds:.1f} utterances/s, WER {error_rate(corpus, texts):.4f}")
    torch.set_num_threads(1)
    alone = (transcribe_part, partial(transcribe_one_by_one, model))
    ours_s, theirs_s = (min(processor_s(work, clips[:N_CLIPS]) for _ in range(N_PASSES)) for work in alone)
    torch.set_num_threads(N_PROCESSES)
    print(f"ratio: {theirs[0] / ours[0]:.1f}; of processor time {theirs_s / ours_s:.1f}; on {cpu_name()}")


def main() -> None:
    """Compare at every rate that is given, or at 16 and 4 kHz."""
    rates_hz = [int(rate) for rate in sys.argv[1:]] or [16000, 4000]
    torch.set_num_threads(N_PROCESSES)
    corpus = load_speech("demo", rates_hz, max(rates_hz), skip_bad=False, cache=None)
    model = reference_model(folder_of(None) / MODEL)
    # As the command does for its workers; the peer's threads in this process are set already.
    os.environ |= ONE_THREAD
    with ProcessPoolExecutor(N_PROCESSES, get_context("spawn")) as pool:
        for rate_hz in rates_hz:
            compare(corpus, rate_hz, pool, model)


if __name__ == "__main__":
    main()
