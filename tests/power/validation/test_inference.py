from itertools import pairwise

import numpy as np
import pytest

from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.power.validation.inference import (
    ACCELERATORS,
    BENCHMARKS,
    BY_TYPE,
    FINER_TYPES,
    NETWORK_MACS,
    SINGLE,
    TYPES,
    inference_errors,
    leave_one_out,
    macs_table,
    read_cycles,
    read_energy_pj,
)
from lowsr_tradeoff.power.validation.prediction import read_table


@pytest.fixture(scope="module")
def errors():
    return {(e.check, e.scope, e.method, "organisation" in e.held_out): e for e in inference_errors()}


def test_all_complete_sets_are_used():
    table = read_energy_pj()
    assert (len(table.stacks), table.is_known.sum()) == (31, 121)
    assert np.isin(table.parts, ACCELERATORS).sum() == 4
    assert np.array_equal(table.is_known, read_cycles().is_known)


def test_a_published_row_arrives_as_it_was():
    table = read_energy_pj()
    u385 = list(table.stacks).index("v1.3 STMicroelectronics NUCLEO_U385RG_Q")
    assert table.measured[u385] == pytest.approx([31.8347e6, 965.5817e6, 245.3412e6, 518.9761e6])
    # ms x MHz x 1000
    assert read_cycles().measured[u385, 0] == pytest.approx(5.4098 * 96e3)


def conv(size, taps, read, written):
    return {"pointwise" if taps == 1 else "conv": size * size * taps * read * written}


def autoencoder():
    widths = (640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640)
    return [{"linear": read * written} for read, written in pairwise(widths)]


def resnet_8():
    """A first convolution, a block that keeps the size and two that halve it with a 1 x 1 shortcut."""
    halving = [
        conv(size, taps, read, channels)
        for size, channels in ((16, 32), (8, 64))
        for taps, read in ((9, channels // 2), (9, channels), (1, channels // 2))
    ]
    return [conv(32, 9, 3, 16), *2 * [conv(32, 9, 16, 16)], *halving, {"linear": 64 * 10}]


def ds_cnn():
    """A 10 x 4 convolution at stride 2 onto 25 x 5, four separable blocks of 64 channels, 12 words."""
    pixels, channels = 25 * 5, 64
    block = {"depthwise": pixels * 9 * channels, "pointwise": pixels * channels * channels}
    return [{"conv": pixels * 10 * 4 * channels}, *4 * [block], {"linear": channels * 12}]


def mobilenet():
    """A first convolution at stride 2 onto 48 x 48, thirteen separable blocks, two classes."""
    channels = (8, 16, 32, 32, 64, 64, *6 * [128], 256, 256)
    sizes = (48, 24, 24, 12, 12, *6 * [6], 3, 3)
    blocks = [
        {"depthwise": size * size * 9 * read} | conv(size, 1, read, written)
        for size, (read, written) in zip(sizes, pairwise(channels), strict=True)
    ]
    return [conv(48, 9, 3, 8), *blocks, {"linear": 256 * 2}]


@pytest.mark.parametrize(
    ("benchmark", "layers"), [("ad", autoencoder()), ("ic", resnet_8()), ("kws", ds_cnn()), ("vww", mobilenet())]
)
def test_work_is_that_of_the_layers(benchmark, layers):
    macs = NETWORK_MACS[benchmark]
    assert tuple(macs) == FINER_TYPES
    assert macs == {name: sum(layer.get(name, 0) for layer in layers) for name in FINER_TYPES}


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_work_sums_to_what_was_counted_in_the_published_model_files(benchmark):
    counted = {int(row["MAC"]) for row in read_table("mlperf_tiny_energy") if row["bm"] == benchmark}
    assert {sum(NETWORK_MACS[benchmark].values())} == counted


def test_keyword_spotting_splits_as_published():
    assert NETWORK_MACS["kws"] == {"conv": 320_000, "pointwise": 2_048_000, "depthwise": 288_000, "linear": 768}


def test_coarser_types_hold_the_same_work():
    assert macs_table(TYPES).sum(axis=1) == pytest.approx(macs_table(FINER_TYPES).sum(axis=1))


@pytest.mark.parametrize("check", ["inference energy", "inference latency"])
def test_operator_costs_keep_the_target_and_beat_a_single_cost(errors, check):
    model = errors[check, "microcontrollers", BY_TYPE, False]
    single = errors[check, "microcontrollers", SINGLE, False]
    assert (model.median.n, single.median.n) == (107, 107)
    # Of energy the target is kept; the median latency misses it by a hundredth, which accepted.toml says.
    assert model.is_met == (check == "inference energy")
    assert model.median.value <= 1.16
    assert single.p90.value > 1.4
    for figure in ("median", "p90", "worst"):
        assert getattr(model, figure).value < getattr(single, figure).value
    assert 0.85 <= model.coverage.value <= 0.95


@pytest.mark.parametrize("check", ["inference energy", "inference latency"])
def test_without_the_vendors_other_boards_errors_grow_little(errors, check):
    strict, usual = (errors[check, "microcontrollers", BY_TYPE, strictly] for strictly in (True, False))
    assert strict.target is None
    assert strict.p90.value <= 1.05 * usual.p90.value
    # Less was seen, so it is no better.
    assert strict.median.value >= usual.median.value


def test_the_single_cost_errs_as_others_found(errors):
    single = errors["inference energy", "microcontrollers", SINGLE, False]
    assert [round(m.value, 1) for m in (single.median, single.p90, single.worst)] == [1.2, 1.5, 1.7]


def test_accelerators_stand_apart_and_without_a_target(errors):
    model = errors["inference energy", "accelerators", BY_TYPE, False]
    assert (model.median.n, model.target, model.is_met) == (14, None, None)


def test_no_prediction_sees_its_own_row():
    table = read_energy_pj()
    is_u575 = table.parts == "U575"
    chip, others = table.only(is_u575), table.only(~is_u575)
    before = leave_one_out(chip, others, TYPES)
    chip.measured[0, 2] *= 10
    after = leave_one_out(chip, others, TYPES)
    row = f"{chip.stacks[0]} kws"
    changed = {b.row for b, a in zip(before, after, strict=True) if b.predicted != a.predicted}
    # The other benchmarks of that stack saw it; it did not, and no other stack did.
    assert changed == {f"{chip.stacks[0]} {other}" for other in ("ad", "ic", "vww")}
    assert row not in changed


@pytest.mark.parametrize(
    ("device", "stack"),
    [
        ("stm32u385", "v1.3 STMicroelectronics NUCLEO_U385RG_Q"),
        ("stm32u575", "v1.3 STMicroelectronics NUCLEO_U575ZI_Q"),
        ("stm32l4r5", "v1.3 STMicroelectronics NUCLEO_L4R5ZI-P"),
        ("stm32h7a3", "v1.2 STMicroelectronics NUCLEO_H7A3ZI_Q"),
        ("efr32xg24", "v1.0 silicon_labs silicon_labs_xG24_DK2601B"),
        ("ra6m4", "v0.7 renesas EK-RA6M4"),
    ],
)
def test_a_profile_gives_back_the_rows_it_was_made_of(device, stack):
    core = load_device(device).core
    cycles = macs_table(TYPES) @ [core.mac[name].value for name in TYPES]
    # mW / MHz = nJ per cycle
    energy_pj = cycles * core.point.active_power.value / core.point.clock.value * 1e3
    for predicted, table in ((cycles, read_cycles()), (energy_pj, read_energy_pj())):
        measured = table.measured[list(table.stacks).index(stack)]
        assert np.abs(np.log(predicted / measured)).max() < np.log(1.3)
