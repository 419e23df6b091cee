"""Names and words that mean harm, on their way into every kind of place: each function, and whole commands."""

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyarrow import parquet
from tests.conftest import write_speech, write_tones
from tests.deploy.small_model import package
from tests.reports.conftest import build_listen, build_tradeoff

from lowsr_tradeoff.cli.main import main
from lowsr_tradeoff.deploy.model.card import model_card
from lowsr_tradeoff.files import safe_text
from lowsr_tradeoff.records.run import Manifest
from lowsr_tradeoff.reports import plot
from lowsr_tradeoff.reports.exports.claims import claims
from lowsr_tradeoff.reports.exports.run_files import csv_to_parquet, to_csv
from lowsr_tradeoff.reports.page.html import render

# Colours and titles of a terminal, a new line, a turned line, a tag, a cell, a formula, a link.
HOSTILE = "\x1b]0;owned\x07\x1b[2K\r\u202egnp.\u2066x\nlowsr: done<img src=x onerror=alert(1)>|=1 [a](javascript:b)"
FORMULAS = ("=1+1", "=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1")
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MANIFEST = Manifest(
    finished_at=HOSTILE, wall_s=1, jobs=1, cpu=HOSTILE, n_cores=1, memory_gb=1, steps_run=1, steps_reused=0
)
texts = st.text(st.characters(), max_size=60)


@given(texts)
@example(HOSTILE)
def test_what_is_shown_neither_acts_nor_hides(text):
    shown = safe_text.visible(text)
    assert not ACTING.search(shown)
    assert all(unicodedata.category(each) not in safe_text.UNSEEN for each in shown if each not in "\n\t")
    assert safe_text.visible(shown) == shown
    assert len(safe_text.line(text).splitlines()) <= 1
    shown.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_what_can_be_read_is_left_as_it_is(text):
    assert safe_text.visible(text) == text


def test_endless_lines_are_shortened_in_messages_alone():
    message = safe_text.shortened(f"{'a' * 10_000}\nshort")
    assert len(message) < 2000
    assert "(8200 characters)" in message
    assert message.endswith("\nshort")
    assert len(safe_text.visible("\x1b" + "a" * 10_000)) == 10_004


@given(texts)
@example("=1+1")
def test_no_text_is_a_formula(text):
    cell = str(safe_text.cell(text))
    assert cell.removeprefix("'") in {text, text.removeprefix("'")}
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(texts)
@example(HOSTILE)
@example("![x](http://evil.example/y.png) <b>")
def test_text_stays_text_in_markdown(text):
    safe = safe_text.markdown(text)
    assert not set(safe) & set("|<>`")
    assert not {"](", "]:"} & {safe[i : i + 2] for i in range(len(safe))}
    assert safe_text.markdown(safe) == safe
    assert len(safe.splitlines()) <= 1
    assert not ACTING.search(safe)


@given(texts)
@example(HOSTILE)
def test_text_stays_text_in_drawings(text):
    assert not set(plot.text(text)) & set("<>")
    assert not ACTING.search(plot.text(text))


@pytest.fixture(scope="module")
def hostile():
    """A study in which every name that people give is hostile."""
    return build_tradeoff(classes=(HOSTILE, "a" * 10_000), attacker=HOSTILE, corpus=HOSTILE, source=HOSTILE)


def test_page_and_sheets_hold_hostile_names_as_text(hostile):
    page = render(hostile, MANIFEST, build_listen(HOSTILE, HOSTILE, HOSTILE))
    markup = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    assert "&lt;img src=x" in markup
    assert "<img src=x" not in markup
    assert r"\u202egnp" in markup
    assert not ACTING.search(markup)
    for sheet in (claims(hostile), model_card(package(classes=(HOSTILE, "b")).settings)):
        assert not ACTING.search(sheet)
        assert "](javascript" not in sheet


def test_tables_hold_hostile_names_as_text(hostile):
    for formula in FORMULAS:
        told = to_csv(build_tradeoff(classes=(formula, "b"), attacker=formula, corpus=formula, source=formula))
        lines = [
            *csv.DictReader(io.StringIO(told, newline="")),
            *parquet.read_table(io.BytesIO(csv_to_parquet(told))).to_pylist(),
        ]
        for column in ("part", "attacker"):
            cells = {row[column] or "" for row in lines}
            assert f"'{formula}" in cells
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
        assert not any(formula in row.values() for row in lines)
    assert HOSTILE in {cell for row in csv.reader(io.StringIO(to_csv(hostile), newline="")) for cell in row}


def said(capsys, *arguments):
    """The exit code of a command and all that it said."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return ended.value.code, out + err


def test_commands_show_hostile_names_of_files_as_text(tmp_path, capsys):
    name = HOSTILE.replace("/", "")
    write_tones(tmp_path / "events", {name: 100, "b": 3000}, n_clips=2)
    write_speech(tmp_path / "speech")
    (tmp_path / "events" / name / "no.wav").write_text("not audio")
    both = ("--events", tmp_path / "events", "--speech", tmp_path / "speech", "--rates", "1000")
    code, told = said(capsys, *both, "--dry-run", "--out", tmp_path / "run")
    assert code == 3
    assert r"\x1b]0;owned\x07" in told
    assert r"gnp.\u2066x\nlowsr: done" in told
    assert not ACTING.search(told)


@pytest.mark.parametrize(
    "command",
    [
        ("--config", HOSTILE),
        ("--events", HOSTILE),
        ("--device", HOSTILE),
        ("--rates", HOSTILE),
        ("--" + HOSTILE,),
        ("report", HOSTILE),
        ("predict", HOSTILE, HOSTILE),
        ("devices", HOSTILE),
        ("fetch", HOSTILE),
        ("listening-score", HOSTILE, HOSTILE),
        ("measure-power", HOSTILE),
        ("gate", HOSTILE),
        ("compare", HOSTILE, HOSTILE),
        ("report", "a" * 10_000),
    ],
)
def test_every_command_names_a_hostile_argument_as_text(command, capsys):
    code, told = said(capsys, *command)
    assert code in {2, 3}
    assert not ACTING.search(told)
    assert "Traceback" not in told
    assert len(told) < 8000
