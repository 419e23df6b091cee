import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lowsr_tradeoff.classify.cost import calls_of, macs, model_cost
from lowsr_tradeoff.classify.features import lay_out, mel_bank
from lowsr_tradeoff.classify.models.small_vgg import small_vgg
from lowsr_tradeoff.errors import StageError

POINTS = [(500, "native"), (1000, "native"), (4000, "native"), (1000, "shared"), (16000, "shared")]


@pytest.fixture(scope="module")
def network():
    return small_vgg(10, torch.Generator().manual_seed(0)).eval()


def cost_at(network, rate_hz, grid, window_s=2.0):
    return model_cost(network, lay_out(rate_hz, grid, window_s), rate_hz, grid)


@pytest.mark.parametrize(("rate_hz", "grid"), POINTS)
def test_torch_counts_the_same_operations(network, rate_hz, grid):
    """Torch watches the kernels that run; here the layers are asked for their shapes."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 1, *lay_out(rate_hz, grid, 2.0).image))
    assert 2 * sum(cost_at(network, rate_hz, grid).macs.values()) == counter.get_total_flops()


def test_the_counts_of_one_layout_worked_by_hand(network):
    """64 x 50, halved by the stem's stride and by every pool: 32 x 25, 16 x 12, 8 x 6, 4 x 3."""
    cost = cost_at(network, 16000, "shared")
    positions = [32 * 25 * 25 * 16, 16 * 12 * 9 * 16 * 32, 8 * 6 * 9 * 32 * 64, 4 * 3 * 9 * 64 * 128]
    assert cost.macs == {"conv": sum(positions), "linear": 128 * 10}
    assert cost.activation_bytes == 64 * 50 + 16 * 32 * 25  # of the stem
    assert (cost.fft_size, cost.frames, cost.mel_bands, cost.model_rate_hz) == (512, 100, 64, 16000)
    assert cost.parameters == cost.weight_bytes == sum(p.numel() for p in network.parameters())


def test_the_mel_bank_is_billed_by_its_non_zero_weights(network):
    bank = mel_bank(lay_out(1000, "native", 2.0))
    assert cost_at(network, 1000, "native").mel_nonzeros == sum(float(w) != 0 for w in bank.ravel())


def test_compute_falls_with_the_rate_on_the_native_layout_alone(network):
    native = [sum(cost_at(network, rate_hz, "native").macs.values()) for rate_hz in (500, 1000, 2000, 4000)]
    assert native == sorted(native)
    assert native[0] < native[-1] / 5
    assert cost_at(network, 500, "shared").macs == cost_at(network, 4000, "shared").macs


def test_twice_the_window_is_twice_the_ffts(network):
    assert cost_at(network, 1000, "native", 4.0).frames == 2 * cost_at(network, 1000, "native", 2.0).frames


def test_weights_that_are_not_counted_are_not_passed_over():
    with pytest.raises(StageError, match="Conv1d: has weights that"):
        macs(calls_of(nn.Sequential(nn.Flatten(2), nn.Conv1d(1, 2, 3)), (4, 5)))
