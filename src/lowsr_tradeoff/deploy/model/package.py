"""A trained network as a folder that can be passed on: weights, settings, model card.

``model.safetensors`` holds the weights and is read without running code. ``settings.json`` holds the input, the
test results and the hashes of both files. It is written last, so an unfinished folder is never read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from lowsr_tradeoff.deploy.model.card import model_card
from lowsr_tradeoff.deploy.model.model_settings import MODEL_VERSION, ModelSettings
from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.files.reading import parse_json, read_file
from lowsr_tradeoff.files.writing import digest_of, sha256_of, write_atomic

WEIGHTS, SETTINGS, CARD = "model.safetensors", "settings.json", "README.md"
# Formats that weights are often kept in, and that may run code when they are read.
PICKLES = ("*.pt", "*.pth", "*.bin", "*.pkl", "*.pickle", "*.ckpt")
# Twice the largest of the networks, CNN14.
MOST_MODEL_BYTES = 700 << 20


@dataclass(frozen=True)
class Package:
    """What a model folder holds; the weights have the names of the network's own state."""

    settings: ModelSettings
    weights: Mapping[str, NDArray[Any]]


def write_package(folder: Path, package: Package) -> None:
    """Write a model folder, replacing the files of one that is there."""
    weights = save({name: np.asarray(weight, order="C") for name, weight in package.weights.items()})
    record = {
        "schema_version": MODEL_VERSION,
        "settings": package.settings.model_dump(mode="json"),
        "weights_sha256": sha256_of(weights),
    }
    record["sha256"] = digest_of(record)
    write_atomic(folder / WEIGHTS, weights)
    write_atomic(folder / CARD, model_card(package.settings).encode())
    write_atomic(folder / SETTINGS, json.dumps(record, indent=1).encode())


def read_package(folder: Path) -> Package:
    """Return what a model folder holds, every byte of it as it was written.

    Raises:
        MissingResourceError: There is no model folder.
        DataError: It is damaged, was written by another version, or holds its weights as a pickle.
    """
    record = _read_record(folder)
    weights = _read(folder / WEIGHTS)
    if sha256_of(weights) != record["weights_sha256"]:
        raise DataError(f"{folder / WEIGHTS}: is not what {SETTINGS} belongs to; copy or train the model again")
    try:
        return Package(ModelSettings.model_validate(record["settings"]), load(weights))
    except (ValidationError, SafetensorError) as error:
        raise DataError(f"{folder}: cannot be read as a model ({error}); train it again") from error


def _read_record(folder: Path) -> dict[str, Any]:
    """Return the settings file, its version checked first, because another version may have other rules."""
    file = folder / SETTINGS
    try:
        record: dict[str, Any] = parse_json(_read(file))
        version, digest = record["schema_version"], record.pop("sha256")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{file}: is not the settings of a model; copy or train the model again") from error
    if version != MODEL_VERSION:
        raise DataError(
            f"{file}: was written in version {version}, and this release reads {MODEL_VERSION}; "
            "use the release that wrote it, or train the model again"
        )
    if digest != digest_of(record):
        raise DataError(f"{file}: was changed since it was written; copy or train the model again")
    return record


def _read(file: Path) -> bytes:
    try:
        return read_file(file, MOST_MODEL_BYTES)
    except OSError as error:
        found = sorted(path.name for kind in PICKLES for path in file.parent.glob(kind))
        hint = f"; {', '.join(found)} may run code when read, so it is not" if found else ""
        raise MissingResourceError(
            f"{file}: cannot be read ({error.strerror}){hint}; give a folder that lowsr-tradeoff train wrote"
        ) from error
