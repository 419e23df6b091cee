"""A model to run on this machine: a folder of a trained network, its ONNX export, or a network's name."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np
import torch
from pydantic import BaseModel

from lowsr_tradeoff.deploy.model.onnx_export import class_scores, open_session, require_onnx
from lowsr_tradeoff.deploy.model.package import read_package
from lowsr_tradeoff.deploy.model.predict import load_model
from lowsr_tradeoff.errors import ConfigError, DataError, MissingResourceError
from lowsr_tradeoff.files.reading import parse_json
from lowsr_tradeoff.learning.cost import model_cost
from lowsr_tradeoff.learning.mel import Layout, front_of, lay_out
from lowsr_tradeoff.learning.networks.build import untrained, without_weights
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.records.network import AnyNetwork, Grid, ModelCost, Network, OwnNetwork

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]

# Energy does not depend on the values of the weights. The input is that of ESC-50: 5 s at 16 kHz, 50 classes.
RATE_HZ, WINDOW_S, N_CLASSES = 16000, 5.0, 50

Infer = Callable[[], object]


class OnnxMetadata(BaseModel):
    """The part of an ONNX export's metadata that its cost depends on."""

    network: AnyNetwork
    classes: tuple[str, ...]
    rate_hz: int
    grid: Grid
    clip_s: float


def workload(model: str) -> tuple[Infer, ModelCost]:
    """Return what runs one inference of a model, and what it costs to compute.

    A model is the folder of a trained network, its ONNX export, or the name of a network, which is then untrained.

    Raises:
        ConfigError: It is none of these.
        MissingResourceError: There is no such file, the folder holds no model, or the extra ``onnx`` is missing.
        DataError: The model cannot be used.
    """
    torch.set_num_threads(1)
    path = Path(model)
    if path.suffix == ".onnx":
        return _of_onnx(path)
    return _of_folder(path) if path.is_dir() else _of_name(model)


def _of_folder(folder: Path) -> tuple[Infer, ModelCost]:
    package = read_package(folder)
    return _in_torch(load_model(package).network, package.settings.layout), package.settings.cost


def _of_name(name: str) -> tuple[Infer, ModelCost]:
    known: tuple[Network, ...] = get_args(Network)
    network = next((network for network in known if network == name), None)
    if network is None:
        raise ConfigError(
            f"{name!r} is no folder, .onnx file or network; give a model's folder or one of {', '.join(known)}"
        )
    layout = lay_out(RATE_HZ, "shared", WINDOW_S, front_of(network))
    recogniser = untrained(network, N_CLASSES, torch.Generator().manual_seed(0)).eval()
    return _in_torch(recogniser, layout), model_cost(recogniser, layout, RATE_HZ, "shared")


def _of_onnx(file: Path) -> tuple[Infer, ModelCost]:
    require_onnx()
    session = _open(file)
    try:
        own = OnnxMetadata.model_validate(parse_json(session.get_modelmeta().custom_metadata_map["lowsr_tradeoff"]))
    except (KeyError, ValueError) as error:
        raise DataError(f"{file}: is no network that lowsr-tradeoff exported; give one that is") from error
    if isinstance(own.network, OwnNetwork):
        raise ConfigError(f"{file}: is of the class {own.network.name}, whose cost is not in the file")
    layout = lay_out(own.rate_hz, own.grid, own.clip_s, front_of(own.network))
    cost = model_cost(without_weights(own.network, len(own.classes)), layout, own.rate_hz, own.grid)
    image = np.random.default_rng(0).standard_normal((1, *layout.image)).astype(np.float32)
    return lambda: class_scores(session, image), cost


def _open(file: Path) -> "InferenceSession":
    try:
        return open_session(file.read_bytes())
    except OSError as error:
        raise MissingResourceError(f"{file}: cannot be read ({error.strerror}); check the path") from error
    except Exception as error:  # onnxruntime's errors have no class in common
        raise DataError(f"{file}: is no ONNX network ({error}); export it again") from error


def _in_torch(network: Recogniser, layout: Layout) -> Infer:
    image = torch.randn(1, 1, *layout.image, generator=torch.Generator().manual_seed(0))

    @torch.inference_mode()
    def infer() -> object:
        return network(image)

    return infer
