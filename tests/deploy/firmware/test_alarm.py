"""Alarms in C are those of Python, scores and times alike."""

import subprocess

import numpy as np
import pytest
from scipy.special import softmax
from tests.deploy.firmware.c_sources import SANITIZED, STEP, needs_compiler, write_sources
from tests.deploy.model.alarm_rule import rule
from tests.deploy.small_model import package

from lowsr_tradeoff.deploy.firmware.compile import STRICT, find_compiler
from lowsr_tradeoff.deploy.firmware.folder import _sources
from lowsr_tradeoff.deploy.firmware.headers import settings_header
from lowsr_tradeoff.deploy.model.predict import Alarm
from lowsr_tradeoff.learning.mel import lay_out

CLASSES = ("high", "low", "noise")
PROGRAM = """#include <stdio.h>
#include "alarm.h"
int main(void)
{
    float scores[FE_CLASSES];
    fe_alarm alarm;
    fe_alarm_start(&alarm);
    while (fread(scores, sizeof scores, 1, stdin) == 1) {
        printf("%d\\n", (int)fe_alarm_hear(&alarm, scores));
    }
    return 0;
}
"""


@needs_compiler
@pytest.mark.parametrize(("hop_s", "hold_s"), [(0.5, 1.0), (0.3, 1.0), (2.0, 1.0), (1 / 3, 1.0)])
def test_c_raises_the_alarms_that_python_raises(tmp_path, hop_s, hold_s):
    settings = package(classes=CLASSES, alarm=rule("low", threshold=0.4, hold_s=hold_s, hop_s=hop_s)).settings
    layout = lay_out(1000, "native", 0.5)
    write_sources(tmp_path, layout)
    (tmp_path / "settings.h").write_text(settings_header(layout, settings, STEP, 0.25))
    (tmp_path / "main.c").write_text(PROGRAM)
    sources = [str(tmp_path / name) for name in ("main.c", "alarm.c")]
    program = tmp_path / "alarms"
    subprocess.run([find_compiler(), *STRICT, *SANITIZED, *sources, "-o", program, "-lm"], check=True)
    scores = (3 * np.random.default_rng(0).standard_normal((400, 3))).astype(np.float32)
    done = subprocess.run([program], input=scores.tobytes(), capture_output=True, check=True)
    alarm = Alarm(settings)
    expected = [alarm.raised(i * hop_s, row) for i, row in enumerate(softmax(scores.astype(float), axis=1))]
    assert list(map(int, done.stdout.split())) == list(map(int, expected))
    assert 20 < sum(expected) < 380


def test_the_sources_of_alarms_come_with_a_rule_alone():
    assert set(_sources(has_alarm=True)) - set(_sources(has_alarm=False)) == {"alarm.c", "alarm.h"}
