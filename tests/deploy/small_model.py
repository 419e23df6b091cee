"""A small model, and its ONNX form, for the tests of what is done with one."""

from functools import cache

import numpy as np
import torch

from lowsr_tradeoff.deploy.model.model_settings import CrossValidated, ModelSettings
from lowsr_tradeoff.deploy.model.onnx_export import NormalisedNetwork, to_onnx
from lowsr_tradeoff.deploy.model.package import Package
from lowsr_tradeoff.deploy.model.predict import load_model
from lowsr_tradeoff.learning.cost import model_cost
from lowsr_tradeoff.learning.mel import front_of, lay_out
from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.classify import ClassRecall
from lowsr_tradeoff.records.run import CorpusSummary
from lowsr_tradeoff.settings.front_end import FrontEnd


def share(value):
    return Measurement(value=value, low=value - 0.1, high=value + 0.1, n=12, n_of="clips")


def package(**changed):
    """Random weights of a small network that hears half a second at 1 kHz."""
    network = changed.get("network", "small_vgg")
    classes = changed.get("classes", ("high", "low"))
    grid, clip_s = changed.get("grid", "native"), changed.get("clip_s", 0.5)
    layout = lay_out(1000, grid, clip_s, front_of(network))
    made = untrained(network, len(classes), torch.Generator().manual_seed(3))
    with torch.no_grad():  # the first scores of a fresh network hardly differ between sounds
        made.head.weight.mul_(30)
    settings = {
        "network": network,
        "as_published": False,
        "classes": classes,
        "rate_hz": 1000,
        "grid": grid,
        "clip_s": clip_s,
        "front_end": FrontEnd(),
        "scale_mean": -6.5,
        "scale_std": 2.5,
        "arm": "cssd",
        "seed": 7,
        "corpus": CorpusSummary(
            name="tones", kind="events", digest="ab" * 32, n_clips=12, n_skipped=0, n_groups=12,
            group_of="sources", classes=classes, n_folds=2, duration_s=6.0, lowest_source_rate_hz=16000,
            is_synthetic=False, note="Two tones.",
        ),
        "data_licence": "CC BY 4.0",
        "tested": CrossValidated(
            accuracy=share(0.75), macro_f1=share(0.7), n_sources=12, n_folds=2, n_seeds=1, protocol="honest",
            int8=None, class_recall=tuple(ClassRecall(label=label, recall=share(0.75)) for label in classes),
        ),
        "cost": model_cost(made, layout, 1000, grid),
        "made_by": "0.1.0",
    }  # fmt: skip
    weights = {name: weight.numpy() for name, weight in made.state_dict().items()}
    return Package(ModelSettings(**(settings | changed)), weights)


@cache
def packed():
    """The package as ONNX; torch takes seconds for it, so it is made once for all tests."""
    model = load_model(package())
    body = NormalisedNetwork(model.network, model.settings.scale_mean, model.settings.scale_std).eval()
    return to_onnx(body, np.zeros((2, *lay_out(1000, "native", 0.5).image), np.float32), {})
