from typing import get_args

import pytest
import torch

from lowsr_tradeoff.learning.networks.build import untrained, without_weights
from lowsr_tradeoff.records.network import Network

NAMES = get_args(Network)


def seeded(name, seed=0):
    return untrained(name, 10, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_a_network_of_as_many_scores_as_classes(name):
    network = without_weights(name, 10)
    assert network(torch.zeros(3, 1, 64, 40, device="meta")).shape == (3, 10)
    assert network.head.out_features == 10


@pytest.mark.parametrize("name", ["small_vgg", "cp_mobile", "mobilenetv2", "yamnet"])
def test_weights_come_from_the_generator_alone(name):
    torch.manual_seed(1)
    first = seeded(name).state_dict()
    torch.manual_seed(2)
    for key, weight in seeded(name).state_dict().items():
        assert torch.equal(first[key], weight), key
    assert not torch.equal(seeded(name).head.weight, seeded(name, seed=1).head.weight)


@pytest.mark.parametrize("name", ["small_vgg", "cp_mobile", "mobilenetv2"])
def test_the_process_generator_is_left_alone(name):
    before = torch.get_rng_state()
    seeded(name)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("name", ["small_vgg", "cp_mobile", "mobilenetv2", "yamnet", "yamnet_256"])
def test_no_weight_is_left_unset(name):
    """He's spread of every convolution and the neutral start of every normalisation."""
    for key, weight in seeded(name).state_dict().items():
        if weight.dim() == 4:
            assert float(weight.var()) == pytest.approx(2 / weight[0].numel(), rel=0.5), key
        elif key.endswith("running_var"):
            assert (weight == 1).all(), key
        elif weight.dim() < 2:
            assert ((weight == 0) | (weight == 1)).all(), key


@pytest.mark.parametrize("name", ["cnn14", "resnet38"])
def test_the_papers_variant_has_the_same_weights(name):
    published = without_weights(name, 10, as_published=True)
    corrected = without_weights(name, 10)
    assert published.as_published
    assert not corrected.as_published
    assert published.state_dict().keys() == corrected.state_dict().keys()
