"""Records refuse figures that are not honest."""

import pytest
from pydantic import ValidationError

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult, WordCounts


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": None},
        {"value": 1.0, "reason": "both a value and a reason"},
        {"value": float("nan")},
        {"value": 0.5, "low": 0.7, "high": 0.6},
        {"value": None, "reason": "none", "low": 0.1},
        {"value": 0.5, "n": -1},
    ],
)
def test_a_measurement_has_a_finite_value_or_a_reason(wrong):
    with pytest.raises(ValidationError):
        Measurement(**{"n": 1, "n_of": "clips", **wrong})


def test_a_missing_figure_survives_json():
    figure = missing("silence", "utterances", "mW")
    assert Measurement.model_validate_json(figure.model_dump_json()) == figure


def test_word_counts_must_add_up():
    with pytest.raises(ValidationError, match="must equal"):
        WordCounts(hits=1, substitutions=1, deletions=1, insertions=0, reference_words=4)


def test_attackers_are_compared_by_a_figure_that_grows_with_the_leak():
    errors = {
        "rate_hz": 1000,
        "front_end": "ideal",
        "attacker": "Resemblyzer",
        "recovers": "who",
        "measure": "equal error rate",
        "value": missing("not run", "utterances"),
        "chance": None,
        "is_leak": False,
        "setup": "made up",
    }
    assert not AttackResult(**errors).competes
    with pytest.raises(ValidationError, match="grows with what they recover"):
        AttackResult(**errors, competes=True)
