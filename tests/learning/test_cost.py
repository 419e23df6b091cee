import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.cost import activation_bytes, calls_of, macs, model_cost
from lowsr_tradeoff.learning.log_mel import mel_bank
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.learning.networks.build import untrained, without_weights

POINTS = [(500, "native"), (1000, "native"), (4000, "native"), (1000, "shared"), (16000, "shared")]
COMPACT = ["small_vgg", "cp_mobile"]
PANNS = ["cnn14", "cnn14_8k", "cnn14_32k", "resnet38", "mobilenetv2"]
YAMNETS = ["yamnet", "yamnet_256"]


@pytest.fixture(scope="module")
def network():
    return untrained("small_vgg", 10, torch.Generator().manual_seed(0)).eval()


def cost_at(network, rate_hz, grid, window_s=2.0):
    return model_cost(network, lay_out(rate_hz, grid, window_s), rate_hz, grid)


def flops(network, image):
    """Torch watches the kernels that run; here the layers are asked for their shapes."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 1, *image, device="meta"))
    return counter.get_total_flops()


@pytest.mark.parametrize(("rate_hz", "grid"), POINTS)
@pytest.mark.parametrize("name", COMPACT)
def test_torch_counts_the_same_operations(name, rate_hz, grid):
    network = without_weights(name, 10)
    expected = flops(network, lay_out(rate_hz, grid, 2.0).image)
    assert 2 * sum(cost_at(network, rate_hz, grid).macs.values()) == expected


@pytest.mark.parametrize("name", PANNS)
@pytest.mark.parametrize("as_published", [False, True])
def test_torch_counts_the_same_operations_of_the_large_networks(name, as_published):
    network = without_weights(name, 50, as_published=as_published)
    layout = lay_out(1000, "shared", 2.0, front=name, as_published=as_published)
    cost = model_cost(network, layout, 1000, "shared")
    assert 2 * sum(cost.macs.values()) == flops(network, layout.image)


@pytest.mark.parametrize("name", YAMNETS)
@pytest.mark.parametrize(("window_s", "n_patches"), [(0.5, 1), (0.975, 1), (2.0, 2), (5.0, 5)])
def test_a_device_reads_patches_one_after_the_other(name, window_s, n_patches):
    """Work grows with the patches, memory does not, and the head is computed once."""
    network = without_weights(name, 10)
    one, layout = cost_of_yamnet(network, 0.975), lay_out(1000, "shared", window_s, front="yamnet")
    cost = cost_of_yamnet(network, window_s)
    assert len(layout.starts) == n_patches
    assert 2 * sum(cost.macs.values()) == flops(network, layout.image)
    assert cost.macs["conv"] == n_patches * one.macs["conv"]
    assert cost.macs["linear"] == one.macs["linear"]
    assert cost.activation_bytes == one.activation_bytes


def cost_of_yamnet(network, window_s):
    return model_cost(network, lay_out(1000, "shared", window_s, front="yamnet"), 1000, "shared")


def test_yamnet_costs_what_its_authors_say():
    """README of research/audioset/yamnet: 3.7 million weights and 69.2 million multiplies a patch."""
    cost = cost_of_yamnet(without_weights("yamnet", 521), 0.96)
    assert sum(cost.macs.values()) / 1e6 == pytest.approx(69.2, abs=0.05)
    assert cost.parameters / 1e6 == pytest.approx(3.7, abs=0.05)


def test_the_first_layers_of_yamnet_hold_the_most():
    """The stem makes 32 x 48 x 32 of 64 x 96, the first block 64 channels of as many positions."""
    assert cost_of_yamnet(without_weights("yamnet", 10), 5.0).activation_bytes == 32 * 48 * (32 + 64)


@pytest.mark.parametrize(
    ("name", "image", "published_gmac"),
    [
        # Complexities of PANNs (arXiv 1912.10211, table of systems: 42.2, 49.0 and 2.81 GFLOPs for 10 s at 32 kHz),
        # two per multiply-accumulate, less the 1.05 of the FFT as a convolution: 1001 frames of 2 x 513 x 1024.
        ("cnn14_32k", (64, 1001), 42.22 / 2 - 1.0514),
        ("resnet38", (64, 1001), 48.96 / 2 - 1.0514),
        ("mobilenetv2", (64, 1001), 2.81 / 2 - 1.0514),
    ],
)
def test_the_large_networks_cost_what_their_authors_say(name, image, published_gmac):
    counted = sum(macs(calls_of(without_weights(name, 527), image)).values()) / 1e9
    assert counted == pytest.approx(published_gmac, rel=0.01, abs=0.02)


@pytest.mark.parametrize(("name", "expected_gmac"), [("cnn14", 9.95), ("resnet38", 5.73), ("mobilenetv2", 0.0834)])
def test_five_seconds_as_the_paper_runs_them(name, expected_gmac):
    layout = lay_out(16000, "shared", 5.0, front=name, as_published=True)
    network = without_weights(name, 527, as_published=True)
    cost = model_cost(network, layout, 16000, "shared")
    assert sum(cost.macs.values()) / 1e9 == pytest.approx(expected_gmac, rel=2e-3)
    assert cost.frames * cost.mel_bands == layout.image[0] * layout.image[1]


@pytest.mark.parametrize("name", PANNS)
def test_a_spectrum_is_never_billed_as_a_convolution(name):
    """Every layer reads feature maps; the FFT is in fields of its own."""
    network = without_weights(name, 10)
    layout = lay_out(1000, "shared", 2.0, front=name)
    assert {type(layer) for layer in network.modules()}.isdisjoint({nn.Conv1d, nn.ConvTranspose1d})
    calls = calls_of(network, layout.image)
    first = next(call for call in calls if isinstance(call.layer, nn.Conv2d))
    assert tuple(first.read) == (1, 1, layout.n_frames, 64)
    cost = model_cost(network, layout, 1000, "shared")
    assert (cost.fft_size, cost.frames) == (layout.fft_size, layout.n_frames)
    assert cost.mel_nonzeros == int((mel_bank(layout) != 0).sum()) > 0


@pytest.mark.parametrize(
    ("name", "parameters"), [("cnn14", 80_753_615), ("resnet38", 73_783_247), ("mobilenetv2", 4_075_343)]
)
def test_parameters_are_those_of_the_published_networks(name, parameters):
    cost = model_cost(without_weights(name, 527), lay_out(1000, "shared", 1.0, front=name), 1000, "shared")
    assert cost.parameters == cost.weight_bytes == parameters


def test_the_counts_of_one_layout_worked_by_hand(network):
    """64 x 50, halved by the stem's stride and by every pool: 32 x 25, 16 x 12, 8 x 6, 4 x 3."""
    cost = cost_at(network, 16000, "shared")
    positions = [32 * 25 * 25 * 16, 16 * 12 * 9 * 16 * 32, 8 * 6 * 9 * 32 * 64, 4 * 3 * 9 * 64 * 128]
    assert cost.macs == {"conv": sum(positions), "linear": 128 * 10}
    assert cost.activation_bytes == 64 * 50 + 16 * 32 * 25  # of the stem
    assert (cost.fft_size, cost.frames, cost.mel_bands, cost.model_rate_hz) == (512, 100, 64, 16000)
    assert cost.parameters == cost.weight_bytes == sum(p.numel() for p in network.parameters())


def test_filtering_channels_one_by_one_is_billed_apart():
    """64 x 50 becomes 16 x 13 in the stem; two filters leave 8 x 7, and two 4 x 4."""
    cost = cost_at(without_weights("cp_mobile", 10), 16000, "shared")
    assert cost.macs["depthwise"] == 9 * (8 * 7 * (64 + 80) + 4 * 4 * (80 + 144))
    assert cost.macs["linear"] == 72 * 10


class Shortcut(nn.Module):
    keeps_input = True

    def __init__(self):
        super().__init__()
        self.wide, self.narrow = nn.Conv2d(2, 6, 1), nn.Conv2d(6, 2, 1)

    def forward(self, x):
        return x + self.narrow(self.wide(x))


def test_what_a_way_around_keeps_is_held_beside():
    """The first layer reads the very values that are kept, the second has them beside its own."""
    calls = calls_of(nn.Sequential(nn.Conv2d(1, 2, 1), Shortcut()), (4, 5))
    assert [call.n_kept for call in calls] == [0, 0, 2 * 20]
    assert activation_bytes(calls) == (6 + 2 + 2) * 20


def test_what_is_computed_in_place_takes_no_room_of_its_own():
    calls = calls_of(nn.Sequential(nn.Conv2d(1, 8, 1), nn.BatchNorm2d(8), nn.ReLU()), (4, 5))
    assert activation_bytes(calls) == (1 + 8) * 20


def test_the_mel_bank_is_billed_by_its_non_zero_weights(network):
    bank = mel_bank(lay_out(1000, "native", 2.0))
    assert cost_at(network, 1000, "native").mel_nonzeros == sum(float(w) != 0 for w in bank.ravel())


@pytest.mark.parametrize("name", COMPACT)
def test_compute_falls_with_the_rate_on_the_native_layout_alone(name):
    network = without_weights(name, 10)
    native = [sum(cost_at(network, rate_hz, "native").macs.values()) for rate_hz in (500, 1000, 2000, 4000)]
    assert native == sorted(native)
    assert native[0] < native[-1] / 5
    assert cost_at(network, 500, "shared").macs == cost_at(network, 4000, "shared").macs


def test_twice_the_window_is_twice_the_ffts(network):
    assert cost_at(network, 1000, "native", 4.0).frames == 2 * cost_at(network, 1000, "native", 2.0).frames


def test_weights_that_are_not_counted_are_not_passed_over():
    with pytest.raises(StageError, match="ConvTranspose1d: has weights whose cost is not counted"):
        macs(calls_of(nn.Sequential(nn.Flatten(2), nn.ConvTranspose1d(1, 2, 3)), (4, 5)))
