import pytest
import torch
from torch import nn

from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.recogniser import Recogniser, SilentNorm, initialised, mean_plus_max


def drawn(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", ["small_vgg", "cp_mobile", "mobilenetv2"])
def test_scores_come_from_the_last_maps_through_the_embedding(name):
    network = untrained(name, 7, torch.Generator().manual_seed(0)).eval()
    images = drawn(2, 1, 64, 40)
    embedding = network.summarise(network.maps(images)[-1])
    assert torch.equal(network.embed(images), embedding)
    assert torch.equal(network(images), network.head(embedding))
    assert network.head.out_features == 7


@pytest.mark.parametrize("name", ["small_vgg", "cp_mobile", "mobilenetv2"])
def test_nothing_random_is_left_in_training(name):
    network = untrained(name, 7, torch.Generator().manual_seed(0)).train()
    images = drawn(4, 1, 64, 40)
    assert torch.equal(network(images), network(images))


def test_a_map_is_not_written_over_by_what_follows():
    network = untrained("small_vgg", 7, torch.Generator().manual_seed(0)).eval()
    images = drawn(2, 1, 16, 16)
    first = network.stages[:4](images)
    assert torch.equal(network.maps(images)[0], first)


def test_pooling_worked_by_hand():
    maps = torch.tensor([[[[1.0, 5.0, 0.0], [3.0, 1.0, 0.0]]]])  # means over bands: 2, 3, 0
    assert float(mean_plus_max(maps)) == pytest.approx(5 / 3 + 3)


def test_a_silent_norm_hears_nothing_until_it_learns():
    norm = initialised(lambda: SilentNorm(3), torch.Generator().manual_seed(0))
    assert not norm(drawn(2, 3, 4, 4)).any()
    assert norm.running_mean.any()


def test_a_network_must_say_what_its_maps_are():
    with pytest.raises(NotImplementedError):
        Recogniser().embed(torch.zeros(1, 1, 4, 4))


def test_normalisations_start_neutral():
    layers = initialised(
        lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)), torch.Generator().manual_seed(0)
    )
    assert layers[1].state_dict()["running_var"].tolist() == [1.0, 1.0]
    assert not layers[1].running_mean.any()
    assert not layers[1].bias.any()
    assert layers[1].weight.tolist() == [1.0, 1.0]
