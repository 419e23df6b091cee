"""A model to run on this machine: a folder of a trained network, or a network's name."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import torch

from lowsr_tradeoff.classify.cost import model_cost
from lowsr_tradeoff.classify.features import Layout, lay_out
from lowsr_tradeoff.classify.models.build import untrained
from lowsr_tradeoff.classify.models.recogniser import Recogniser
from lowsr_tradeoff.classify.package import read_package
from lowsr_tradeoff.classify.predict import load_model
from lowsr_tradeoff.classify.step_settings import front_of
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records import ModelCost, Network

# Energy does not depend on what the weights are: as ESC-50, 5 s at 16 kHz.
RATE_HZ, WINDOW_S, N_CLASSES = 16000, 5.0, 50


def workload(model: str) -> tuple[Callable[[], object], ModelCost]:
    """Return what runs one inference of a model, and what it costs to compute.

    Args:
        model: Folder that ``lowsr-tradeoff train`` wrote, or a network's name, then untrained.

    Raises:
        ConfigError: It is neither.
        MissingResourceError: The folder holds no model.
        DataError: The model cannot be used.
    """
    network, layout, cost = _of_folder(Path(model)) if Path(model).is_dir() else _of_name(model)
    image = torch.randn(1, 1, *layout.image, generator=torch.Generator().manual_seed(0))

    @torch.inference_mode()
    def infer() -> object:
        return network(image)

    torch.set_num_threads(1)
    return infer, cost


def _of_folder(folder: Path) -> tuple[Recogniser, Layout, ModelCost]:
    package = read_package(folder)
    own = package.settings
    front = front_of(own.network)
    layout = lay_out(own.rate_hz, own.grid, own.clip_s, front, as_published=own.as_published)
    return load_model(package).network, layout, own.cost


def _of_name(name: str) -> tuple[Recogniser, Layout, ModelCost]:
    known: tuple[Network, ...] = get_args(Network)
    network = next((network for network in known if network == name), None)
    if network is None:
        raise ConfigError(
            f"{name!r} is no folder and no network; give a model's folder or one of {', '.join(known)}"
        )
    layout = lay_out(RATE_HZ, "shared", WINDOW_S, front_of(network))
    made = untrained(network, N_CLASSES, torch.Generator().manual_seed(0)).eval()
    return made, layout, model_cost(made, layout, RATE_HZ, "shared")
