import pytest

from lowsr_tradeoff.reports import diagnosis_tables
from lowsr_tradeoff.reports.wording import chance, number, percent, points


@pytest.mark.parametrize("table", [diagnosis_tables.teachers, diagnosis_tables.soft_labels])
def test_the_full_rate_teacher_stands_once_and_the_other_for_each_place(tradeoff, table):
    rows = table(tradeoff).rows
    assert [row[:2] for row in rows[-1:]] == [("full-rate", "CSSD, everywhere")]
    assert rows[0][:2] == ("fine-tuned", "BASD, 500 Hz, shared")
    assert len(rows) == 1 + len(tradeoff.recognition.diagnoses)


def test_clips_that_a_teacher_knows_stand_beside_new_ones(tradeoff):
    told = tradeoff.recognition.diagnoses[0].teachers[0]
    table = diagnosis_tables.teachers(tradeoff)
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert row["Training clips: accuracy"] == percent(told.on_training_clips.accuracy)
    assert row["Test clips: accuracy"] == percent(told.on_test_clips.accuracy)
    assert row["Test clips: calibration error"] == percent(told.on_test_clips.calibration_error)
    assert row["Training clips: log-loss"] == number(told.on_training_clips.log_loss)


def test_a_teacher_whose_epoch_the_test_fold_chose_is_said_to_be_so(build):
    assert "optimistic" in diagnosis_tables.teachers(build(is_paper=True)).caption
    assert "never saw" in diagnosis_tables.teachers(build()).caption


def test_what_is_taught_stands_with_its_temperature(tradeoff):
    soft = tradeoff.recognition.diagnoses[0].teachers[0].soft_labels
    table = diagnosis_tables.soft_labels(tradeoff)
    assert table.caption.endswith("T = 4")
    assert table.rows[0][2:] == tuple(
        map(number, (soft.entropy, soft.non_target_entropy, soft.confidence_variance, soft.class_information))
    )


def test_agreement_is_told_apart_where_the_teacher_is_wrong(tradeoff):
    table = diagnosis_tables.fidelity(tradeoff)
    told = tradeoff.recognition.diagnoses[0].teachers[1]
    row = dict(zip(table.columns, table.rows[1], strict=True))
    assert row["Student"] == "CSSD"
    assert row["Agreement, teacher wrong"] == percent(told.fidelity_when_wrong.agreement)
    assert row["Divergence, teacher right"] == number(told.fidelity_when_right.divergence)


def test_classes_stand_with_energy_and_gain_of_each_rate(tradeoff):
    table = diagnosis_tables.energy(tradeoff)
    rows = {row[:2]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    for one in tradeoff.recognition.diagnoses:
        for of_class in one.classes:
            row = rows[of_class.label, one.grid]
            assert row[f"{one.rate_hz} Hz: energy kept"] == percent(of_class.energy_kept)
            assert row[f"{one.rate_hz} Hz: gain"] == points(of_class.gain)


def test_a_probability_is_written_as_one(tradeoff):
    for one, row in zip(tradeoff.recognition.diagnoses, diagnosis_tables.ranks(tradeoff).rows, strict=True):
        assert str(row[3]) == f"{chance(one.rank_p_value.value)} n = 10 classes"


def test_a_hump_without_rates_on_one_side_is_not_tested(tradeoff):
    shared, native = diagnosis_tables.humps(tradeoff).rows
    assert shared[-1] == "supported"
    assert native[-1] == "not tested"
    assert str(native[4]) == "not measured: no rate above 4000 Hz"


def test_bound_and_rest_are_the_error(tradeoff):
    errors = {
        (one.rate_hz, one.grid, told.arm): diagnosis_tables.error(told)
        for one in tradeoff.recognition.diagnoses
        for told in one.information
    }
    for result in tradeoff.recognition.results:
        if result.rate_hz != tradeoff.reference_rate_hz:
            found = errors[result.rate_hz, result.grid, result.arm]
            assert found == pytest.approx(1 - result.accuracy.value)
