import csv
import hashlib
import io
import json

import pytest
from pyarrow import parquet

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.reports.exports import run_files
from lowsr_tradeoff.reports.exports.rows import COLUMNS, rows


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_loads_back_equal(tradeoff, tmp_path):
    file = tmp_path / "tradeoff.json"
    file.write_text(run_files.to_json(tradeoff))
    assert run_files.load(file) == tradeoff
    assert run_files.to_json(run_files.load(file)) == run_files.to_json(tradeoff)
    assert file.read_text().endswith("}\n")


def test_a_run_is_written_and_read_back(tradeoff, manifest, listen, tmp_path):
    page = run_files.write_run(tmp_path, tradeoff, manifest, listen)
    first = page.read_bytes()
    sha256 = {
        name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in ("tradeoff.json", "listen.json")
    }
    assert run_files.read_run(tmp_path) == (tradeoff, manifest.model_copy(update={"sha256": sha256}), listen)
    run_files.write_run(tmp_path, *run_files.read_run(tmp_path))
    assert page.read_bytes() == first
    assert {file.name for file in tmp_path.iterdir()} == {
        *("report.html", "claims.md", "decision.md"),
        *("tradeoff.json", "results.csv", "results.parquet", "manifest.json", "listen.json"),
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
        run_files.load(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="folder of a finished run"):
        run_files.read_run(tmp_path)


def test_numbers_that_are_none_are_refused(tradeoff, tmp_path):
    file = tmp_path / "tradeoff.json"
    value = json.loads(run_files.to_json(tradeoff))
    value["recognition"]["results"][0]["accuracy"]["value"] = float("nan")
    file.write_text(json.dumps(value))
    with pytest.raises(DataError, match="accuracy"):
        run_files.load(file)


def test_negative_numbers_stay_numbers(tradeoff):
    lines = [row for row in read(run_files.to_csv(tradeoff)) if row["measure"] == "difference"]
    assert min(float(row["value"]) for row in lines) < 0


def test_csv_and_parquet_hold_the_rows(tradeoff, tmp_path):
    wanted = [{name: row.get(name) for name in COLUMNS} for row in rows(tradeoff)]
    lines = read(run_files.to_csv(tradeoff))
    assert lines == [{k: "" if v is None else str(v) for k, v in row.items()} for row in wanted]
    content = run_files.csv_to_parquet(run_files.to_csv(tradeoff))
    (tmp_path / "results.parquet").write_bytes(content)
    table = parquet.read_table(tmp_path / "results.parquet")
    assert table.to_pylist() == wanted
    assert table.schema.field("rate_hz").type == "int64"
    assert table.schema.field("value").type == "double"
    assert run_files.csv_to_parquet(run_files.to_csv(tradeoff)) == content
