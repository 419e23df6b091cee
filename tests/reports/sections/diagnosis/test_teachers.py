import pytest

from lowsr_tradeoff.reports.sections.diagnosis import teachers
from lowsr_tradeoff.reports.wording import number, percent


@pytest.mark.parametrize("table", [teachers.table, teachers.soft_labels])
def test_the_full_rate_teacher_stands_once_and_the_other_for_each_place(tradeoff, table):
    rows = table(tradeoff).rows
    assert [row[:2] for row in rows[-1:]] == [("full-rate", "CSSD, everywhere")]
    assert rows[0][:2] == ("fine-tuned", "BASD, 500 Hz, shared")
    assert len(rows) == 1 + len(tradeoff.recognition.diagnoses)


def test_clips_that_a_teacher_knows_stand_beside_new_ones(tradeoff):
    told = tradeoff.recognition.diagnoses[0].teachers[0]
    table = teachers.table(tradeoff)
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert row["Training clips: accuracy"] == percent(told.on_training_clips.accuracy)
    assert row["Test clips: accuracy"] == percent(told.on_test_clips.accuracy)
    assert row["Test clips: calibration error"] == percent(told.on_test_clips.calibration_error)
    assert row["Training clips: log-loss"] == number(told.on_training_clips.log_loss)


def test_a_teacher_whose_epoch_the_test_fold_chose_is_said_to_be_so(build):
    assert "optimistic" in teachers.table(build(is_paper=True)).caption
    assert "never saw" in teachers.table(build()).caption


def test_what_is_taught_stands_with_its_temperature(tradeoff):
    soft = tradeoff.recognition.diagnoses[0].teachers[0].soft_labels
    table = teachers.soft_labels(tradeoff)
    assert table.caption.endswith("T = 4")
    assert table.rows[0][2:] == tuple(
        map(number, (soft.entropy, soft.non_target_entropy, soft.confidence_variance, soft.class_information))
    )


def test_agreement_is_told_apart_where_the_teacher_is_wrong(tradeoff):
    table = teachers.fidelity(tradeoff)
    told = tradeoff.recognition.diagnoses[0].teachers[1]
    row = dict(zip(table.columns, table.rows[1], strict=True))
    assert row["Student"] == "CSSD"
    assert row["Agreement, teacher wrong"] == percent(told.fidelity_when_wrong.agreement)
    assert row["Divergence, teacher right"] == number(told.fidelity_when_right.divergence)
