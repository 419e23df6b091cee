"""Weights of published networks, read from a file and checked by name, shape and rate.

Only tensors are read: a pickle can hold code. Files of PANNs contain their front end as layers, which show the
rate of the file and are then dropped, because ``learning/panns_log_mel.py`` computes them.
"""

import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.files.reading import check_archive, sha256_of
from lowsr_tradeoff.learning.networks.build import without_weights
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.networks.yamnet_weights import read_yamnet, read_yamnet_256
from lowsr_tradeoff.learning.panns_hearing import front_end_of
from lowsr_tradeoff.records.network import AnyNetwork, Network, OwnNetwork
from lowsr_tradeoff.settings.classify import YAMNETS

Weights = Mapping[str, Tensor]

AUDIOSET_CLASSES, YAMNET_CLASSES = 527, 521
# A name, a type, a shape and two offsets for each of a few hundred tensors.
MOST_HEADER_BYTES = 1 << 20
# Where the state of a class of the user's lies in that of the network made of it.
OWN = "module."
FRONT_END = ("spectrogram_extractor.", "logmel_extractor.")
KERNEL = "spectrogram_extractor.stft.conv_real.weight"
MEL_MATRIX = "logmel_extractor.melW"


def load_weights(path: Path, network: AnyNetwork, sha256: str | None = None) -> dict[str, Tensor]:
    """Return the weights of a checkpoint of any network; as :func:`load_panns`.

    Args:
        path: For YAMNet the published ``.tflite`` file, for yamnet_256 the ``.h5`` file; for a class of the user's
            one of its state, alone or under ``model``, whose names and shapes :func:`start_from` checks.
        network: Which network they are for.
        sha256: Expected hash of the file in hex, checked before it is opened; ``None`` for no check.
    """
    if isinstance(network, OwnNetwork):
        _check_hash(path, sha256)
        return {f"{OWN}{name}": weight for name, weight in _read(path).items()}
    if network not in YAMNETS:
        return load_panns(path, network, sha256)
    _check_hash(path, sha256)
    weights = read_yamnet(path) if network == "yamnet" else read_yamnet_256(path)
    _check_fit(path, network, weights, YAMNET_CLASSES)
    return weights


def load_panns(path: Path, network: Network, sha256: str | None = None) -> dict[str, Tensor]:
    """Return the weights of a published checkpoint, without those of its front end.

    Args:
        path: A ``.pth`` file, with the weights under ``model`` or alone, or a ``.safetensors`` file.
        network: Which of the PANNs they are for.
        sha256: Expected hash of the file in hex, checked before it is opened; ``None`` for no check.

    Raises:
        MissingResourceError: The file does not exist.
        DataError: It is broken, changed, holds more than tensors, or is of another network or rate.
    """
    _check_hash(path, sha256)
    stored = _read(path)
    _check_rate(path, network, stored)
    weights = {name: weight for name, weight in stored.items() if not name.startswith(FRONT_END)}
    _check_fit(path, network, weights, AUDIOSET_CLASSES)
    return weights


def _check_fit(path: Path, network: Network, weights: Weights, n_classes: int) -> None:
    whole = without_weights(network, n_classes)
    if wrong := tuple(misfits({**_head_of(whole, weights), **weights}, whole.state_dict())):
        raise DataError(
            f"{path}: not the weights of {network}; {'; '.join(wrong)}. Give the checkpoint of that network"
        )


def _head_of(network: Recogniser, weights: Weights) -> Weights:
    """Return the network's own head, if the weights hold none or one for another number of classes."""
    head = next(name for name, layer in network.named_modules() if layer is network.head)
    theirs = weights.get(f"{head}.bias")
    if theirs is not None and theirs.shape == network.head.bias.shape:
        return {}
    return {name: weight for name, weight in network.state_dict().items() if name.startswith(f"{head}.")}


def start_from(network: Recogniser, weights: Weights) -> None:
    """Copy weights into a network, except a head for another number of classes; without one, it keeps its own.

    Raises:
        DataError: They are of another network.
    """
    taken = {**weights, **_head_of(network, weights)}
    if wrong := tuple(misfits(taken, network.state_dict())):
        raise DataError(f"weights of another network than {type(network).__name__}: {'; '.join(wrong)}")
    network.load_state_dict(taken)


def misfits(weights: Weights, expected: Weights) -> Iterator[str]:
    """Yield each difference in names and shapes.

    >>> list(misfits({"b": torch.zeros(2), "c": torch.zeros(1)}, {"a": torch.zeros(1), "b": torch.zeros(3)}))
    ['missing: a', 'unexpected: c', 'b: shape (2,) instead of (3,)']
    """
    if missing := sorted(expected.keys() - weights.keys()):
        yield f"missing: {', '.join(missing)}"
    if unexpected := sorted(weights.keys() - expected.keys()):
        yield f"unexpected: {', '.join(unexpected)}"
    for name in sorted(expected.keys() & weights.keys()):
        found, wanted = weights[name], expected[name]
        if found.shape != wanted.shape:
            yield f"{name}: shape {tuple(found.shape)} instead of {tuple(wanted.shape)}"
        elif found.dtype.is_floating_point != wanted.dtype.is_floating_point or found.layout != torch.strided:
            yield f"{name}: {found.dtype} instead of {wanted.dtype}"
        elif not found.is_meta and not torch.isfinite(found).all():
            yield f"{name}: holds values that are not finite"


def _check_hash(path: Path, sha256: str | None) -> None:
    try:
        found = sha256_of(path)
    except OSError as error:
        raise MissingResourceError(
            f"{path}: no such checkpoint ({error.strerror}); fetch it or put it there by hand"
        ) from error
    if sha256 not in {None, found}:
        raise DataError(f"{path}: was changed since the study was planned; run it again to take it as it is now")


def _read(path: Path) -> dict[str, Tensor]:
    content = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    stored = content.get("model", content) if isinstance(content, dict) else content
    if not isinstance(stored, dict) or not all(
        isinstance(name, str) and isinstance(weight, Tensor) for name, weight in stored.items()
    ):
        raise DataError(f"{path}: holds no table of tensors by name; give a file of a state_dict")
    return cast("dict[str, Tensor]", stored)


def _safetensors(path: Path) -> object:
    with path.open("rb") as file:
        n_header = int.from_bytes(file.read(8), "little")
    if n_header > MOST_HEADER_BYTES:
        raise DataError(f"{path}: promises a header of {n_header} bytes, which no network has; fetch it again")
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise DataError(f"{path}: not a whole safetensors file ({error}); fetch it again") from error


def _pickled(path: Path) -> object:
    try:
        check_archive(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise DataError(
            f"{path}: holds more than tensors, which is not loaded because a pickle can run code, or is broken. "
            "Fetch it again; or, if you trust it, save torch.load(path, weights_only=False)['model'] "
            "as .safetensors and give that"
        ) from error
    except Exception as error:  # what damage does to a pickle has no class in common
        raise DataError(
            f"{path}: broken, cut off or not readable ({type(error).__name__}); fetch it again"
        ) from error


def _check_rate(path: Path, network: Network, stored: Weights) -> None:
    """Only the front end's layers differ between the rates of one network."""
    wanted = front_end_of(network)
    if not stored.keys() >= {KERNEL, MEL_MATRIX}:
        raise DataError(
            f"{path}: without {KERNEL} and {MEL_MATRIX} it does not tell which rate it is for; "
            "keep them when converting a checkpoint"
        )
    window = stored[KERNEL].shape[-1]
    shape = (window // 2 + 1, wanted.mel_bands)
    if window != wanted.window or tuple(stored[MEL_MATRIX].shape) != shape:
        # All their front ends use windows of 32 ms.
        raise DataError(
            f"{path}: is for {window * 1000 // 32} Hz (FFT of {window} points, mel matrix of "
            f"{tuple(stored[MEL_MATRIX].shape)}), but {network} hears {wanted.model_rate_hz} Hz "
            f"(FFT of {wanted.window}); give the checkpoint of that rate"
        )
