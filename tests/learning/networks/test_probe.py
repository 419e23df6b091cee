"""Training a head on embeddings that were computed once is training it in its network."""

import copy

import torch
from lowsr_tradeoff.learning.networks.probe import BATCH, Probe, embedded
from torch.nn import functional

from lowsr_tradeoff.learning.adapt import adapt, parameters_to_train, start_training
from lowsr_tradeoff.learning.networks.build import untrained

N = BATCH + 3


def descend(network, images, labels):
    """Three steps of gradient descent on what is not frozen."""
    for _ in range(3):
        loss = functional.cross_entropy(network(images), labels)
        loss.backward()
        with torch.no_grad():
            for parameter in parameters_to_train(network):
                parameter.sub_(0.1 * parameter.grad)
                parameter.grad = None


def test_the_head_learns_what_it_would_learn_in_its_network():
    draws = torch.Generator().manual_seed(4)
    network = untrained("yamnet_256", 4, draws)
    images, labels = torch.randn(N, 1, 64, 96, generator=draws), torch.arange(N) % 4
    whole = copy.deepcopy(network)
    adapt(whole, "probe", draws)
    start_training(whole)
    descend(whole, images, labels)
    before = network.head.weight.clone()
    probe = Probe(network)
    descend(probe, embedded(network, images), labels)
    assert probe.head is network.head
    assert not torch.equal(network.head.weight, before)
    torch.testing.assert_close(network.head.weight, whole.head.weight, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(network.head.bias, whole.head.bias, rtol=1e-4, atol=1e-6)


def test_a_probe_scores_as_its_network():
    network = untrained("small_vgg", 3, torch.Generator().manual_seed(0)).eval()
    images = torch.randn(N, 1, 64, 50, generator=torch.Generator().manual_seed(1))
    found = Probe(network)(embedded(network, images))
    with torch.inference_mode():
        torch.testing.assert_close(found, network(images), rtol=1e-5, atol=1e-5)
