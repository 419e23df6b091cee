import pytest
from tests.replaced import replaced

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections import recognition
from lowsr_tradeoff.reports.sections.decision import placing, verdict
from lowsr_tradeoff.reports.sections.recognition import contrasts, control
from lowsr_tradeoff.reports.wording import hz


def against(tradeoff: Tradeoff, by: float, *, supported: bool = True) -> Tradeoff:
    """The study with a control: every CSSD is better than it by so much."""
    difference = Measurement(value=by, low=by - 0.02, high=by + 0.02, n=400, n_of="clips")
    fields = {
        "against": "classical", "against_grid": "native", "difference": difference,
        "is_declared": True, "p_holm": 0.0123, "is_supported": supported,
    }  # fmt: skip
    declared = [c for c in tradeoff.recognition.contrasts if (c.arm, c.against) == ("cssd", "finetuned")]
    controls = [replaced(c, fields) for c in declared if c.rate_hz == c.against_rate_hz]
    return replaced(tradeoff, {"recognition.contrasts": (*tradeoff.recognition.contrasts, *controls)})


def test_without_a_control_nothing_is_said_of_one(tradeoff):
    assert list(control.entries(tradeoff)) == []
    assert control.warnings(tradeoff) == ()


def test_where_a_network_is_not_better_the_rate_the_difference_and_p_are_said(tradeoff):
    said = list(control.unbeaten(against(tradeoff, -0.013, supported=False)))
    assert len(said) == len(tradeoff.rates_hz)
    (at_1k,) = [sentence for sentence in said if sentence.startswith(f"At {hz(1000)} ")]
    assert "not better than the control: CSSD, shared features -1.3 points [-3.3, +0.7], n = 400 clips" in at_1k
    assert "CSSD, native features" in at_1k
    assert "(p 0.012, not supported by these data)" in at_1k


@pytest.mark.parametrize(
    ("by", "supported", "is_unbeaten"), [(0.1, True, False), (0.1, False, True), (-0.1, True, True)]
)
def test_better_is_what_the_data_support(tradeoff, by, supported, is_unbeaten):
    assert bool(list(control.unbeaten(against(tradeoff, by, supported=supported)))) is is_unbeaten


def test_the_page_has_all_differences_from_the_control_in_a_table_of_their_own(tradeoff):
    found = against(tradeoff, 0.1)
    (entry,) = control.entries(found)
    assert len(entry.table.rows) == 2 * len(tradeoff.rates_hz)
    assert entry.points == ("Every network is better than the control, at every rate.",)
    assert entry in recognition.training(found).entries
    assert contrasts.table(found, is_declared=True) == contrasts.table(tradeoff, is_declared=True)
    assert contrasts.caption(found) == contrasts.caption(tradeoff)


@pytest.mark.parametrize("constraints", [None, {"min_accuracy": 0.6}])
def test_an_answer_by_a_network_that_the_control_beats_is_warned_of(build, constraints):
    study = build(constraints=constraints)
    subject = placing.subject_point(study)
    (warning,) = control.warnings(against(study, -0.05))
    assert warning in verdict.warnings(against(study, -0.05))
    assert "recognises more than the network: 5.0 points" in warning
    assert subject is None or f"at {hz(subject.rate_hz)}" in warning
    assert control.warnings(against(study, 0.05)) == ()
