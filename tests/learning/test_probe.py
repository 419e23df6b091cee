"""A head trained on embeddings that were computed once is the head trained in its network."""

import torch

from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.probe import Probe, embedded
from lowsr_tradeoff.learning.train import BATCH_TO_PREDICT

N = BATCH_TO_PREDICT + 3


def network_and_images(name="yamnet_256", frames=96):
    draws = torch.Generator().manual_seed(4)
    return untrained(name, 4, draws).eval(), torch.randn(N, 1, 64, frames, generator=draws)


def test_embeddings_in_batches_are_those_of_the_network():
    network, images = network_and_images()
    with torch.inference_mode():
        expected = network.embed(images)
    torch.testing.assert_close(embedded(network, images)[:, 0, 0], expected, rtol=1e-4, atol=1e-5)


def test_what_a_probe_learnt_scores_alike_in_its_network():
    """The probe reads standardised embeddings, the network's head embeddings as they are."""
    network, images = network_and_images("small_vgg", 50)
    embeddings = embedded(network, images)
    probe = Probe(network.head, embeddings)
    with torch.no_grad():
        probe.head.weight.add_(torch.randn(probe.head.weight.shape, generator=torch.Generator().manual_seed(1)))
    probe.write_to(network.head)
    with torch.inference_mode():
        torch.testing.assert_close(network(images), probe(embeddings), rtol=1e-3, atol=1e-3)


def test_a_value_that_hardly_varies_gets_no_weight_that_hides_the_others_in_8_bits():
    draws = torch.Generator().manual_seed(2)
    embeddings = torch.randn(400, 1, 1, 3, generator=draws) * torch.tensor([1.0, 0.2, 1e-4])
    head = torch.nn.Linear(3, 2)
    probe = Probe(head, embeddings)
    with torch.no_grad():
        probe.head.weight.fill_(1.0)
    probe.write_to(head)
    deviation = embeddings.std(dim=0).flatten()
    torch.testing.assert_close(head.weight[0, :2], 1 / deviation[:2])
    torch.testing.assert_close(head.weight[0, 2], 10 / deviation[0])


def test_embeddings_without_any_variation_are_zero_when_standardised():
    probe = Probe(torch.nn.Linear(3, 2), torch.ones(8, 1, 1, 3))
    assert not probe.maps(torch.ones(2, 1, 1, 3))[0].any()
