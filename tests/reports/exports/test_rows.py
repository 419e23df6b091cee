from collections import Counter

import pytest
from tests.replaced import replaced

from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.records.run import Failure
from lowsr_tradeoff.reports.exports.rows import COLUMNS, frame, rows


def figures(record):
    """Every measurement in a record and in the records it holds; points only join them."""
    for _, value in record:
        if isinstance(value, Measurement):
            yield value
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Record) and not isinstance(inner, Measurement | OperatingPoint):
                yield from figures(inner)


def of(tradeoff, **wanted):
    return [row for row in rows(tradeoff) if all(row.get(name) == value for name, value in wanted.items())]


@pytest.mark.parametrize("is_paper", [False, True])
def test_every_measurement_is_one_row(build, is_paper):
    study = build(is_paper=is_paper, constraints={"min_accuracy": 0.6})
    fields = tuple(Measurement.model_fields)
    known = [row for row in rows(study) if set(fields) <= set(row)]
    assert Counter(tuple(row[name] for name in fields) for row in known) == Counter(
        tuple(getattr(figure, name) for name in fields) for figure in figures(study)
    )


def test_no_two_rows_are_of_the_same(tradeoff):
    names = COLUMNS[: COLUMNS.index("measure") + 1]
    doubled = [
        key for key, n in Counter(tuple(row.get(name) for name in names) for row in rows(tradeoff)).items() if n > 1
    ]
    assert doubled == []
    assert all(set(row) <= set(COLUMNS) for row in rows(tradeoff))


def test_a_nested_figure_names_the_fields_it_lies_in(tradeoff):
    diagnosis = tradeoff.recognition.diagnoses[0]
    teacher = diagnosis.teachers[0]
    (row,) = of(
        tradeoff, rate_hz=diagnosis.rate_hz, grid=diagnosis.grid, arm=teacher.arm, measure="on_test_clips.brier"
    )
    assert row["value"] == teacher.on_test_clips.brier.value
    choice = tradeoff.recognition.sensitivity[0]
    (row,) = of(tradeoff, rate_hz=choice.rate_hz, grid=choice.grid, arm=choice.arm,
                part=f"alpha {choice.alpha:g}, T {choice.temperature:g}")  # fmt: skip
    assert row["value"] == choice.accuracy.value


def test_word_counts_add_up(tradeoff):
    counts = {row["measure"]: row["value"] for row in of(tradeoff, unit="words", rate_hz=1000)}
    said = counts["counts.hits"] + counts["counts.substitutions"] + counts["counts.deletions"]
    assert said == counts["counts.reference_words"] == 640


def test_a_difference_says_what_it_is_against_and_how_it_was_tested(tradeoff):
    against = {row["against"] for row in of(tradeoff, measure="difference")}
    assert {"500 shared finetuned", "16000 shared finetuned"} <= against
    first = tradeoff.recognition.contrasts[0]
    (row,) = of(tradeoff, measure="p_holm", rate_hz=first.rate_hz, grid=first.grid, arm=first.arm,
                against=f"{first.against_rate_hz} {first.against_grid} {first.against}")  # fmt: skip
    assert row["value"] == first.p_holm


def test_published_figures_and_probabilities_of_points_have_rows(build):
    study = build(constraints={"min_accuracy": 0.6})
    assert [row["value"] for row in of(study, measure="published")] == [
        one.published for one in study.recognition.published
    ]
    for measure in ("p_frontier", "p_meets"):
        wanted = [getattr(p, measure) for p in study.points if getattr(p, measure) is not None]
        assert wanted
        assert [row["value"] for row in of(study, stage="frontier", measure=measure)] == wanted


def test_the_same_attacker_behind_another_microphone_is_told_apart(tradeoff):
    heard = tradeoff.privacy.attacks[0]
    other = AttackResult.model_validate({**heard.model_dump(), "front_end": "none"})
    both = replaced(tradeoff, {"privacy.attacks": (heard, other)})
    assert {row["front_end"] for row in of(both, stage="attack")} == {heard.front_end, "none"}


def test_a_failed_step_is_a_row_without_a_value(tradeoff):
    lost = Failure(step="Whisper at 500 Hz", stage="recognise", rate_hz=500, reason="no memory", is_cause=True)
    (row,) = of(tradeoff.model_copy(update={"failures": (lost,)}), measure="failed step")
    assert (row["stage"], row["rate_hz"], row["part"], row["reason"]) == ("recognise", 500, lost.step, "no memory")
    assert "value" not in row


def test_the_frame_has_the_columns_and_whole_rates(tradeoff):
    table = frame(tradeoff)
    assert list(table.columns) == list(COLUMNS)
    assert table.rate_hz.dtype == "Int64"
    shown = table.query("stage == 'classify' and measure == 'accuracy' and part.isna()")
    assert shown.value.tolist() == [result.accuracy.value for result in tradeoff.recognition.results]
