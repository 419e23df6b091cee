"""What Google's and STMicroelectronics' files hold arrives in the network; anything else is refused."""

import contextlib
import hashlib

import h5py
import numpy as np
import pytest
import torch
from tests.learning.networks.published_yamnets import DEPTHWISE, keras_file, tflite_file, yamnet_layers
from torch.nn import functional

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.checkpoint import YAMNET_CLASSES, load_weights, start_from
from lowsr_tradeoff.learning.networks.yamnet import BLOCKS, SMALL_BLOCKS


@pytest.fixture(scope="module")
def layers():
    return list(yamnet_layers(BLOCKS, YAMNET_CLASSES, np.random.default_rng(0)))


@pytest.fixture(scope="module")
def published(layers, tmp_path_factory):
    path = tmp_path_factory.mktemp("google") / "yamnet.tflite"
    path.write_bytes(tflite_file(layers))
    return path


@pytest.fixture(scope="module")
def wearable(tmp_path_factory):
    path = tmp_path_factory.mktemp("st") / "yamnet_256_f32.h5"
    return path, keras_file(path, SMALL_BLOCKS, np.random.default_rng(1))


def test_every_int8_weight_is_scaled_by_its_channel_and_turned_to_bands_and_frames(layers, published):
    """The file has (out, frames, bands, in), the network (out, in, bands, frames)."""
    weights = load_weights(published, "yamnet")
    stem, first, pointwise, *_, head = layers[1:]
    assert torch.equal(weights["stem.0.weight"][5, 0], as_float(stem.values[5, :, :, 0].T))
    assert torch.equal(weights["blocks.0.0.weight"][7, 0], as_float(first.values[0, :, :, 7].T))
    assert torch.equal(weights["blocks.0.2.weight"][3, :, 0, 0], as_float(pointwise.values[3, 0, 0]))
    assert torch.equal(weights["head.weight"], as_float(head.values))
    assert torch.equal(weights["head.bias"], as_float(head.bias * np.float32(1e-4).astype(np.float64)))
    assert first.kind == DEPTHWISE


def as_float(values):
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))


def test_a_network_for_other_classes_takes_all_but_the_head(published):
    network = untrained("yamnet", 10, torch.Generator().manual_seed(0))
    head = network.head.weight.clone()
    weights = load_weights(published, "yamnet")
    start_from(network, weights)
    assert torch.equal(network.head.weight, head)
    assert torch.equal(network.blocks[12][2].weight, weights["blocks.12.2.weight"])


def test_the_wearable_ones_normalisation_is_folded_in(wearable):
    """Keras' own: (convolution - mean) / sqrt(variance + 1e-4) + beta."""
    path, kept = wearable
    weights = load_weights(path, "yamnet_256")
    stored = kept["layer2/depthwise_conv"]
    x = torch.randn(1, 32, 8, 12, generator=torch.Generator().manual_seed(0))
    kernel = as_float(stored["depthwise_kernel:0"].transpose(2, 3, 1, 0))
    normal = [as_float(stored[f"bn/{name}:0"]) for name in ("moving_mean", "moving_variance", "beta")]
    expected = functional.batch_norm(
        functional.conv2d(x, kernel, groups=32), normal[0], normal[1], bias=normal[2], eps=1e-4
    )
    found = functional.conv2d(x, weights["blocks.0.0.weight"], weights["blocks.0.0.bias"], groups=32)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_every_kernel_of_the_wearable_one_is_where_it_belongs(wearable):
    path, kept = wearable
    weights = load_weights(path, "yamnet_256")
    last = kept["layer6/pointwise_conv"]
    gain = (last["bn/moving_variance:0"].astype(np.float64) + 1e-4) ** -0.5
    expected = last["kernel:0"][0, 0].T * gain[:, None]
    torch.testing.assert_close(weights["blocks.4.2.weight"][:, :, 0, 0], as_float(expected))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(published, wearable, share, tmp_path):
    for path, network in ((published, "yamnet"), (wearable[0], "yamnet_256")):
        content = path.read_bytes()
        (tmp_path / path.name).write_bytes(content[: int(share * len(content))])
        with pytest.raises(DataError, match=f"{path.name}: .*; fetch it again"):
            load_weights(tmp_path / path.name, network)


@pytest.mark.parametrize("at", range(8, 3000, 250))
def test_damage_to_the_tables_is_refused_or_changes_nothing(published, at, tmp_path):
    """The tables of a FlatBuffer come first; whatever they promise, only DataError is raised."""
    content = bytearray(published.read_bytes())
    content[at : at + 250] = b"\xf1" * 250
    (tmp_path / "y.tflite").write_bytes(content)
    with contextlib.suppress(DataError):
        assert load_weights(tmp_path / "y.tflite", "yamnet").keys() == load_weights(published, "yamnet").keys()


def test_tables_of_nothing_but_damage_are_refused(published, tmp_path):
    content = published.read_bytes()
    (tmp_path / "y.tflite").write_bytes(content[:8] + b"\xff" * 4000 + content[4008:])
    with pytest.raises(DataError, match="fetch it again"):
        load_weights(tmp_path / "y.tflite", "yamnet")


def test_another_network_is_told(wearable, tmp_path):
    (tmp_path / "short.tflite").write_bytes(
        tflite_file(list(yamnet_layers(BLOCKS[:3], 5, np.random.default_rng(0))))
    )
    with pytest.raises(DataError, match="has 9 layers with weights, YAMNet 29; give Google's file"):
        load_weights(tmp_path / "short.tflite", "yamnet")
    with pytest.raises(DataError, match=r"not a file of YAMNet's weights; give Google's \.tflite"):
        load_weights(wearable[0], "yamnet")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["model_weights/dense/kernel:0"] = np.zeros((3, 3))
    with pytest.raises(DataError, match="not the Keras file of yamnet_256"):
        load_weights(tmp_path / "other.h5", "yamnet_256")
    wide = keras_file(tmp_path / "wide.h5", tuple((2 * n, s) for n, s in SMALL_BLOCKS), np.random.default_rng(2))
    assert wide
    with pytest.raises(DataError, match=r"not the weights of yamnet_256; blocks\.0\.2\.bias: shape"):
        load_weights(tmp_path / "wide.h5", "yamnet_256")


def test_the_hash_is_checked_before_the_file_is_opened(published, tmp_path):
    right = hashlib.sha256(published.read_bytes()).hexdigest()
    assert load_weights(published, "yamnet", right)
    with pytest.raises(DataError, match="was changed since the study was planned"):
        load_weights(published, "yamnet", "0" * 64)
    with pytest.raises(MissingResourceError, match="no such checkpoint"):
        load_weights(tmp_path / "none.tflite", "yamnet")
