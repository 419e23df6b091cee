from importlib.util import find_spec
from itertools import islice

import numpy as np
import pytest
from scipy.special import log_softmax
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.privacy.captures import original_at_16k
from lowsr_tradeoff.privacy.moonshine import model, pieces
from lowsr_tradeoff.privacy.words import count

pytestmark = pytest.mark.skipif(not find_spec("moonshine_voice"), reason="no wheel for this system")

SENTENCES = SPEECH.utterances[:6]
CLIPS = [original_at_16k(utterance) for utterance in SENTENCES]


@pytest.fixture(scope="module")
def moonshine():
    return model.load()


@pytest.fixture(scope="module")
def states(moonshine):
    return [model.encode(moonshine, clip) for clip in CLIPS]


def test_every_24_ms_make_a_state(states):
    assert all(abs(len(each) - len(clip) / 384) < 4 for each, clip in zip(states, CLIPS, strict=True))


def test_clear_speech_is_understood(moonshine, states):
    written = model.decode(moonshine, states)
    pairs = zip(SENTENCES, written, strict=True)
    counts = [count.align(count.normalise(said.text), count.normalise(heard.text)) for said, heard in pairs]
    assert sum(each.hits for each in counts) >= 0.95 * sum(each.reference_words for each in counts)


def test_clips_of_other_lengths_in_a_batch_do_not_change_the_words(moonshine, states):
    """int8 steps follow the largest value in the batch; in clear speech no word turns on that."""
    together = [each.text for each in model.decode(moonshine, states)]
    assert together == [next(model.decode(moonshine, [each])).text for each in states]


def test_a_loop_ends_with_the_clip(moonshine):
    noise = np.random.default_rng(0).standard_normal(32000).astype(np.float32)
    (written,) = model.decode(moonshine, [model.encode(moonshine, noise)])
    assert len(pieces.tokens_of(moonshine.pieces, written.text)) <= 13


@pytest.mark.parametrize("n_samples", [0, 1, 894, 895, 1600])
def test_the_shortest_clips_are_decoded(moonshine, n_samples):
    (written,) = model.decode(moonshine, [model.encode(moonshine, np.zeros(n_samples, np.float32))])
    assert len(written.text) < 20


def test_the_likelihood_of_its_own_words_is_what_it_said_while_writing(moonshine, states):
    for each in states[:3]:
        (written,) = model.decode(moonshine, [each])
        n_tokens = len(pieces.tokens_of(moonshine.pieces, written.text)) + 1
        (found,) = model.log_likelihoods(moonshine, each, [written.text])
        assert found == pytest.approx(n_tokens * written.mean_logprob, abs=0.3)


def test_of_all_sentences_the_one_that_was_said_is_the_likeliest(moonshine, states):
    texts = [utterance.text for utterance in SENTENCES]
    found = np.array([model.log_likelihoods(moonshine, each, texts) for each in states])
    assert (found < 0).all()
    assert found.argmax(axis=1).tolist() == list(range(len(SENTENCES)))


def test_the_order_of_texts_and_what_else_is_asked_change_no_likelihood(moonshine, states):
    texts = [utterance.text for utterance in SENTENCES]
    together = model.log_likelihoods(moonshine, states[0], texts)
    assert model.log_likelihoods(moonshine, states[0], texts[::-1])[::-1] == pytest.approx(together)
    alone = [model.log_likelihoods(moonshine, states[0], [text])[0] for text in islice(texts, 3)]
    assert alone == pytest.approx(together[:3], rel=0.05, abs=0.3)


def test_log_probabilities_are_of_all_tokens(moonshine, states):
    logits, _ = model._begin(moonshine, states[:2], np.full((2, 1), pieces.START))
    chosen = np.array([[5], [15043]])
    expected = np.take_along_axis(log_softmax(logits, axis=-1), chosen[..., None], axis=-1)[..., 0]
    assert model._logprobs(logits, chosen) == pytest.approx(expected, abs=1e-4)
