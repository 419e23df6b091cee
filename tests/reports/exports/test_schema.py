"""A field of the run needs its record and what computes it, and nothing else."""

import json

from pydantic import create_model

from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.classify import ClassifyResult, Recognition
from lowsr_tradeoff.records.run import SCHEMA_VERSION, Tradeoff
from lowsr_tradeoff.reports.exports.rows import frame, rows
from lowsr_tradeoff.reports.exports.run_files import to_csv, to_json
from lowsr_tradeoff.reports.exports.schema import SCHEMA, schema_json


def with_field(kind: type[Record], **fields: object) -> type[Record]:
    return create_model(kind.__name__, __base__=kind, **{name: (of, ...) for name, of in fields.items()})


def test_the_committed_schema_is_that_of_the_records():
    assert SCHEMA.read_text(encoding="utf-8") == schema_json(), (
        "the records changed: write the schema anew, as CONTRIBUTING.md says"
    )


def test_the_schema_knows_every_field(tradeoff):
    known = json.loads(schema_json())["properties"]
    assert set(known) == set(json.loads(to_json(tradeoff)))
    assert known["schema_version"]["default"] == SCHEMA_VERSION


def test_a_new_figure_is_in_json_schema_and_tables_with_no_other_edit(tradeoff):
    result_type = with_field(ClassifyResult, top_2=Measurement)
    recognition_type = with_field(Recognition, results=tuple[result_type, ...])
    run_type = with_field(Tradeoff, recognition=recognition_type)
    figure = Measurement(value=0.75, low=0.7, high=0.8, n=40, n_of="clips")
    results = tuple(result_type(**dict(result), top_2=figure) for result in tradeoff.recognition.results)
    recognition = recognition_type(**{**dict(tradeoff.recognition), "results": results})
    run = run_type(**{**dict(tradeoff), "recognition": recognition})

    assert json.loads(to_json(run))["recognition"]["results"][0]["top_2"]["value"] == 0.75
    assert run_type.model_validate_json(to_json(run)) == run
    assert "top_2" in json.loads(schema_json(run_type))["$defs"]["ClassifyResult"]["required"]
    found = [row for row in rows(run) if row["measure"] == "top_2"]
    assert [(row["rate_hz"], row["arm"], row["value"], row["n"]) for row in found] == [
        (result.rate_hz, result.arm, 0.75, 40) for result in results
    ]
    assert to_csv(run).count('"top_2"') == len(results)
    assert len(frame(run).query("measure == 'top_2'")) == len(results)


def test_a_new_list_of_records_has_rows_with_no_other_edit(tradeoff):
    class Echo(Record):
        rate_hz: int
        delay: Measurement

    delay = Measurement(value=0.1, n=3, n_of="rooms", unit="s")
    recognition_type = with_field(Recognition, echoes=tuple[Echo, ...])
    recognition = recognition_type(**dict(tradeoff.recognition), echoes=(Echo(rate_hz=500, delay=delay),))
    run = with_field(Tradeoff, recognition=recognition_type)(**{**dict(tradeoff), "recognition": recognition})
    (row,) = [row for row in rows(run) if row["measure"] == "delay"]
    assert (row["stage"], row["rate_hz"], row["value"], row["unit"]) == ("classify", 500, 0.1, "s")
