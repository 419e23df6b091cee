"""How near YAMNet in torch is to its published TensorFlow Lite file.

``python benchmarks/yamnet_parity.py WEIGHTS.tflite EXPECTED.json CLIPS`` compares scores with those that the file
gives for parts of clips, stored in a JSON file as ``rows`` of ``clip``, ``start_sample`` and ``scores_over_0.01``.
The file computes in int8: its scores are multiples of 1/256, so several classes can be first.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch

from lowsr_tradeoff.audio.capture import restore
from lowsr_tradeoff.audio.decode import decode
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.learning.networks.build import without_weights
from lowsr_tradeoff.learning.networks.checkpoint import YAMNET_CLASSES, load_weights
from lowsr_tradeoff.learning.yamnet_log_mel import yamnet_log_mel

RATE_HZ, N_SAMPLES = 16_000, 15_600
LEAST_AGREEING, LEAST_CORRELATION = 0.95, 0.99


def main(weights: Path, expected: Path, clips: Path) -> int:
    """Print the agreement and return 1 where it is too small."""
    network = without_weights("yamnet", YAMNET_CLASSES)
    network.load_state_dict(load_weights(weights, "yamnet"), assign=True)
    rows = json.loads(expected.read_text(encoding="utf-8"))["rows"]
    layout = lay_out(RATE_HZ, "shared", N_SAMPLES / RATE_HZ, "yamnet")
    ours, theirs, n_first = [], [], 0
    for row in rows:
        samples, source_rate_hz = decode(clips / row["clip"])
        part = restore(samples, source_rate_hz, RATE_HZ)[row["start_sample"] :][:N_SAMPLES]
        with torch.inference_mode():
            image = torch.from_numpy(yamnet_log_mel(part, layout))[None, None]
            scores = network(image)[0].sigmoid().numpy()
        stored = {int(number): score for number, score in row["scores_over_0.01"].items()}
        n_first += stored.get(int(scores.argmax()), 0.0) == max(stored.values())
        ours += [scores[number] for number in stored]
        theirs += list(stored.values())
    correlation = np.corrcoef(ours, theirs)[0, 1]
    print(f"first class: {n_first} of {len(rows)}; correlation of {len(ours)} scores: {correlation:.4f}")
    return int(n_first < LEAST_AGREEING * len(rows) or correlation < LEAST_CORRELATION)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
