"""Against what the published networks give for weights and input drawn by a recipe, kept in data/panns.json."""

import json
import math
import zlib
from functools import cache
from pathlib import Path

import pytest
import torch

from lowsr_tradeoff.learning.networks.build import without_weights
from lowsr_tradeoff.learning.networks.panns import LargePanns
from lowsr_tradeoff.learning.panns_hearing import front_end_of
from lowsr_tradeoff.learning.panns_log_mel import panns_log_mel

PUBLISHED = json.loads((Path(__file__).parent / "data/panns.json").read_text(encoding="utf-8"))
FIVE = [
    ("Cnn14", "cnn14_32k"),
    ("Cnn14_16k", "cnn14"),
    ("Cnn14_8k", "cnn14_8k"),
    ("ResNet38", "resnet38"),
    ("MobileNetV2", "mobilenetv2"),
]


def weight_of(name, shape):
    """The recipe of the file: every weight from its own name."""
    if name.endswith("num_batches_tracked"):
        return torch.tensor(0)
    drawn = torch.randn(shape, generator=torch.Generator().manual_seed(zlib.crc32(name.encode())))
    n_inputs = math.prod(shape[1:])
    if name.endswith("running_var"):
        return 1 + 0.1 * drawn.abs()
    if name.endswith(("running_mean", ".bias")):
        return 0.1 * drawn
    if name == "fc_audioset.weight":
        return 0.05 * drawn / math.sqrt(n_inputs)
    return 1 + 0.1 * drawn if len(shape) == 1 else drawn / math.sqrt(n_inputs)


@cache
def rebuilt(network):
    made = without_weights(network, 527)
    weights = {name: weight_of(name, list(weight.shape)) for name, weight in made.state_dict().items()}
    made.load_state_dict(weights, assign=True)
    return made


def network_of(name):
    return rebuilt("cnn14" if name.startswith("cnn14") else name)


@pytest.fixture(scope="module", autouse=True)
def _give_memory_back():
    yield
    rebuilt.cache_clear()


def chirp(rate_hz):
    seconds = torch.arange(5 * rate_hz, dtype=torch.float64) / rate_hz
    phase = 2 * math.pi * (60 * seconds + ((0.45 * rate_hz - 60) / 5) * seconds**2 / 2)
    tone = 0.3 * torch.sin(phase) * (0.6 + 0.4 * torch.sin(2 * math.pi * 3 * seconds))
    noise = torch.randn(5 * rate_hz, generator=torch.Generator().manual_seed(7))
    return (tone.float() + 0.01 * noise).numpy()


@torch.inference_mode()
def check(network, images, expected):
    embedding = network.embed(images)
    clipwise = torch.sigmoid(network.head(embedding))
    assert float(embedding.norm()) == pytest.approx(expected["embedding_norm"], rel=1e-4)
    assert embedding[0, :8].tolist() == pytest.approx(expected["embedding_first8"], rel=1e-4, abs=1e-6)
    assert clipwise[0, :8].tolist() == pytest.approx(expected["clipwise_first8"], rel=1e-4)
    assert float(clipwise.sum()) == pytest.approx(expected["clipwise_sum"], rel=1e-4)


@pytest.mark.parametrize(("published", "network"), FIVE)
def test_names_and_shapes_are_those_of_the_checkpoints(published, network):
    own = {name: list(weight.shape) for name, weight in without_weights(network, 527).state_dict().items()}
    assert own == PUBLISHED[published]["state_dict_shapes"]


@pytest.mark.parametrize(("published", "network"), FIVE)
def test_audio_gives_what_the_published_network_gives(published, network):
    expected = PUBLISHED[published]["from_audio"]
    front_end = front_end_of(network)
    image = panns_log_mel(chirp(front_end.model_rate_hz), front_end)
    assert image.shape == tuple(reversed(expected["logmel_shape"][2:]))
    assert float(image.mean()) == pytest.approx(expected["logmel_mean"], abs=1e-3)
    assert float(image.std(ddof=1)) == pytest.approx(expected["logmel_std"], abs=1e-3)
    for place, level_db in expected["logmel_samples"].items():
        frame, band = map(int, place.split(","))
        assert float(image[band, frame]) == pytest.approx(level_db, abs=1e-3)
    check(network_of(network), torch.from_numpy(image)[None, None], expected)


@pytest.mark.parametrize(("published", "network"), [FIVE[0], *FIVE[3:]])
def test_a_log_mel_gives_what_the_published_network_gives(published, network):
    """The three Cnn14 are one network here, so one stands for all."""
    turned = -30 + 12 * torch.randn((1, 1, 501, 64), generator=torch.Generator().manual_seed(11))
    expected = PUBLISHED[published]["from_logmel"]
    check(network_of(network), turned.transpose(2, 3), expected)
    assert network_of(network).head.in_features == expected["embedding_size"]


def test_what_the_paper_thins_out_is_three_quarters():
    maps = torch.arange(24.0).reshape(1, 1, 6, 4)
    strided = torch.nn.functional.avg_pool2d(maps, kernel_size=(1, 1), stride=(2, 2))
    assert torch.equal(LargePanns(2, as_published=True).ended(maps), strided)
    assert LargePanns(2, as_published=True).ended(maps).numel() == maps.numel() // 4


def test_the_head_is_kept_once():
    network = without_weights("mobilenetv2", 10)
    assert network.head is network.fc_audioset
    assert not [name for name in network.state_dict() if name.startswith("head")]
