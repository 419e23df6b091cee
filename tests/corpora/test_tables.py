"""Tables as spreadsheets and scripts write them."""

import pytest

from lowsr_tradeoff.corpora.tables import read_table
from lowsr_tradeoff.errors import DataError


def table(folder, content):
    path = folder / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_fields_are_stripped_and_lines_are_those_of_the_file(tmp_path):
    lines = read_table(table(tmp_path, 'file , text\n a.wav,"one,\ntwo"\n\nb.wav\n'), ["file", "text"])
    assert [(line.where, line.fields, line.fault) for line in lines] == [
        ("t.csv line 3", {"file": "a.wav", "text": "one,\ntwo"}, None),
        ("t.csv line 5", {"file": "b.wav", "text": ""}, None),
    ]


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(tmp_path):
    lines = read_table(table(tmp_path, "\ufefffile,text\r\na.wav,grüß\r\n"), ["file", "text"])
    assert lines[0].fields == {"file": "a.wav", "text": "grüß"}


def test_a_text_with_unquoted_commas_is_not_cut(tmp_path):
    lines = read_table(table(tmp_path, "file,text\na.wav,yes, no\n"), ["file", "text"])
    assert lines[0].fault == "has more fields than columns; put text with commas in quotes"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"file,text\na.wav,ok\nb.wav,gr\xfc\xdf\n", r"not UTF-8 at byte 27 in line 3 \(0xfc\); save it as UTF-8"),
        ("file,text\n".encode("utf-16"), "is UTF-16; save it as UTF-8"),
        (b"file,words\na.wav,b\n", "lacks the columns text; it has file, words"),
        (b"name;text\na.wav;b\n", "lacks the columns file; it has name, text"),
        (b"sep=|\nname|text\n", "lacks the columns file; it has name, text"),
        (b"", "lacks the columns file, text; it has none"),
        (b"file,text,text\n", "names a column twice: file, text, text"),
        (b'file,text\na.wav,"open\nb.wav,x\n', "line 3 is not CSV .*check its quotes"),
        (b'file,text\na.wav,"a"b\n', "line 2 is not CSV"),
    ],
)
def test_a_table_that_cannot_be_read_says_where_and_why(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read_table(table(tmp_path, content), ["file", "text"])


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv: cannot be read \(No such file"):
        read_table(tmp_path / "none.csv", ["file"])


def test_a_table_does_not_grow_while_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.corpora.tables.MOST_CELLS", 1000)
    with pytest.raises(DataError, match="more than 1000 cells"):
        read_table(table(tmp_path, ",".join(["path", *map(str, range(499))]) + "\n" + "x\n" * 3), ["path"])


def test_an_endless_table_is_not_read(tmp_path):
    (tmp_path / "a.csv").symlink_to("/dev/zero")
    with pytest.raises(DataError, match="is not a file"):
        read_table(tmp_path / "a.csv", ["path"])


@pytest.mark.parametrize(
    "content",
    [
        "path;label\na.wav;owl\n",
        "path\tlabel\na.wav\towl\n",
        "sep=;\npath;label\na.wav;owl\n",
        "sep=,\r\npath,label\r\na.wav,owl\r\n",
        "path,label,,\na.wav,owl,,\n",
        "path,label\na.wav,owl,,\n",
        "Path, LABEL\na.wav,owl\n",
        "filename,category\na.wav,owl\n",
        "File_Name,Class\na.wav,owl\n",
        "fname;class\na.wav;owl\n",
    ],
)
def test_every_dialect_gives_the_same_row(tmp_path, content):
    (row,) = read_table(table(tmp_path, content), ["path", "label"], ["fold"])
    assert ({name: row.fields[name] for name in ("path", "label")}, row.fault) == (
        {"path": "a.wav", "label": "owl"},
        None,
    )


def test_a_first_line_for_excel_counts_as_a_line(tmp_path):
    (row,) = read_table(table(tmp_path, "sep=;\npath;label\na.wav;owl\n"), ["path", "label"])
    assert row.where == "t.csv line 3"
    with pytest.raises(DataError, match="line 3 is not CSV"):
        read_table(table(tmp_path, 'sep=;\npath;label\na.wav;"a"b\n'), ["path", "label"])


def test_a_column_of_the_name_itself_goes_before_a_usual_one(tmp_path):
    (row,) = read_table(table(tmp_path, "file,path,class,label\nx.wav,a.wav,bird,owl\n"), ["path", "label"])
    assert (row.fields["path"], row.fields["label"]) == ("a.wav", "owl")


def test_text_below_no_name_is_not_cut(tmp_path):
    (row,) = read_table(table(tmp_path, "file,text,\na.wav,yes, no\n"), ["file", "text"])
    assert row.fault == "has more fields than columns; put text with commas in quotes"
