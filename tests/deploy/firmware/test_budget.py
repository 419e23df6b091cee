"""Bytes are those of the parts, cycles those of the profile's prices; what does not fit is told.

That the bytes are those of the compiler: test_compile.
"""

import math

import pytest
from tests.reports.conftest import PLAIN

from lowsr_tradeoff.deploy.firmware.budget import effort_of, memory_of, memory_problems
from lowsr_tradeoff.deploy.firmware.target import choose_target
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.power.profiles.devices import load_device

LAYOUT = lay_out(1000, "native", 2.0)


def test_sums_are_of_the_parts():
    memory = memory_of(LAYOUT, "float", 100_000, 3000)
    assert memory.image == 4 * 16 * 50
    assert memory.flash == 100_000 + memory.tables
    assert memory.ram == memory.state + memory.image + 3000


def test_fixed_point_takes_less():
    in_float, in_q15 = (memory_of(LAYOUT, number, 0, 0) for number in ("float", "q15"))
    assert in_q15.image == in_float.image / 2
    assert in_q15.state < in_float.state
    assert in_q15.tables < in_float.tables


def test_what_is_lacking_is_told():
    device = load_device("stm32u575")
    assert list(memory_problems(memory_of(LAYOUT, "float", 1 << 20, 1 << 10), device)) == []
    fixed = memory_of(LAYOUT, "q15", (2048 << 10) - 1, 800 << 10)
    flash, ram = memory_problems(fixed, device)
    assert "take 2,049 KiB of flash, 1 KiB more than the 2,048 KiB there are" in flash
    assert "of RAM, 16 KiB more than the 786 KiB there are" in ram


def test_a_device_without_that_limit_takes_all():
    assert list(memory_problems(memory_of(LAYOUT, "float", 1 << 40, 1 << 40), load_device("phone_cpu"))) == []


def test_central_values_are_those_by_hand():
    chosen = choose_target(PLAIN, 1000, "cssd", "stm32u575")
    cost, core, effort = chosen.result.cost, load_device("stm32u575").core, effort_of(chosen)
    spectrum = 11 * cost.fft_size * math.log2(cost.fft_size)
    assert effort.front_end.value == pytest.approx(cost.frames * (spectrum + 9.5 * cost.mel_nonzeros))
    assert effort.network.value == pytest.approx(1.4 * cost.macs["conv"] + 1.94 * cost.macs["linear"])
    cycles = effort.front_end.value + effort.network.value
    assert effort.clock_mhz in {point.clock.value for point in core.clocks.values()}
    assert effort.duration_s.value == pytest.approx(cycles / effort.clock_mhz / 1e6)
    # Capturing takes cycles beside those of a window: restoring the rate, moving samples.
    assert effort.real_time_factor == chosen.power.real_time_factor
    assert effort.real_time_factor.value > effort.duration_s.value / cost.window_s
    for figure in (effort.front_end, effort.network, effort.duration_s):
        assert figure.low < figure.value < figure.high
        assert figure.basis == "modelled"
    assert effort.power_mw == chosen.power.power_mw


def test_a_core_of_unknown_speed_has_no_cycles():
    effort = effort_of(choose_target(PLAIN, 1000, "cssd", "phone_cpu"))
    assert effort.clock_mhz is None
    assert effort.network.value is None
    assert "no figure is known for the speed" in effort.duration_s.reason
