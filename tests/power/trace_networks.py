"""Writes ``configs/model_costs.json``: ``python -m tests.power.trace_networks``, whenever a network changes."""

import json
import math
from importlib import resources
from pathlib import Path

from torch import nn

from lowsr_tradeoff.learning.cost import IN_PLACE, Call, calls_of, macs
from lowsr_tradeoff.learning.log_mel import mel_bank
from lowsr_tradeoff.learning.mel import PATCH_FRAMES, front_of, lay_out
from lowsr_tradeoff.learning.networks.build import without_weights
from lowsr_tradeoff.power.model.network_costs import side
from lowsr_tradeoff.settings.classify import COMPACT, YAMNETS

# How the sides of the maps shrink, step by step: c rounds up, f down, h down but never below one.
STEPS = {
    "small_vgg": "chhh",
    "cp_mobile": "cccc",
    "cnn14": "fffff",
    "cnn14_8k": "fffff",
    "cnn14_32k": "fffff",
    "resnet38": "fffff",
    "mobilenetv2": "fffff",
    "yamnet": "fffff",
    "yamnet_256": "fff",
}
BANDS = 64


def probe(name: str) -> tuple[int, int]:
    """An image whose maps at different steps have sizes that do not divide each other, whatever their channels."""
    if name in YAMNETS:
        return BANDS, PATCH_FRAMES
    return BANDS, 2049 if "c" in STEPS[name] else 2047


def traced(name: str) -> dict:
    """What the table holds of one network: layers by how far the image has shrunk where they work."""
    network = without_weights(name, 1)
    calls = calls_of(network, probe(name))
    head_in = network.head.in_features
    return {
        "steps": STEPS[name],
        "head_in": head_in,
        "parameters": sum(weight.numel() for weight in network.parameters()) - head_in - 1,
        "mel_nonzeros": None if name in (*COMPACT, *YAMNETS) else mel_nonzeros(name),
        "layers": unique([layer_of(call, name) for call in calls if counts(call, network)]),
    }


def mel_nonzeros(name: str) -> int:
    return int((mel_bank(lay_out(16000, "shared", 2.0, front_of(name))) != 0).sum())


def counts(call: Call, network: nn.Module) -> bool:
    return call.layer is not network.head and not isinstance(call.layer, IN_PLACE)


def layer_of(call: Call, name: str) -> dict:
    """One layer: its operator and multiply-accumulates per value position written, and what it reads and writes."""
    (operator, n_macs) = next(iter({k: v for k, v in macs([call]).items() if v}.items()), (None, 0))
    written, read = values(tuple(call.written), name), values(tuple(call.read), name)
    positions = size(written[1], name)
    assert n_macs % positions == 0
    kept = [] if not call.n_kept else [held(call.n_kept, name)]
    return {
        "operator": operator,
        "macs": n_macs // positions,
        "holds": [read, written, *kept],
        "writes_at": written[1],
    }


def values(shape: tuple[int, ...], name: str) -> tuple[int, int]:
    """Channels and the step at which maps of a shape lie; one past the last for values without sides."""
    if len(shape) == 2:
        return shape[1], len(STEPS[name]) + 1
    return shape[1], next(at for at in range(len(STEPS[name]) + 1) if sides(at, name) == set(shape[2:]))


def held(n_values: int, name: str) -> tuple[int, int]:
    """Channels and step of what a way around a layer keeps."""
    (at,) = (at for at in range(len(STEPS[name]) + 1) if n_values % size(at, name) == 0)
    return n_values // size(at, name), at


def sides(at: int, name: str) -> set[int]:
    return {side(n, STEPS[name][:at]) for n in probe(name)}


def size(at: int, name: str) -> int:
    return 1 if at > len(STEPS[name]) else math.prod(side(n, STEPS[name][:at]) for n in probe(name))


def unique(layers: list[dict]) -> list[dict]:
    """Equal layers once, with how many they are."""
    texts = [json.dumps(layer) for layer in layers]
    return [{**json.loads(text), "times": texts.count(text)} for text in dict.fromkeys(texts)]


def table() -> str:
    rows = ",\n".join(f" {json.dumps(name)}: {json.dumps(traced(name))}" for name in STEPS)
    return f"{{\n{rows}\n}}\n"


if __name__ == "__main__":
    path = Path(str(resources.files("lowsr_tradeoff"))) / "configs" / "model_costs.json"
    path.write_text(table(), encoding="utf-8")
