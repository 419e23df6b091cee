"""Linkability and singling out of speakers, by the program that France's data protection authority validated.

Two criteria of Opinion 05/2014 of the Article 29 Working Party, as measured by Vauquier, Srivastava, Hosseini &
Vincent, Legally validated evaluation framework for voice anonymization, Interspeech 2025 (package
``voice-anonymization-legal-eval``). The first half of what each speaker says is on file, the second half is heard.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from legal_eval.embeddings import build_conversations, build_speaker_embeddings, build_test_embeddings
from legal_eval.metrics import count_beaters, score_conversations, singling_out
from legal_eval.scoring import cosine_score_matrix
from numpy.typing import NDArray

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights

# Splits of what is heard into a test and calibration, as in the paper.
N_SPLITS = 10
# What a rule that picks speakers at random isolates: exp(-1).
BY_CHANCE = float(np.exp(-1))

Embeddings = NDArray[np.float32]
# Names of recordings by speaker.
Recordings = Mapping[str, Sequence[str]]


def link_speakers(
    tested: Embeddings, enrolled: Embeddings, speakers: Sequence[str], n_resamples: int, seed: int
) -> Measurement:
    """Return the share of speakers whose heard half is most like their own file of all, ∈ [0, 1].

    ``tested`` and ``enrolled`` are unit vectors of the same utterances; every speaker has two or more.
    """
    on_file, heard = _halves(speakers)
    length = min(len(names) for names in heard.values())
    file = build_speaker_embeddings(on_file, _by_name(enrolled))
    conversations, _ = build_test_embeddings(heard, _by_name(tested), length, selection="first")
    beaten = count_beaters(cosine_score_matrix(file, conversations))
    return _over_speakers(beaten == 0, list(conversations), n_resamples, seed)


def single_out(
    tested: Embeddings, enrolled: Embeddings, speakers: Sequence[str], n_resamples: int, seed: int
) -> Measurement:
    """Return how often a file and a threshold pick exactly one of the speakers who are heard, ∈ [0, 1].

    The threshold is set on other utterances of these; arguments are those of :func:`link_speakers`.
    """
    on_file, heard = _halves(speakers)
    able = {name: names for name, names in heard.items() if len(names) > 1}
    if len(able) < 2:
        return missing("singling out takes two speakers or more with three utterances or more each", "speakers")
    file, by_name = (
        build_speaker_embeddings({name: on_file[name] for name in able}, _by_name(enrolled)),
        _by_name(tested),
    )
    shares = []
    for split in range(N_SPLITS):
        conversations = build_conversations(able, by_name, conversation_length=1, seed=seed, fold=split)
        found = singling_out(score_conversations(file, conversations), len(able), n_runs=1, seed=seed, fold=split)
        shares.append([np.mean(found[name]) for name in able])
    return _over_speakers(np.mean(shares, axis=0), list(able), n_resamples, seed)


def _over_speakers(shares: NDArray[np.generic], names: Sequence[str], n_resamples: int, seed: int) -> Measurement:
    weights = resample_weights(names, n_resamples, seed)
    return pooled_ratio(shares, np.ones(len(names)), weights, "speakers", is_share=True)


def _halves(speakers: Sequence[str]) -> tuple[Recordings, Recordings]:
    """The recordings of each speaker on file, and those heard, by their numbers."""
    numbers = {name: [str(i) for i, who in enumerate(speakers) if who == name] for name in sorted(set(speakers))}
    on_file = {name: its[: len(its) // 2] for name, its in numbers.items()}
    return on_file, {name: its[len(its) // 2 :] for name, its in numbers.items()}


def _by_name(embeddings: Embeddings) -> dict[str, NDArray[np.float64]]:
    return {str(i): row.astype(np.float64) for i, row in enumerate(embeddings)}
