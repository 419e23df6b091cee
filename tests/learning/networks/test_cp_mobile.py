import pytest
import torch

from lowsr_tradeoff.learning.cost import model_cost
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.learning.networks.build import untrained, without_weights
from lowsr_tradeoff.learning.networks.cp_mobile import Block
from lowsr_tradeoff.learning.networks.recogniser import initialised


@pytest.fixture(scope="module")
def network():
    return untrained("cp_mobile", 10, torch.Generator().manual_seed(0))


@pytest.mark.parametrize("image", [(4, 4), (4, 50), (8, 50), (16, 7), (13, 5), (64, 50), (64, 126)])
def test_any_image_gives_scores(network, image):
    scores = network.eval()(torch.randn(3, 1, *image, generator=torch.Generator().manual_seed(0)))
    assert scores.shape == (3, 10)
    assert scores.isfinite().all()


def test_it_keeps_the_limits_of_the_challenge_it_comes_from():
    cost = model_cost(without_weights("cp_mobile", 10), lay_out(16000, "shared", 1.0), 16000, "shared")
    assert cost.parameters <= 64_000
    assert sum(cost.macs.values()) <= 30e6


def test_its_weights_are_counted_by_hand(network):
    def block(n_in, n_out):
        wide = 2 * n_in
        return n_in * wide + 9 * wide + wide * n_out + 2 * (wide + wide + n_out)

    stem = 9 * 16 + 2 * 16 + 9 * 16 * 32 + 2 * 32
    blocks = [(32, 40), (40, 40), (40, 72), (72, 72)]
    counted = stem + sum(block(*widths) for widths in blocks) + 72 * 10 + 10
    assert sum(p.numel() for p in network.parameters()) == counted


def test_an_untrained_block_is_the_identity_where_its_shape_stays():
    x = torch.randn(2, 4, 6, 6, generator=torch.Generator().manual_seed(1))
    generator = torch.Generator().manual_seed(0)
    assert torch.equal(initialised(lambda: Block(4, 4, 1), generator).train()(x), x)
    assert initialised(lambda: Block(4, 4, 2), generator)(x).shape == (2, 4, 3, 3)


def test_its_channels_are_filtered_one_by_one(network):
    filters = [layer for layer in network.modules() if isinstance(layer, torch.nn.Conv2d) and layer.groups > 1]
    assert len(filters) == 4
    assert all(layer.groups == layer.in_channels == layer.out_channels for layer in filters)


def test_it_learns_to_tell_eight_images_apart(network):
    generator = torch.Generator().manual_seed(0)
    images, labels = torch.randn(8, 1, 16, 12, generator=generator), torch.arange(8)
    student = untrained("cp_mobile", 10, generator).train()
    for _ in range(40):
        torch.nn.functional.cross_entropy(student(images), labels).backward()
        with torch.no_grad():
            for parameter in student.parameters():
                parameter.add_(parameter.grad, alpha=-0.05)
                parameter.grad = None
    assert (student(images).argmax(dim=1) == labels).all()
