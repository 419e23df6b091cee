"""Cycles are prices of the device's profile times what the network computes; time is cycles by the clock."""

import math

import pytest
from tests.reports.conftest import build_tradeoff

from lowsr_tradeoff.deploy.firmware.budget import effort_of
from lowsr_tradeoff.deploy.firmware.chosen import choose
from lowsr_tradeoff.power.profiles.devices import load_device


def test_central_values_are_those_by_hand():
    chosen = choose(build_tradeoff(), 1000, "cssd", "stm32u575")
    cost, core, effort = chosen.result.cost, load_device("stm32u575").core, effort_of(chosen)
    spectrum = 26 * cost.fft_size * math.log2(cost.fft_size)
    assert effort.front_end.value == pytest.approx(cost.frames * (spectrum + 9.5 * cost.mel_nonzeros))
    assert effort.network.value == pytest.approx(1.4 * cost.macs["conv"] + 1.94 * cost.macs["linear"])
    cycles = effort.front_end.value + effort.network.value
    assert effort.clock_mhz in {point.clock.value for point in core.clocks.values()}
    assert effort.duration_s.value == pytest.approx(cycles / effort.clock_mhz / 1e6)
    assert effort.real_time_factor.value == pytest.approx(effort.duration_s.value / cost.window_s)
    for figure in (effort.front_end, effort.network, effort.duration_s):
        assert figure.low < figure.value < figure.high
        assert figure.basis == "modelled"
    assert effort.power_mw == chosen.power.power_mw


def test_a_core_of_unknown_speed_has_no_cycles():
    effort = effort_of(choose(build_tradeoff(), 1000, "cssd", "phone_cpu"))
    assert effort.clock_mhz is None
    assert effort.network.value is None
    assert "no figure is known for the speed" in effort.duration_s.reason
