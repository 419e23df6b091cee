"""Flags say of a setting what the settings say, and reach the settings."""

import inspect
from typing import get_args

import pytest

from lowsr_tradeoff.cli.flags import DESCRIBED, with_settings
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import load_config


@with_settings(rates="rates_hz", device="power.devices", arms="classify.arms", seed="seed", skip_bad="skip_bad")
def command(given, where, *, config=None):
    """A command."""
    return given, where, config


def test_what_was_given_is_nested_as_in_a_file_and_what_was_not_is_left_out():
    assert command("here", rates="500,900", device="a,b", skip_bad=True, config=3) == (
        {"rates_hz": [500, 900], "power": {"devices": ["a", "b"]}, "skip_bad": True},
        "here",
        3,
    )
    assert command("here") == ({}, "here", None)


def test_what_was_given_loads():
    given, _, _ = command("here", rates="900,500", arms="raw, cssd", seed="3")
    config = load_config(None, given)
    assert (config.rates_hz, config.classify.arms, config.seed) == ((500, 900), ("raw", "cssd"), 3)


def test_a_flag_has_the_settings_type_meaning_and_default():
    parameters = inspect.signature(command).parameters
    kind, parameter = get_args(parameters["rates"].annotation)
    assert get_args(kind) == (str, type(None))
    assert parameter.metavar == "RATES"
    assert parameter.help == f"{DESCRIBED['rates_hz']['meaning']} Comma separated. Default: 500,1000,2000,4000."
    assert list(parameters) == ["where", "rates", "device", "arms", "seed", "skip_bad", "config"]


def test_a_fault_is_told_with_the_name_of_the_flag_that_gave_it():
    @with_settings(arms="classify.arms", seed="seed")
    def load(given):
        return load_config(None, given)

    with pytest.raises(ConfigError, match=r"^--arms: there is no \"cssdd\"; did you mean cssd\?$"):
        load(arms="raw,cssdd")
    with pytest.raises(ConfigError, match=r"^--seed: give a number of at least 0 \(given: -1\)$"):
        load(seed="-1")


@pytest.mark.parametrize("text", ["1.5", "two", ""])
def test_a_seed_that_is_not_whole_is_refused_and_not_rounded(text):
    with pytest.raises(ConfigError, match=r"--seed .*: give a whole number"):
        command("here", seed=text)


def test_every_setting_that_a_flag_may_name_is_described():
    assert DESCRIBED["reference_rate_hz"]["default"] == StudyConfig().reference_rate_hz
    assert "power.battery_mah" in DESCRIBED
