import torch

from lowsr_tradeoff.learning.networks.build import without_weights
from lowsr_tradeoff.learning.networks.recogniser import initialised
from lowsr_tradeoff.learning.networks.resnet38 import BasicBlock

IMAGE = torch.zeros(2, 1, 64, 251, device="meta")


def test_each_layer_but_the_first_halves_time_and_bands():
    shapes = [tuple(maps.shape[1:]) for maps in without_weights("resnet38", 10).maps(IMAGE)]
    assert shapes == [
        *[(64, 125, 32), (64, 125, 32), (128, 62, 16), (256, 31, 8), (512, 15, 4)],
        (2048, 7, 2),
    ]


def test_it_has_38_layers_of_weights_with_the_two_linear_ones():
    names = without_weights("resnet38", 10).state_dict()
    assert len([name for name in names if "conv" in name and name.endswith("conv1.weight")]) * 2 + 2 == 38


def test_the_papers_code_keeps_a_quarter_of_the_last_maps():
    assert without_weights("resnet38", 10, as_published=True).maps(IMAGE)[-1].shape[2:] == (4, 1)


def test_an_untrained_block_passes_on_what_is_positive():
    block = initialised(lambda: BasicBlock(4, 4), torch.Generator().manual_seed(0))
    x = torch.rand(2, 4, 6, 6, generator=torch.Generator().manual_seed(1))
    assert torch.equal(block.train()(x), x)


def test_a_widening_block_halves_by_averages():
    block = initialised(lambda: BasicBlock(1, 2), torch.Generator().manual_seed(0)).eval()
    constant = torch.ones(1, 1, 4, 6)
    constant[0, 0, 0, 0] = 5.0
    way = block.downsample[1].weight.flatten()
    around = block(constant)[0] * (1 + block.downsample[2].eps) ** 0.5
    torch.testing.assert_close(around[:, 1, 2], way.relu())
    torch.testing.assert_close(around[:, 0, 0], (2 * way).relu())
