from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.attackers.speakers import attack, sex, sex_regression
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(front_end=FrontEnd(), rates_hz=(500,), n_resamples=100)


@pytest.fixture(scope="module")
def speech():
    return SPEECH


def results_for(speech, folder, points):
    """What is told of the sexes when the encoder's points are these."""
    store = Store(folder)
    plan = sex.plan(CONFIG, speech)
    for step in attack.plan(CONFIG, speech).steps:
        store.write(step, {}, {"embeddings": points})
    sex_regression.run(plan.steps, speech, store)
    return {(result.rate_hz, result.attacker): result for result in sex.results(plan, store)}


def test_balanced_accuracy_is_that_of_sklearn():
    rng = np.random.default_rng(0)
    truth, answers = (rng.random((2, 90)) < [[0.2], [0.4]]).astype(int)
    people = [f"s{i // 3}" for i in range(90)]
    found, draws = sex.balanced_accuracy(truth, answers, people, 500, 0)
    assert found.value == pytest.approx(balanced_accuracy_score(truth, answers))
    assert np.quantile(draws, [0.025, 0.5, 0.975]) == pytest.approx([found.low, found.value, found.high], abs=2e-3)
    assert found.low < found.value < found.high


def test_points_that_hold_the_sex_give_it_away(speech, tmp_path):
    rng = np.random.default_rng(0)
    points = rng.random((64, 256), np.float32)
    points[:, 7] += [4 * (utterance.sex == "male") for utterance in speech.utterances]
    told = results_for(speech, tmp_path, points)
    assert {result.value.value for result in told.values()} == {1.0}
    assert all(0.7 < result.value.low < 0.9 for result in told.values())
    assert told[500, sex.INFORMED].chance.value == 0.5
    assert told[500, sex.INFORMED].is_leak


def test_points_that_hold_the_speaker_alone_do_not(speech, tmp_path):
    """Everyone is easily known again; but nobody is judged by what was learned from them."""
    names = sorted({utterance.speaker for utterance in speech.utterances})
    centres = np.random.default_rng(1).standard_normal((len(names), 256)).astype(np.float32)
    points = np.stack([centres[names.index(utterance.speaker)] for utterance in speech.utterances])
    value = results_for(speech, tmp_path, points)[500, sex.INFORMED].value
    assert value.low <= 0.5 <= value.high
    assert value.value < 0.8


def test_without_sexes_there_is_a_reason_and_nothing_to_run(speech):
    nameless = replace(speech, utterances=tuple(replace(u, sex=None) for u in speech.utterances))
    plan = sex.plan(CONFIG, nameless)
    assert plan.steps == ()
    results = plan.results
    assert len(results) == 4
    assert all("column sex of metadata.csv" in result.value.reason for result in results)
    assert {result.chance for result in results} == {None}


def test_a_speaker_with_two_sexes_is_refused(speech):
    mixed = replace(speech.utterances[0], sex="male")
    with pytest.raises(DataError, match="two sexes to af_heart"):
        sex.plan(CONFIG, replace(speech, utterances=(mixed, *speech.utterances[1:])))


def test_an_attacker_whose_step_failed_might_have_been_the_strongest(speech, tmp_path):
    plan = sex.plan(CONFIG, speech)
    lost = Store(tmp_path, failed=dict.fromkeys(plan.steps, "killed"))
    assert all(result.is_lost and "killed" in result.value.reason for result in sex.results(plan, lost))
