import numpy as np
import pytest

from lowsr_tradeoff.power.model.compute import active_mw
from lowsr_tradeoff.power.model.draws import sampler
from lowsr_tradeoff.power.model.waiting import idle_mw, idle_power
from lowsr_tradeoff.power.profiles.devices import load_device


def test_waiting_takes_the_time_that_computing_leaves():
    profile, sample = load_device("stm32u385"), sampler("d", 0, 2000)
    whole, rest = idle_mw(profile, np.zeros(2001), sample), idle_mw(profile, np.full(2001, 0.75), sample)
    assert whole[0] == pytest.approx(2.1)
    assert rest == pytest.approx(0.25 * whole)


def test_waiting_never_draws_more_than_computing():
    profile, sample = load_device("stm32u385"), sampler("d", 0, 2000)
    active = active_mw(profile.core, sample)
    raw = sample(*idle_power(profile))
    waiting = idle_mw(profile, np.zeros(2001), sample)
    assert (raw > active).any(), "the spread is wide enough for the bound to matter"
    assert (waiting <= active).all()


def test_waiting_in_the_converters_figure_is_not_added():
    assert idle_mw(load_device("nrf52840"), np.zeros(11), sampler("d", 0, 10)) is None


def test_recording_that_holds_the_microphone_never_stops():
    profile, sample = load_device("phone_cpu"), sampler("d", 0, 100)
    assert np.array_equal(idle_mw(profile, None, sample), sample("idle.power", profile.idle.power))
    assert np.array_equal(idle_mw(profile, np.full(101, 0.5), sample), sample("idle.power", profile.idle.power))
