"""A class of the user's stands beside the networks here, or is refused before any work, with a remedy."""

import sys
from textwrap import dedent

import numpy as np
import pytest
import torch
from torch import nn

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.adapt import adapt
from lowsr_tradeoff.learning.cost import model_cost
from lowsr_tradeoff.learning.losses import FEATURE_MAPS
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.checkpoint import load_weights, start_from
from lowsr_tradeoff.learning.networks.own import own_network
from lowsr_tradeoff.learning.own_check import check_own
from lowsr_tradeoff.records.network import Condition

LAYOUTS = {
    condition: lay_out(condition.rate_hz, condition.grid, 1.0)
    for condition in (Condition(1000, "native", "finetuned"), Condition(16000, "shared", "finetuned"))
}
NET = """
class Net(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.one = nn.Conv2d(1, 8, 3, stride=2)
        self.blocks = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Conv2d(8, 8, 1)])
        self.inner = nn.Linear(8, n_classes)
        self.fc = nn.Linear(n_classes, n_classes)

    def forward(self, images):
        maps = self.one(images)
        for block in self.blocks:
            maps = torch.relu(block(maps))
        return self.fc(self.inner(maps.mean((2, 3))))
"""
FLAT = """
class Net(nn.Sequential):
    def __init__(self, n_classes):
        super().__init__(nn.Flatten(), nn.Linear({size}, n_classes))
"""


@pytest.fixture
def named(tmp_path, monkeypatch):
    """Write a module and return the network that it holds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each])

    def write(text, name="own_net:Net"):
        (tmp_path / "own_net.py").write_text("import torch\nfrom torch import nn\n" + dedent(text))
        return own_network(name)

    return write


def checked(network, losses=frozenset(), n_blocks=0, n_classes=3):
    return check_own(network, n_classes, LAYOUTS, losses, n_blocks)


def made(network, seed=0):
    return untrained(network, 3, torch.Generator().manual_seed(seed)).eval()


def images(n=4):
    return torch.randn(n, 1, 16, 25, generator=torch.Generator().manual_seed(1))


def test_its_scores_are_its_own_and_are_made_of_its_embedding_by_its_head(named):
    network = made(named(NET))
    assert network.head_name == "fc"
    torch.testing.assert_close(network(images()), network.module(images()))
    torch.testing.assert_close(network.head(network.embed(images())), network(images()))
    assert [tuple(maps.shape[1:]) for maps in network.maps(images())] == [(8, 7, 12), (3, 1, 1)]


def test_the_seed_alone_decides_its_weights_and_torchs_own_generator_goes_on_as_it_was(named):
    network = named(NET)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one = made(network).state_dict()
    assert torch.equal(torch.rand(3), expected)
    other, again = made(network, 1).state_dict(), made(network).state_dict()
    assert all(torch.equal(weight, again[name]) for name, weight in one.items())
    assert not torch.equal(one["module.one.weight"], other["module.one.weight"])


def test_its_cost_is_that_of_its_layers(named):
    network = checked(named(NET))
    layout = LAYOUTS[Condition(1000, "native", "finetuned")]
    places = 7 * 12
    found = model_cost(network, layout, 1000, "native")
    assert found.macs == {"conv": places * (9 * 8 + 64), "depthwise": places * 9 * 8, "linear": 8 * 3 + 3 * 3}
    assert found.parameters == sum(weight.numel() for weight in network.module.parameters())


def test_recurrent_layers_and_convolutions_in_time_are_counted(named):
    network = checked(
        named(
            """
            class Net(nn.Module):
                def __init__(self, n_classes):
                    super().__init__()
                    self.pool = nn.AdaptiveAvgPool2d((1, 10))
                    self.conv = nn.Conv1d(1, 6, 3, padding=1)
                    self.gru = nn.GRU(6, 5, batch_first=True, bidirectional=True)
                    self.fc = nn.Linear(10, n_classes)

                def forward(self, images):
                    steps = self.conv(self.pool(images)[:, :, 0]).transpose(1, 2)
                    return self.fc(self.gru(steps)[0].mean(1))
            """
        )
    )
    macs = model_cost(network, LAYOUTS[Condition(1000, "native", "finetuned")], 1000, "native").macs
    # Three gates, from input and state, in both directions, at ten steps.
    assert macs == {"conv": 10 * 3 * 6, "linear": 10 * 2 * 3 * 5 * (6 + 5) + 30}


def test_parts_of_it_can_be_adapted(named):
    network = named(NET)
    for how, trained in {"probe": {"fc"}, "last:1": {"fc", "blocks.1"}}.items():
        adaptation = adapt(made(network), how, torch.Generator())
        assert {name.removeprefix("module.").rpartition(".")[0] for name in adaptation.trained} == trained
    assert len(adapt(made(network), "lora", torch.Generator()).adapted) == 3


@pytest.mark.parametrize("is_under_model", [False, True])
def test_it_starts_from_a_state_of_its_own_whose_head_may_be_for_other_classes(named, tmp_path, is_under_model):
    network = named(NET)
    theirs = untrained(network, 3, torch.Generator().manual_seed(9)).module.state_dict()
    torch.save({"model": theirs} if is_under_model else theirs, tmp_path / "net.pth")
    started = made(network)
    start_from(started, load_weights(tmp_path / "net.pth", network))
    assert torch.equal(started.module.fc.weight, theirs["fc.weight"])
    torch.save(theirs | {"fc.weight": torch.zeros(9, 3), "fc.bias": torch.zeros(9)}, tmp_path / "net.pth")
    own = made(network)
    start_from(own, load_weights(tmp_path / "net.pth", network))
    assert torch.equal(own.module.fc.weight, made(network).module.fc.weight)
    assert torch.equal(own.module.one.weight, theirs["one.weight"])


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("no_net:Net", NET, r"no module no_net in .* or the environment; run where its file lies"),
        ("own_net:Nett", NET, r"own_net\.py has no Nett; did you mean Net\?"),
        ("own_net:Net", "def Net(n_classes): pass", r"is no subclass of torch\.nn\.Module"),
        ("own_net:Net", "import gone", r"importing own_net fails \(ModuleNotFoundError: No module named 'gone'\)"),
        ("own_net:Net", "raise SystemExit(2)", r"importing own_net fails \(SystemExit: 2\)"),
        ("own_net:Net", "class Net(", r"'\(' was never closed \(own_net\.py, line 3\); check --network"),
    ],
)
def test_a_class_that_cannot_be_had_is_told_with_its_name(named, name, text, told):
    with pytest.raises(ConfigError, match=f"{name}: .*{told}"):
        checked(named(text, name))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("n_classes):", "n_classes, width):", r"constructor fails when given .* classes, 3 \(TypeError: .*'width'"),
        (
            "(n_classes, n_classes)",
            "(n_classes, n_classes, False)",
            "has no nn.Linear with a bias and an output for",
        ),
        ("mean((2, 3))", "mean((0, 2, 3))", r"\(3,\) for 2 images of 16 bands × 25 frames .*, expected \(2, 3\)"),
        ("return", "return None #", "gives NoneType for 2 images of 16 bands × 25 frames"),
        ("return", "return (maps.mean() - 1e6).log() +", r"not finite \(NaN\) for images of 16 bands"),
        (
            "return",
            "return 1 +",
            "gives other values than its head computes; return these as they are, without a soft",
        ),
        ("self.inner(", "self.fc(torch.zeros(2, 3)) + self.inner(", "its head, fc, is to be called once"),
        (
            "images):",
            "images):\n        images = images.numpy()",
            r"on images of 16 .*\(TypeError: .* got \(.*\); pool",
        ),
        (
            "return",
            "with torch.no_grad():\n            return",
            "fails on images of 16 bands .* does not require grad",
        ),
        (
            "self.one =",
            "self.free = nn.Parameter(torch.ones(3))\n        self.one =",
            "module.free: weights that no",
        ),
        ("nn.Linear(8, n_classes)", "nn.Bilinear(8, 8, n_classes)", "fails on images"),
    ],
)
def test_what_cannot_be_trained_or_counted_is_told_before_any_work(named, before, after, told):
    with pytest.raises(ConfigError, match=f"own_net:Net: .*{told}"):
        checked(named(NET.replace(before, after)))


def test_a_fixed_size_fits_where_all_images_have_it(named):
    shared = {Condition(16000, "shared", "finetuned"): LAYOUTS[Condition(16000, "shared", "finetuned")]}
    flat = named(FLAT.format(size=64 * 25))
    check_own(flat, 3, shared, frozenset(), 0)
    with pytest.raises(ConfigError, match=r'fails on images of 16 bands × 25 .*; pool .* grids = \["shared"\]'):
        checked(flat)


def test_blocks_and_maps_are_asked_for_by_those_that_use_them(named):
    with pytest.raises(ConfigError, match='adapt = "last:3" trains its last blocks, and "blocks" holds 2'):
        checked(named(NET), n_blocks=3)
    checked(named(NET), n_blocks=2, losses=frozenset({FEATURE_MAPS}))
    pooled = FLAT.format(size=1).replace("super().__init__(", "super().__init__(nn.AdaptiveAvgPool2d(1), ")
    checked(named(pooled))
    with pytest.raises(ConfigError, match="none of its children gives maps, which the arm attention compares"):
        checked(named(pooled), losses=frozenset({FEATURE_MAPS}))
    with pytest.raises(ConfigError, match='"blocks" holds 0'):
        checked(named(pooled), n_blocks=1)


def test_code_that_is_not_what_the_study_was_planned_with_is_refused(named):
    planned = named(NET)
    assert isinstance(made(planned).module, nn.Module)
    named(NET + "# edited\n")
    with pytest.raises(ConfigError, match="is other code than the study was planned with; run the command again"):
        made(planned)


def test_it_computes_the_same_alone_and_in_company(named):
    network = made(named(NET))
    with torch.inference_mode():
        np.testing.assert_allclose(network(images())[:1], network(images()[:1]), atol=1e-5)
