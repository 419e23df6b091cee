import dataclasses

import pytest

from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.privacy import attacks
from lowsr_tradeoff.settings import Settings
from lowsr_tradeoff.store import Step, Store

CONFIG = StudyConfig(rates_hz=(1000,), n_resamples=200)
EMBEDDED = load_speech("demo", (1000,), 16000, skip_bad=False, cache=None)
SPEECH = dataclasses.replace(EMBEDDED, utterances=EMBEDDED.utterances[:2])


def test_every_planned_stage_has_somebody_who_runs_it():
    for step in attacks.plan(CONFIG, EMBEDDED):
        assert step.stage.startswith("attack-")


def test_a_stage_of_nobody_is_an_error(tmp_path):
    step = Step("attack-nobody", Settings(), "code", "nobody at 1000 Hz")
    with pytest.raises(StageError, match="nobody at 1000 Hz: no attacker has the stage 'attack-nobody'"):
        attacks.run([step], SPEECH, Store(tmp_path))
