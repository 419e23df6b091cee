import torch

from lowsr_tradeoff.learning.networks.build import without_weights
from lowsr_tradeoff.learning.networks.mobilenet_v2 import InvertedResidual
from lowsr_tradeoff.learning.networks.recogniser import initialised


def test_a_map_per_stage_and_the_widest_at_the_end():
    image = torch.zeros(2, 1, 64, 251, device="meta")
    shapes = [tuple(maps.shape[1:]) for maps in without_weights("mobilenetv2", 10).maps(image)]
    assert shapes == [
        *[(16, 125, 32), (24, 62, 16), (32, 31, 8), (64, 15, 4)],
        *[(96, 7, 2), (160, 7, 2), (320, 7, 2), (1280, 7, 2)],
    ]


def test_only_a_block_that_changes_no_shape_has_a_way_around():
    assert InvertedResidual(8, 8, 6, 1).keeps_input
    assert not InvertedResidual(8, 8, 6, 2).keeps_input
    assert not InvertedResidual(8, 16, 6, 1).keeps_input


def test_with_nothing_projected_the_way_around_is_all():
    block = initialised(lambda: InvertedResidual(4, 4, 6, 1), torch.Generator().manual_seed(0)).eval()
    torch.nn.init.zeros_(block.conv[-2].weight)
    x = torch.randn(2, 4, 6, 6, generator=torch.Generator().manual_seed(1))
    assert torch.equal(block(x), x)
