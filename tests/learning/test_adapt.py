import copy
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.adapt import LowRank, Magnitude, adapt, merge, parameters_to_train, start_training
from lowsr_tradeoff.learning.networks.build import untrained

# In the memory order that training feeds: another one adds up in another order.
IMAGES = torch.randn(4, 1, 16, 20, generator=torch.Generator().manual_seed(9)).to(memory_format=torch.channels_last)
HOW = ["full", "probe", "lora", "dora"]
ADAPTERS = HOW[2:]


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def vgg():
    """With statistics and gains as after some training."""
    network = untrained("small_vgg", 5, generator())
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(generator=generator(1))
            nn.init.uniform_(module.weight, 0.5, 2, generator=generator(2))
    return network.eval()


class Mobile(nn.Module):
    """A depthwise and a pointwise convolution, as in MobileNetV2, and a head."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 6, 3, padding=1, groups=3), nn.BatchNorm2d(6), nn.Conv2d(6, 4, 1), nn.Flatten()
        )
        self.head = nn.Linear(4 * 5 * 5, 2)

    def forward(self, x):
        return self.head(self.body(x))


def move_adapters(network, seed=3):
    """Give every parameter that trains another value, as training would."""
    draws = generator(seed)
    with torch.no_grad():
        for parameter in parameters_to_train(network):
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=draws))


def descend(network, loss, rate):
    """One step of gradient descent; torch's optimisers take seconds to import."""
    loss.backward()
    with torch.no_grad():
        for parameter in parameters_to_train(network):
            parameter.sub_(rate * parameter.grad)
            parameter.grad = None


def train_a_little(network, n_steps=5):
    start_training(network)
    for _ in range(n_steps):
        descend(network, nn.functional.cross_entropy(network(IMAGES), torch.tensor([0, 1, 2, 3])), 0.05)
    return network.eval()


@pytest.mark.parametrize("how", HOW)
def test_the_start_is_the_network_itself(how):
    network = vgg()
    answers = network(IMAGES)
    adapt(network, how, generator())
    assert torch.equal(network(IMAGES), answers)


@pytest.mark.parametrize("how", HOW)
def test_merging_keeps_the_answers_and_the_names(how):
    network = vgg()
    before = network.state_dict()
    adapt(network, how, generator())
    move_adapters(network)
    answers = network(IMAGES)
    merge(network)
    assert torch.equal(network(IMAGES), answers)
    assert not torch.equal(answers, vgg()(IMAGES))
    assert list(network.state_dict()) == list(before)
    assert [type(m) for m in network.modules()] == [type(m) for m in vgg().modules()]
    assert [p.shape for p in network.parameters()] == [p.shape for p in vgg().parameters()]
    assert all(p.requires_grad and p.is_leaf for p in network.parameters())


@pytest.mark.parametrize("how", HOW)
def test_the_merged_weights_load_into_a_plain_network(how):
    network, plain = vgg(), untrained("small_vgg", 5, generator(8)).eval()
    adapt(network, how, generator())
    train_a_little(network)
    merge(network)
    plain.load_state_dict(network.state_dict())
    torch.testing.assert_close(plain(IMAGES), network(IMAGES))


@pytest.mark.parametrize("layer", [nn.Linear(3, 2), nn.Linear(3, 2, bias=False), nn.Conv2d(3, 2, 1)])
def test_merging_keeps_the_order_of_parameters(layer):
    network = nn.Sequential(layer)
    names = list(network.state_dict())
    adapt(network, "dora", generator(), head=None)
    merge(network)
    assert list(network.state_dict()) == names


def test_merging_keeps_the_memory_order_that_convolutions_are_fast_in():
    network = vgg()
    adapt(network, "dora", generator())
    move_adapters(network)
    merge(network)
    last = network.stages[12].weight
    assert last.is_contiguous(memory_format=torch.channels_last)
    assert not last.is_contiguous()


def test_a_probe_moves_the_head_and_nothing_else():
    network = vgg()
    adaptation = adapt(network, "probe", generator())
    assert adaptation.trained == ("head.weight", "head.bias")
    features = network.embed(IMAGES)
    train_a_little(network)
    assert torch.equal(network.embed(IMAGES), features)
    assert not torch.equal(network.head.weight, vgg().head.weight)


@pytest.mark.parametrize("how", ADAPTERS)
def test_adapters_move_themselves_the_normalisation_and_the_head(how):
    network = vgg()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    adaptation = adapt(network, how, generator())
    assert adaptation.adapted == ("stages.0", "stages.4", "stages.8", "stages.12")
    train_a_little(network)
    after = network.state_dict()
    for name, value in before.items():
        layer = name.removesuffix(".weight")
        if layer in adaptation.adapted:
            assert torch.equal(after[f"{layer}.parametrizations.weight.original"], value), f"{name} is frozen"
        else:
            assert not torch.equal(after[name], value), f"{name} trains"


@pytest.mark.parametrize("how", ADAPTERS)
def test_training_moves_the_weights_that_are_multiplied_with(how):
    network = vgg()
    adapt(network, how, generator())
    train_a_little(network)
    for index in (0, 4, 8, 12):
        assert not torch.equal(network.stages[index].weight, vgg().stages[index].weight)


def test_full_trains_everything_even_what_was_frozen():
    network = vgg().requires_grad_(False)
    adaptation = adapt(network, "full", generator())
    assert adaptation.trained == tuple(name for name, _ in vgg().named_parameters())
    assert not adaptation.adapted


def test_the_number_of_trained_values_is_counted_by_hand():
    """Rank 8 of an (outputs, inputs) weight has 8 (outputs + inputs) values, DoRA one more per output."""
    shapes = [(16, 25), (32, 9 * 16), (64, 9 * 32), (128, 9 * 64)]
    others = 2 * (16 + 32 + 64 + 128) + 5 * 128 + 5
    for how, extra in (("lora", 0), ("dora", 16 + 32 + 64 + 128)):
        network = vgg()
        adapt(network, how, generator(), rank=8)
        n_trained = sum(p.numel() for p in parameters_to_train(network))
        assert n_trained == sum(8 * (a + b) for a, b in shapes) + extra + others


def test_the_rank_is_at_most_the_weights_own():
    layer = LowRank(torch.zeros(4, 6, 1, 1), 8, 1.0, generator())
    assert (layer.b.shape, layer.a.shape) == ((4, 4), (4, 6))


def test_low_rank_is_the_formula():
    weight = torch.randn(6, 2, 3, 3, generator=generator(1))
    layer = LowRank(weight, 2, 0.5, generator())
    layer.b.data.normal_(generator=generator(2))
    change = 0.5 * layer.b.detach().numpy() @ layer.a.detach().numpy()
    np.testing.assert_allclose(
        layer(weight).detach().numpy(), weight.numpy() + change.reshape(6, 2, 3, 3), atol=1e-6
    )
    assert np.linalg.matrix_rank((layer(weight) - weight).detach().flatten(1).numpy(), tol=1e-4) == 2


def test_magnitude_worked_by_hand():
    """A row (3, 4) of length 5 that became (0, 10) keeps the length 5; trained to 7 it has 7."""
    layer = Magnitude(torch.tensor([[3.0, 4.0]]))
    changed = torch.tensor([[0.0, 10.0]])
    torch.testing.assert_close(layer(changed), torch.tensor([[0.0, 5.0]]))
    layer.m.data.fill_(7.0)
    torch.testing.assert_close(layer(changed), torch.tensor([[0.0, 7.0]]))


def test_the_length_is_a_constant_in_the_gradient():
    """DoRA, section 4.3: the gradient of the changed weight is m / |V| times that of the result, not projected."""
    layer = Magnitude(torch.tensor([[3.0, 4.0]]))
    changed = torch.tensor([[0.0, 10.0]], requires_grad=True)
    (layer(changed) * torch.tensor([[2.0, 6.0]])).sum().backward()
    torch.testing.assert_close(changed.grad, torch.tensor([[1.0, 3.0]]))


def dft(n_fft=64):
    """The imaginary part of a DFT as a convolution, as front ends within a network have it: row 0 is zero."""
    angles = -2 * torch.pi * torch.arange(n_fft // 2 + 1)[:, None] * torch.arange(n_fft) / n_fft
    layer = nn.Conv1d(1, n_fft // 2 + 1, n_fft, stride=n_fft // 2, bias=False)
    layer.weight.data = angles.sin()[:, None, :]
    return nn.Sequential(layer)


def naive_dora(weight, magnitude, change):
    """The formula of the paper to the letter."""
    changed = weight + change
    return magnitude * changed / changed.norm(dim=(1, 2), keepdim=True)


def test_a_row_of_zeros_makes_naive_dora_not_a_number_and_not_ours():
    network, sound = dft(), torch.randn(2, 1, 256, generator=generator())
    weight = network[0].weight.detach().clone()
    naive = naive_dora(weight, weight.norm(dim=(1, 2), keepdim=True), torch.zeros_like(weight))
    assert naive[0].isnan().all()
    assert naive[1:].isfinite().all()

    spectrum = network(sound)
    adapt(network, "dora", generator(), head=None)
    assert torch.equal(network(sound), spectrum)
    for _ in range(3):
        network(sound).square().sum().backward()
        assert all(p.grad.isfinite().all() for p in parameters_to_train(network))
        move_adapters(network)
        assert network(sound).isfinite().all()


def test_a_row_of_zeros_can_learn():
    layer = nn.Linear(3, 2, bias=False)
    layer.weight.data = torch.tensor([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    network = nn.Sequential(layer)
    adapt(network, "dora", generator(), head=None)
    x = torch.randn(64, 3, generator=generator(1))
    for _ in range(200):
        descend(network, ((network(x) - x[:, 1:]) ** 2).mean(), 0.1)
    assert layer.weight[0].norm() > 0.5


def test_grouped_convolutions_are_left_as_they_are_and_named():
    network = Mobile()
    adaptation = adapt(network, "lora", generator())
    assert adaptation.adapted == ("body.2",)
    assert adaptation.skipped == ("body.0: its 3 groups share no inputs, a change of low rank would join them",)
    assert not network.body[0].weight.requires_grad
    assert "body.0.weight" not in adaptation.trained
    assert "body.1.weight" in adaptation.trained


def test_layers_are_chosen_by_name_and_kind():
    block = nn.ModuleDict({"query": nn.Linear(4, 4), "key": nn.Linear(4, 4), "mlp": nn.Linear(4, 8)})
    network = nn.Sequential(nn.Conv1d(2, 4, 3), block)
    adaptation = adapt(
        network,
        "lora",
        generator(),
        head=None,
        chosen=lambda name, layer: isinstance(layer, nn.Linear) and name.endswith(("query", "mlp")),
    )
    assert adaptation.adapted == ("1.query", "1.mlp")
    assert all(".query." in name or ".mlp." in name for name in adaptation.trained)


class HalfLinear(nn.Linear):
    """As Whisper's: multiplies in the precision of its input."""

    def forward(self, x):
        return nn.functional.linear(x, self.weight.to(x.dtype))


def test_subclasses_keep_their_own_arithmetic():
    network = nn.Sequential(HalfLinear(4, 3))
    adapt(network, "dora", generator(), head=None)
    assert network(torch.ones(1, 4, dtype=torch.bfloat16)).dtype == torch.bfloat16
    merge(network)
    assert type(network[0]) is HalfLinear


def test_a_copy_of_an_adapted_network_is_its_own():
    network = vgg()
    adapt(network, "dora", generator())
    twin = copy.deepcopy(network)
    move_adapters(twin)
    assert torch.equal(network(IMAGES), vgg()(IMAGES))
    merge(twin)
    assert not torch.equal(twin(IMAGES), vgg()(IMAGES))


@pytest.mark.parametrize("how", ADAPTERS)
def test_adapters_come_from_the_generator_alone(how):
    networks = []
    for process_seed, seed in ((1, 0), (2, 0), (2, 1)):
        torch.manual_seed(process_seed)
        before = torch.get_rng_state()
        networks.append(vgg())
        adapt(networks[-1], how, generator(seed))
        assert torch.equal(torch.get_rng_state(), before)
    first, second, other = (dict(n.named_parameters())["stages.0.parametrizations.weight.0.a"] for n in networks)
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_nothing_to_train_is_an_error():
    with pytest.raises(ConfigError, match='adapt = "probe" finds nothing to train; name a head'):
        adapt(nn.Sequential(nn.Linear(2, 2)), "probe", generator(), head=None)
    with pytest.raises(ConfigError, match='"lora" finds nothing to train'):
        adapt(vgg(), "lora", generator(), chosen=lambda _name, _layer: False)


@pytest.mark.parametrize("how", ADAPTERS)
@pytest.mark.parametrize("kind", ["linear", "conv2d"])
def test_peft_agrees(how, kind):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peft = pytest.importorskip("peft")
    layer = {"linear": lambda: nn.Linear(6, 5), "conv2d": lambda: nn.Conv2d(3, 5, 3, stride=2, padding=1)}[kind]()
    x = torch.randn(4, 6, generator=generator()) if kind == "linear" else IMAGES.expand(-1, 3, -1, -1)
    ours, theirs = nn.Sequential(copy.deepcopy(layer)), nn.Sequential(copy.deepcopy(layer))
    adapt(ours, how, generator(), rank=2, scale=1.5, head=None)
    move_adapters(ours)
    config = peft.LoraConfig(r=2, lora_alpha=3, target_modules=["0"], use_dora=how == "dora")
    theirs = peft.get_peft_model(theirs, config)
    adapted = theirs.base_model.model[0]
    parts = ours[0].parametrizations.weight
    adapted.lora_A["default"].weight.data = parts[0].a.data.reshape(adapted.lora_A["default"].weight.shape)
    adapted.lora_B["default"].weight.data = parts[0].b.data.reshape(adapted.lora_B["default"].weight.shape)
    if how == "dora":
        magnitude = adapted.lora_magnitude_vector["default"]
        magnitude.weight.data = parts[1].m.data.reshape(magnitude.weight.shape)
    torch.testing.assert_close(ours(x), theirs(x), rtol=1e-5, atol=1e-5)
    (ours(x) ** 2).sum().backward()
    (theirs(x) ** 2).sum().backward()
    torch.testing.assert_close(
        parts[0].a.grad.flatten(), adapted.lora_A["default"].weight.grad.flatten(), rtol=1e-4, atol=1e-5
    )
    merge(ours)
    torch.testing.assert_close(ours[0].weight, theirs.merge_and_unload()[0].weight, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("n_blocks", [1, 2, 5])
def test_the_last_blocks_and_the_head_train_and_nothing_else(n_blocks):
    network = untrained("yamnet_256", 5, generator())
    trained = adapt(network, f"last:{n_blocks}", generator()).trained
    last = {f"blocks.{number}" for number in range(5 - n_blocks, 5)}
    expected = {name for name, _ in network.named_parameters() if name[:8] in last or name.startswith("head")}
    assert set(trained) == expected
    before = copy.deepcopy(network.state_dict())
    start_training(network)
    images = torch.randn(4, 1, 64, 96, generator=generator(1))
    descend(network, network(images).square().mean(), 0.1)
    moved = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    frozen = {name for name in moved if name[:8] not in last and not name.startswith("head")}
    assert moved >= {"head.weight", "blocks.4.0.weight"}
    assert frozen == set()


def test_more_blocks_than_there_are_is_told():
    with pytest.raises(ConfigError, match=r'adapt = "last:9": the network has 5 blocks; give a smaller number'):
        adapt(untrained("yamnet_256", 5, generator()), "last:9", generator())
