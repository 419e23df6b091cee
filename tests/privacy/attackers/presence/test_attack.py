from dataclasses import replace

import numpy as np
import pytest
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.privacy.attackers.presence import attack, silero
from lowsr_tradeoff.privacy.attackers.presence.tracks import Windows
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(front_end=FrontEnd(), rates_hz=(500,), n_resamples=100)
RIGHT, MISSES, FALSE_ALARMS = attack.RIGHT, attack.MISSES, attack.FALSE_ALARMS


@pytest.fixture(scope="module")
def speech():
    return replace(SPEECH, utterances=SPEECH.utterances[:4])


def told(probability, is_speech, utterance):
    return Windows(np.array(probability, np.float32), np.array(is_speech, bool), np.array(utterance))


def stored(speech, tmp_path, probability_of):
    """A store in which the detector says what a function makes of the truth."""
    store, rng = Store(tmp_path), np.random.default_rng(0)
    is_speech = rng.random(4000) < 0.3
    utterance = np.repeat(np.arange(4), 1000)
    plan = attack.plan(CONFIG, speech)
    for step in plan.steps:
        store.write(step, {}, vars(told(probability_of(is_speech, rng), is_speech, utterance)))
    return {
        (result.attacker, result.measure): result for result in attack.results(plan, store) if result.rate_hz == 500
    }


def test_a_detector_that_is_always_right_errs_never_but_not_for_certain(speech, tmp_path):
    found = stored(speech, tmp_path, lambda is_speech, _: is_speech)
    for (_, measure), result in found.items():
        is_right = measure == RIGHT
        assert result.competes == result.is_leak == is_right
        if is_right:
            assert result.value.low < result.value.value == result.value.high == 1
            assert len(result.value_draws) == 100
        else:
            assert result.value.value == result.value.low == 0 < result.value.high


def test_errors_are_counted_on_the_side_where_they_are(speech, tmp_path):
    """It takes every window for silence: it misses all that is said, and is right as often as nothing is."""
    found = stored(speech, tmp_path, lambda is_speech, _: np.zeros(len(is_speech)))
    assert found[attack.PUBLISHED, MISSES].value.value == 1
    assert found[attack.PUBLISHED, FALSE_ALARMS].value.value == 0
    overall = found[attack.PUBLISHED, RIGHT]
    assert overall.value.value == overall.chance.value == pytest.approx(0.7, abs=0.02)
    assert found[attack.PUBLISHED, MISSES].chance is None


def test_whoever_knows_the_rate_moves_the_threshold(speech, tmp_path):
    """The detector is right, but never surer than one in a hundred."""
    found = stored(speech, tmp_path, lambda is_speech, rng: 0.01 * is_speech + 0.001 * rng.random(len(is_speech)))
    assert found[attack.PUBLISHED, MISSES].value.value == 1
    assert found[attack.INFORMED, RIGHT].value.value == 1


def test_a_threshold_is_chosen_on_other_speakers_alone():
    """One speaker's windows call for 0.1; the other's, who has more of them, for 0.9."""
    low = ([0.05, 0.2] * 3, [False, True] * 3, [0] * 6)
    high = ([0.8, 0.95] * 5, [False, True] * 5, [1] * 10)
    windows = told(*(a + b for a, b in zip(low, high, strict=True)))
    for_low, for_high = attack.choose_thresholds(windows, ["a", "b"])
    assert 0.05 < for_high <= 0.2
    assert 0.8 < for_low <= 0.95


def test_one_speaker_has_no_others_to_choose_on(speech, tmp_path):
    alone = replace(speech, utterances=tuple(replace(u, speaker="a") for u in speech.utterances))
    found = stored(alone, tmp_path, lambda is_speech, _: is_speech)
    assert found[attack.PUBLISHED, RIGHT].value.value == 1
    assert "two speakers or more" in found[attack.INFORMED, RIGHT].value.reason
    assert found[attack.INFORMED, RIGHT].chance is None


def test_speech_is_heard_at_full_rate_and_hardly_at_500_hz(speech, tmp_path):
    store, plan = Store(tmp_path), attack.plan(CONFIG, speech)
    silero.run(plan.steps, speech, store)
    right = {
        result.rate_hz: result.value.value
        for result in attack.results(plan, store)
        if (result.attacker, result.measure) == (attack.PUBLISHED, RIGHT)
    }
    assert right[16000] > 0.95
    assert right[500] < 0.85
