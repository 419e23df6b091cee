from collections.abc import Iterator

from pydantic import BaseModel

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.reports import (
    diagnosis_tables,
    power_tables,
    privacy_tables,
    recognition_tables,
    stage_tables,
    tables,
)
from lowsr_tradeoff.reports.placing import find
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import number, percent, points, probability


def measurements(record: object) -> Iterator[Measurement]:
    if isinstance(record, Measurement):
        yield record
    elif isinstance(record, BaseModel):
        for _, value in record:
            yield from measurements(value)
    elif isinstance(record, tuple):
        for value in record:
            yield from measurements(value)


def every_table(tradeoff) -> list[Table]:
    return [
        tables.operating_points(tradeoff),
        tables.rates(tradeoff),
        stage_tables.accuracy(tradeoff),
        stage_tables.drawn_recalls(tradeoff),
        stage_tables.recalls(tradeoff.recognition.results),
        stage_tables.contrasts(tradeoff, is_declared=True),
        stage_tables.contrasts(tradeoff, is_declared=False),
        recognition_tables.by_rate(tradeoff),
        recognition_tables.arms(tradeoff),
        recognition_tables.networks(tradeoff),
        recognition_tables.published(tradeoff),
        recognition_tables.sensitivity(tradeoff),
        diagnosis_tables.information(tradeoff),
        diagnosis_tables.recoverability(tradeoff),
        diagnosis_tables.teachers(tradeoff),
        diagnosis_tables.soft_labels(tradeoff),
        diagnosis_tables.fidelity(tradeoff),
        diagnosis_tables.energy(tradeoff),
        diagnosis_tables.ranks(tradeoff),
        diagnosis_tables.humps(tradeoff),
        stage_tables.privacy(tradeoff),
        stage_tables.intelligibility(tradeoff),
        privacy_tables.attackers(tradeoff),
        privacy_tables.strongest(tradeoff),
        privacy_tables.kinds(tradeoff),
        privacy_tables.rate_differences(tradeoff),
        stage_tables.power(tradeoff),
        stage_tables.components(tradeoff.power.results, "components"),
        power_tables.peaks(tradeoff.power.results),
        power_tables.clocks(tradeoff.power.results),
        power_tables.dominant(tradeoff.power.results),
        power_tables.bounds(tradeoff),
        power_tables.errors(tradeoff),
        power_tables.sources(tradeoff),
        stage_tables.costs(tradeoff),
        tables.choices(tradeoff, tradeoff.points[:3]),
        tables.comparison(tradeoff, tradeoff.points[1]),
    ]


def test_every_row_fits_its_headings(tradeoff):
    for table in every_table(tradeoff):
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_every_measurement_of_the_study_stands_in_a_table(tradeoff):
    cells = {str(cell) for table in every_table(tradeoff) for row in table.rows for cell in row}
    found = list(measurements(tradeoff))
    assert len(found) > 1000
    for measurement in found:
        written = {str(write(measurement)) for write in (percent, number, points, probability)}
        assert {*written, f"not tested: {measurement.reason}"} & cells, measurement


def test_the_comparison_takes_the_paired_difference_where_there_is_one(tradeoff):
    paired = tables.comparison(tradeoff, find(tradeoff, "1000-native-cssd-stm32u575"))
    assert str(paired.rows[0][-1]).endswith("; supported (exploratory)")
    unpaired = tables.comparison(tradeoff, find(tradeoff, "1000-native-basd-stm32u575"))
    assert unpaired.rows[0][-1] == "lower, intervals apart"


def test_the_reference_is_not_compared_with_itself(tradeoff):
    table = tables.comparison(tradeoff, find(tradeoff, "16000-shared-finetuned-stm32u575"))
    assert table.columns == ("Measure", "Value")


def test_a_different_attacker_at_each_rate_is_named_and_not_subtracted(tradeoff):
    subject = next(p for p in tradeoff.points if p.rate_hz == 500 and p.device == tradeoff.decision.device)
    others = tuple(p.model_copy(update={"attacker": "digits"}) if p.rate_hz == 500 else p for p in tradeoff.points)
    changed = tradeoff.model_copy(update={"points": others})
    row = next(
        r
        for r in tables.comparison(changed, subject.model_copy(update={"attacker": "digits"})).rows
        if "ords" in str(r[0])
    )
    assert row[0] == "Words recovered by the strongest attacker"
    assert "digits" in str(row[-1])
    assert subject.attacker in str(row[-1])


def test_the_choice_of_rates_names_the_attacker_behind_each_figure(tradeoff):
    points = tradeoff.points[:2]
    table = tables.choices(tradeoff, points)
    at = table.columns.index("By attacker")
    assert [row[at] for row in table.rows] == [point.attacker for point in points]
