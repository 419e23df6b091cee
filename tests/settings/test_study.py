"""Settings of a whole study: its rates, and that nothing changes them."""

import pytest
from pydantic import ValidationError

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.settings.study import MIN_RATE_HZ, StudyConfig
from lowsr_tradeoff.settings.toml import load_config


@pytest.mark.parametrize(
    ("rates", "complaint"),
    [
        ([], "at least one"),
        ([500, 500], "twice"),
        ([MIN_RATE_HZ - 1], "below"),
        ([32000], "above the reference"),
        (["x"], "whole number"),
    ],
)
def test_rates_that_cannot_be_used_are_refused(rates, complaint):
    with pytest.raises(ConfigError, match=complaint):
        load_config(None, {"rates_hz": rates})


def test_settings_are_frozen():
    with pytest.raises(ValidationError):
        StudyConfig().seed = 1
