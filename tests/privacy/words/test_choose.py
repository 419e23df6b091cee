from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.privacy.words import choose
from lowsr_tradeoff.privacy.words.choose import ChooseSettings
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store


def step_of(rate_hz, *needs):
    return Step("choose", "privacy.words.choose:run", ChooseSettings(rate_hz=rate_hz), "choice", "speech", needs)


def test_a_loop_or_nothing_is_kept_only_against_the_like(tmp_path):
    store, first, second = Store(tmp_path), step_of(1), step_of(2)
    loop, longer = "and then " * 30, "and then " * 40
    store.write(first, {"transcripts": [loop, loop, ""], "mean_logprobs": [-0.1, -0.2, 0.0]})
    store.write(second, {"transcripts": ["and then he left", longer, "yes"], "mean_logprobs": [-2.0, -0.1, -3.0]})
    chosen = step_of(3, first, second)
    choose.run([chosen], SPEECH, store)
    assert store.meta(chosen)["transcripts"] == ["and then he left", longer, "yes"]


def test_the_transcript_of_the_surer_recogniser_is_kept_and_the_first_on_a_tie(tmp_path):
    store, first, second = Store(tmp_path), step_of(1), step_of(2)
    store.write(first, {"transcripts": ["a", "b", "c"], "mean_logprobs": [-0.1, -2.0, -0.5]})
    store.write(second, {"transcripts": ["x", "y", "z"], "mean_logprobs": [-0.2, -1.0, -0.5]})
    chosen = step_of(3, first, second)
    choose.run([chosen], SPEECH, store)
    assert store.meta(chosen)["transcripts"] == ["a", "y", "c"]
