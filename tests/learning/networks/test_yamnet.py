"""YAMNet reads patches of 0.96 s, and a convolution of stride 2 pads as TensorFlow's does."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from lowsr_tradeoff.learning.mel import patch_starts
from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.yamnet import SameConv, patches_of


@given(n_frames=st.integers(96, 3000))
def test_patches_lie_evenly_from_the_first_frame_to_the_last(n_frames):
    starts = patch_starts(n_frames)
    steps = {after - before for before, after in pairwise(starts)}
    assert starts[0] == 0
    assert len(starts) == 1 or starts[-1] == n_frames - 96
    assert not steps or max(steps) - min(steps) <= 1
    assert abs(len(starts) - n_frames / 96) <= 0.5


def test_every_patch_is_a_part_of_its_own_image():
    images = torch.arange(2 * 4 * 298.0).view(2, 1, 4, 298)
    patches = patches_of(images)
    assert patches.shape == (2, 3, 1, 4, 96)
    for number, start in enumerate((0, 101, 202)):
        assert torch.equal(patches[:, number], images[..., start : start + 96])


def test_the_embedding_is_the_mean_of_those_of_the_patches():
    network = untrained("yamnet_256", 3, torch.Generator().manual_seed(0)).eval()
    images = torch.randn(2, 1, 64, 298, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        alone = torch.stack([network.embed(patch) for patch in patches_of(images).unbind(1)]).mean(dim=0)
        torch.testing.assert_close(network.embed(images), alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("sides", [(64, 96), (4, 6)])
def test_even_sides_are_padded_at_the_end_alone(sides):
    """TensorFlow's SAME: output n / 2, one zero in all, and it comes last."""
    convolution = SameConv(1, 1, 2)
    x = torch.randn(1, 1, *sides, generator=torch.Generator().manual_seed(0))
    by_hand = functional.conv2d(functional.pad(x, (0, 1, 0, 1)), convolution.weight, convolution.bias, stride=2)
    assert torch.equal(convolution(x), by_hand)
    assert by_hand.shape[2:] == (sides[0] // 2, sides[1] // 2)
