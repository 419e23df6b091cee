from tests.privacy.embedded import SPEECH, with_utterances

from lowsr_tradeoff.privacy.attackers import recogniser_steps
from lowsr_tradeoff.settings.study import StudyConfig


def test_what_cannot_be_attacked_says_why():
    assert recogniser_steps.why_not(SPEECH) is None
    assert "transcripts" in recogniser_steps.why_not(with_utterances({"text": None}, {"text": None}))
    assert "record more" in recogniser_steps.why_not(with_utterances({}))
    (first, *_) = recogniser_steps.not_tested(StudyConfig(), "somebody", "no time").results
    assert (first.value.value, first.value.reason, first.chance) == (None, "no time", None)
