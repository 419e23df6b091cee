import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.learning.networks.build import untrained, without_weights
from lowsr_tradeoff.learning.networks.checkpoint import KERNEL, MEL_MATRIX, load_panns, start_from


def front_end_layers(window):
    """What the published networks keep of their front ends."""
    n_bins = window // 2 + 1
    kernels = {
        KERNEL: torch.zeros(n_bins, 1, window),
        KERNEL.replace("real", "imag"): torch.zeros(n_bins, 1, window),
    }
    return {**kernels, MEL_MATRIX: torch.zeros(n_bins, 64)}


@pytest.fixture(scope="module")
def weights():
    trained = untrained("mobilenetv2", 527, torch.Generator().manual_seed(0))
    return {name: weight.contiguous() for name, weight in trained.state_dict().items()}


@pytest.fixture(scope="module")
def published(weights):
    return {**front_end_layers(1024), **weights}


def save_under_model(content, path):
    torch.save({"model": content, "iteration": 600_000}, path)


def save_as_old_torch(content, path):
    torch.save({"model": content}, path, _use_new_zipfile_serialization=False)


@pytest.mark.parametrize(
    ("save", "name"),
    [
        (save_under_model, "MobileNetV2.pth"),
        (save_as_old_torch, "MobileNetV2.pth"),
        (torch.save, "bare.pth"),
        (save_file, "converted.safetensors"),
    ],
)
def test_a_checkpoint_is_read_without_its_front_end(published, weights, tmp_path, save, name):
    save(published, tmp_path / name)
    read = load_panns(tmp_path / name, "mobilenetv2")
    assert read.keys() == weights.keys()
    assert all(torch.equal(read[key], weights[key]) for key in weights)


def test_every_difference_is_named(published, tmp_path):
    changed = {name: weight for name, weight in published.items() if name not in {"bn0.bias", "fc1.weight"}}
    torch.save({**changed, "fc2.weight": torch.zeros(2), "bn0.weight": torch.zeros(80)}, tmp_path / "other.pth")
    with pytest.raises(DataError) as error:
        load_panns(tmp_path / "other.pth", "mobilenetv2")
    for part in (
        "missing: bn0.bias, fc1.weight",
        "unexpected: fc2.weight",
        "bn0.weight: shape (80,) instead of (64,)",
    ):
        assert part in str(error.value)


def test_another_networks_checkpoint_is_refused(published, tmp_path):
    torch.save(published, tmp_path / "mobile.pth")
    with pytest.raises(DataError, match=r"not the weights of resnet38; missing: conv_block1\.bn1\.bias"):
        load_panns(tmp_path / "mobile.pth", "resnet38")


@pytest.mark.parametrize(
    ("window", "network", "found", "wanted"),
    [
        (256, "cnn14", "is for 8000 Hz", "cnn14 hears 16000 Hz"),
        (1024, "cnn14", "is for 32000 Hz", "cnn14 hears 16000 Hz"),
        (512, "cnn14_8k", "is for 16000 Hz", "cnn14_8k hears 8000 Hz"),
        (512, "mobilenetv2", "is for 16000 Hz", "mobilenetv2 hears 32000 Hz"),
    ],
)
def test_a_checkpoint_of_another_rate_is_refused(tmp_path, window, network, found, wanted):
    torch.save(front_end_layers(window), tmp_path / "other_rate.pth")
    with pytest.raises(DataError, match=f"{found} .*{wanted}"):
        load_panns(tmp_path / "other_rate.pth", network)


def test_a_checkpoint_that_does_not_tell_its_rate_is_refused(weights, tmp_path):
    torch.save(weights, tmp_path / "stripped.pth")
    with pytest.raises(DataError, match="does not tell which rate it is for"):
        load_panns(tmp_path / "stripped.pth", "mobilenetv2")


class Code:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def test_code_in_a_pickle_is_not_run(published, tmp_path):
    trace = tmp_path / "trace"
    torch.save({"model": published, "sampler": Code(trace)}, tmp_path / "code.pth")
    with pytest.raises(DataError, match=r"code\.pth: holds more than tensors.*as \.safetensors"):
        load_panns(tmp_path / "code.pth", "mobilenetv2")
    assert not trace.exists()
    torch.load(tmp_path / "code.pth", weights_only=False)
    assert trace.exists()


@pytest.mark.parametrize("content", [{"model": {"a": 1}}, [torch.zeros(1)], {"model": 3}])
def test_something_else_than_a_table_of_tensors_is_refused(content, tmp_path):
    torch.save(content, tmp_path / "other.pth")
    with pytest.raises(DataError, match="no table of tensors"):
        load_panns(tmp_path / "other.pth", "mobilenetv2")


@pytest.mark.parametrize("is_zip", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.3, 0.5, 0.9, 0.999])
def test_a_file_cut_off_is_refused(tmp_path, is_zip, share):
    path = tmp_path / "cut.pth"
    torch.save(front_end_layers(256), path, _use_new_zipfile_serialization=is_zip)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=re.escape(f"{path}: ") + ".*etch it again"):
        load_panns(path, "cnn14_8k")


@pytest.mark.parametrize("name", ["page.pth", "page.safetensors"])
def test_an_error_page_saved_as_a_checkpoint_is_refused(tmp_path, name):
    (tmp_path / name).write_text("<html>404 Not Found</html>", encoding="utf-8")
    with pytest.raises(DataError, match="etch it again"):
        load_panns(tmp_path / name, "cnn14")


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(MissingResourceError, match=r"none\.pth: no such checkpoint .*; fetch it or put it there"):
        load_panns(tmp_path / "none.pth", "cnn14")


def test_a_network_starts_from_everything_but_a_head_of_other_classes(weights):
    network = untrained("mobilenetv2", 10, torch.Generator().manual_seed(1))
    own_head = network.head.weight.clone()
    start_from(network, weights)
    assert torch.equal(network.head.weight, own_head)
    started = network.state_dict()
    for name in weights.keys() - {"fc_audioset.weight", "fc_audioset.bias"}:
        assert torch.equal(started[name], weights[name]), name


def test_a_network_starts_from_the_head_too_where_it_fits(weights):
    network = untrained("mobilenetv2", 527, torch.Generator().manual_seed(1))
    start_from(network, weights)
    assert torch.equal(network.head.weight, weights["fc_audioset.weight"])


def test_weights_of_another_network_start_nothing():
    network = untrained("small_vgg", 10, torch.Generator().manual_seed(0))
    with pytest.raises(
        DataError, match=r"another network than SmallVgg: missing: stages\.0\.weight.*unexpected: .*stem"
    ):
        start_from(network, without_weights("cp_mobile", 10).state_dict())
