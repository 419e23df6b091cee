from dataclasses import replace

import numpy as np
from sklearn.linear_model import LogisticRegression
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.privacy.attackers.speakers import sex_regression


def test_the_regression_is_that_of_sklearn():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 60)
    features = np.column_stack([rng.standard_normal((60, 5)) + np.eye(3, 5)[truth], np.ones(60)])
    mine = sex_regression.fit_softmax(features, truth)
    peer = LogisticRegression(C=1 / (60 * sex_regression.PENALTY), tol=1e-10, max_iter=5000).fit(
        features[:, :5], truth
    )
    np.testing.assert_allclose(mine[:5], peer.coef_.T, atol=1e-3)


def test_a_sex_that_one_speaker_alone_has_is_left_out():

    def third(utterance):
        return replace(utterance, sex="other") if utterance.speaker == "am_adam" else utterance

    assert sex_regression.sexes(replace(SPEECH, utterances=tuple(map(third, SPEECH.utterances)))) == (
        "female",
        "male",
    )
