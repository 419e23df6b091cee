"""The header's numbers are those of the layout and the network; in fixed point they stand for the same steps."""

import re

import pytest
from tests.deploy.packaged import package

from lowsr_tradeoff.deploy.firmware.headers import settings_header
from lowsr_tradeoff.learning.mel import lay_out


def test_normalisation_is_the_trainings_in_either_arithmetic():
    text = settings_header(lay_out(1000, "native", 0.5), package().settings, (0.014, -57), 0.25)
    found = dict(re.findall(r"#define (FE_\w+) \(?([-\d.e]+)f?\)?$", text, re.MULTILINE))
    named = {name: float(value) for name, value in found.items()}
    assert (named["FE_RATE_HZ"], named["FE_WINDOW_SAMPLES"], named["FE_CLASSES"]) == (1000, 500, 2)
    assert (named["FE_MEAN"], named["FE_ZERO_POINT"], named["FE_SCORE_TOLERANCE"]) == (-6.5, -57, 0.25)
    assert named["FE_STEPS_PER_NEPER"] == pytest.approx(1 / 2.5 / 0.014)
    assert named["FE_MEAN_LEVEL"] / 2048 == named["FE_MEAN"]
    assert named["FE_STEPS_PER_LEVEL"] / 65536 * 2048 == pytest.approx(named["FE_STEPS_PER_NEPER"], rel=1e-3)
    assert "FE_MEAN (-6.5f)" in text
