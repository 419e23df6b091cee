import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records import SCHEMA_VERSION, Measurement
from lowsr_tradeoff.reports import export

SCHEMA = Path(export.__file__).with_name("schema.json")


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_loads_back_equal(tradeoff, tmp_path):
    file = tmp_path / "tradeoff.json"
    file.write_text(export.to_json(tradeoff))
    assert export.load(file) == tradeoff
    assert export.to_json(export.load(file)) == export.to_json(tradeoff)
    assert file.read_text().endswith("}\n")


def test_a_run_is_written_and_read_back(tradeoff, manifest, listen, tmp_path):
    page = export.write_run(tmp_path, tradeoff, manifest, listen)
    first = page.read_bytes()
    assert export.read_run(tmp_path) == (tradeoff, manifest, listen)
    export.write_run(tmp_path, *export.read_run(tmp_path))
    assert page.read_bytes() == first
    assert {file.name for file in tmp_path.iterdir()} == {
        "report.html", "claims.md", "tradeoff.json", "results.csv", "manifest.json", "listen.json",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not json", "is not JSON"),
        (b"\xff\xfe", "is not JSON in UTF-8"),
        (b"[1, 2]", "but a JSON list"),
        (b'{"a": 1}', "is not a Tradeoff"),
        (b'{"schema_version": 99}', "schema version 99"),
    ],
)
def test_what_is_not_a_tradeoff_is_refused_with_file_and_remedy(tmp_path, content, says):
    file = tmp_path / "tradeoff.json"
    file.write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        export.load(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="folder of a finished run"):
        export.read_run(tmp_path)


def test_numbers_that_are_none_are_refused(tradeoff, tmp_path):
    file = tmp_path / "tradeoff.json"
    value = json.loads(export.to_json(tradeoff))
    value["classify"][0]["accuracy"]["value"] = float("nan")
    file.write_text(json.dumps(value))
    with pytest.raises(DataError, match="accuracy"):
        export.load(file)


def test_the_committed_schema_is_the_one_of_the_records():
    assert json.loads(SCHEMA.read_text()) == export.schema(), (
        "the records changed: raise SCHEMA_VERSION if old files no longer load, then write schema() to schema.json"
    )


def test_the_schema_knows_every_field(tradeoff):
    known = export.schema()["properties"]
    assert set(known) == set(json.loads(export.to_json(tradeoff)))
    assert known["schema_version"]["default"] == SCHEMA_VERSION


def expected(tradeoff) -> list[tuple[object, ...]]:
    """Every measurement with stage, rate, name and part, walked through by hand."""
    found = []

    def add(stage, rate_hz, record, part=""):
        found.extend((stage, rate_hz, name, part, m) for name, m in record if isinstance(m, Measurement))

    for result in tradeoff.classify:
        add("classify", result.rate_hz, result)
        for of_class in result.class_recall:
            add("classify", result.rate_hz, of_class, of_class.label)
    for stage, records in (
        ("classify", tradeoff.contrasts),
        ("privacy", tradeoff.privacy),
        ("privacy", tradeoff.rate_differences),
        ("privacy", tradeoff.intelligibility),
    ):
        for record in records:
            add(stage, record.rate_hz, record)
    for result in tradeoff.power:
        add("power", result.rate_hz, result)
        for part in result.components:
            add("power", result.rate_hz, part, part.name)
        for trial in result.clocks:
            add("power", result.rate_hz, trial, f"{trial.clock_mhz:g} MHz")
    found += expected_of_attacks(tradeoff)
    return [row for row in found if row[-1].basis != "counted"]


def expected_of_attacks(tradeoff) -> Iterator[tuple[object, ...]]:
    for result in tradeoff.privacy:
        for kind in result.kinds:
            yield "privacy", result.rate_hz, "recovery", kind.kind, kind.recovery
            yield "privacy", result.rate_hz, "chance", kind.kind, kind.chance
    for attack in tradeoff.attacks:
        yield "attack", attack.rate_hz, attack.measure, "figure", attack.value
        if attack.chance:
            yield "attack", attack.rate_hz, attack.measure, "chance", attack.chance


def number(cell: str) -> float | None:
    return float(cell) if cell else None


def test_csv_holds_every_measurement_of_the_records(tradeoff):
    rows = [row for row in read(export.to_csv(tradeoff)) if row["basis"] != "counted"]
    got = {
        (row["stage"], int(row["rate_hz"]), row["measure"], row["part"], number(row["value"]), number(row["low"]),
         number(row["high"]), int(row["n"]), row["n_of"], row["unit"], row["basis"], row["reason"])
        for row in rows
    }  # fmt: skip
    wanted = [
        (*where, m.value, m.low, m.high, m.n, m.n_of, m.unit, m.basis, m.reason or "")
        for *where, m in expected(tradeoff)
    ]
    assert len(rows) == len(wanted)
    assert got == set(wanted)


def test_csv_holds_the_word_counts(tradeoff):
    rows = [row for row in read(export.to_csv(tradeoff)) if row["unit"] == "words" and row["rate_hz"] == "1000"]
    counts = {row["measure"]: int(row["value"]) for row in rows}
    assert counts["hits"] + counts["substitutions"] + counts["deletions"] == counts["reference_words"] == 640


def test_csv_says_what_a_difference_is_against(tradeoff):
    rows = [row for row in read(export.to_csv(tradeoff)) if row["measure"] == "difference"]
    assert {"500 shared finetuned", "16000 shared finetuned"} <= {row["against"] for row in rows}


@pytest.mark.parametrize("label", ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_cell_is_a_formula(build, label):
    text = export.to_csv(build(classes=(label, "b"), attacker=label))
    rows = read(text)
    parts = {row["part"] for row in rows} | {row["attacker"] for row in rows}
    assert f"'{label}" in parts
    assert not any(part.startswith(("=", "+", "-", "@", "\t", "\r")) for part in parts)


def test_negative_numbers_stay_numbers(tradeoff):
    rows = [row for row in read(export.to_csv(tradeoff)) if row["measure"] == "difference"]
    assert min(float(row["value"]) for row in rows) < 0


def test_the_frame_is_the_csv(tradeoff):
    frame = export.to_frame(tradeoff)
    lines = read(export.to_csv(tradeoff))
    assert list(frame.columns) == list(lines[0])
    assert len(frame) == len(lines)
    assert frame.query("measure == 'accuracy'").value.tolist() == [r.accuracy.value for r in tradeoff.classify]
