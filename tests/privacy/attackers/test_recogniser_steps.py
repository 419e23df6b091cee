import dataclasses

from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy.attackers import recogniser_steps
from lowsr_tradeoff.settings.study import StudyConfig

SPEECH = load_speech("demo", (1000,), 16000, skip_bad=False, cache=None)


def with_utterances(*changes):
    kept = [dataclasses.replace(u, **change) for u, change in zip(SPEECH.utterances, changes, strict=False)]
    return dataclasses.replace(SPEECH, utterances=tuple(kept))


def test_what_cannot_be_attacked_says_why():
    assert recogniser_steps.why_not(SPEECH) is None
    assert "transcripts" in recogniser_steps.why_not(with_utterances({"text": None}, {"text": None}))
    assert "record more" in recogniser_steps.why_not(with_utterances({}))
    (first, *_) = recogniser_steps.not_tested(StudyConfig(), "somebody", "no time").results
    assert (first.value.value, first.value.reason, first.chance) == (None, "no time", None)
