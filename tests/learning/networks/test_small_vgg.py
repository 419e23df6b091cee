import pytest
import torch
from torch import nn

from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.small_vgg import Halve


def network_of(seed=0, n_classes=10):
    return untrained("small_vgg", n_classes, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("image", [(4, 1), (4, 50), (8, 50), (16, 7), (64, 50), (64, 126), (13, 3)])
def test_any_image_gives_scores(image):
    scores = network_of().eval()(torch.randn(3, 1, *image, generator=torch.Generator().manual_seed(0)))
    assert scores.shape == (3, 10)
    assert scores.isfinite().all()


def test_its_weights_are_counted_by_hand():
    convolutions = 1 * 16 * 25 + 9 * (16 * 32 + 32 * 64 + 64 * 128)
    normalisations = 2 * (16 + 32 + 64 + 128)
    assert sum(p.numel() for p in network_of().parameters()) == convolutions + normalisations + 128 * 10 + 10


def test_its_weights_are_drawn_in_order():
    """He's and Glorot's spread, worked by hand; a study's figures hang on these very draws."""
    generator = torch.Generator().manual_seed(5)
    expected = []
    for n_out, n_in, side in [(16, 1, 5), (32, 16, 3), (64, 32, 3), (128, 64, 3)]:
        shape, deviation = (n_out, n_in, side, side), (2 / (n_in * side * side)) ** 0.5
        expected.append(torch.empty(shape).normal_(0, deviation, generator=generator))
    limit = (6 / (128 + 10)) ** 0.5
    expected.append(torch.empty(10, 128).uniform_(-limit, limit, generator=generator))
    network = network_of(seed=5)
    convolutions = [layer for layer in network.stages if isinstance(layer, nn.Conv2d)]
    for layer, weight in zip([*convolutions, network.head], expected, strict=True):
        assert torch.equal(layer.weight, weight)


def test_a_map_per_stage():
    shapes = [tuple(maps.shape) for maps in network_of().maps(torch.zeros(2, 1, 64, 50))]
    assert shapes == [(2, 16, 16, 12), (2, 32, 8, 6), (2, 64, 4, 3), (2, 128, 4, 3)]


def test_an_untrained_network_keeps_the_size_of_its_input():
    """He initialisation: activations neither die out nor explode through four stages."""
    network = network_of().train()
    images = torch.randn(32, 1, 64, 50, generator=torch.Generator().manual_seed(0))
    assert 0.3 < network.embed(images).std() < 3


@pytest.mark.parametrize(("size", "halved"), [((4, 6), (2, 3)), ((5, 1), (2, 1)), ((1, 1), (1, 1))])
def test_halving_never_loses_the_last_row(size, halved):
    assert Halve()(torch.zeros(1, 1, *size)).shape == (1, 1, *halved)


def test_the_maximum_may_go_before_a_normalisation_of_positive_gain():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 16, 8, 8, generator=generator)
    norm = nn.BatchNorm2d(16).eval()
    norm.running_mean.normal_(generator=generator)
    norm.weight.data.uniform_(0.1, 2, generator=generator)
    first_pooled = torch.relu(norm(Halve()(x)))
    torch.testing.assert_close(first_pooled, Halve()(torch.relu(norm(x))))


def test_the_state_dict_restores_the_network():
    trained, blank = network_of(seed=0).eval(), network_of(seed=1).eval()
    blank.load_state_dict(trained.state_dict())
    images = torch.randn(2, 1, 16, 20, generator=torch.Generator().manual_seed(0))
    assert torch.equal(trained(images), blank(images))
