import plotly.graph_objects as go
import pytest
from tests.replaced import replaced

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import Extrapolation, LearningCurve, LearningLaw, LearningPoint
from lowsr_tradeoff.reports.exports.claims import claims
from lowsr_tradeoff.reports.exports.rows import rows
from lowsr_tradeoff.reports.page.html import render
from lowsr_tradeoff.reports.sections.speech import learning_curves

LAW = LearningLaw(chance=0.1, ceiling=0.9, scale=5, exponent=1, misfit_p=0.4)


def words(value):
    return Measurement(value=value, low=value - 0.05, high=value + 0.05, n=540, n_of="words")


def curve(rate_hz, beyond, attacker="closed vocabulary, trained at the rate", amount_of="speakers"):
    return LearningCurve(
        rate_hz=rate_hz,
        front_end="ideal",
        attacker=attacker,
        recovers="known words",
        amount_of=amount_of,
        points=tuple(
            LearningPoint(amount=n, minutes=n / 4, value=words(0.9 - 0.8 / (1 + n / 5))) for n in (1, 3, 5, 11, 22)
        ),
        law=LAW,
        extrapolations=tuple(
            Extrapolation(times=n, value=value) for n, value in zip((10, 100), beyond, strict=True)
        ),
        setup="540 recordings",
    )


@pytest.fixture
def grown(tradeoff):
    told = curve(500, (words(0.88), missing("the curve allows anything from 0.10 to 0.90", "words")))
    untold = curve(1000, (missing("no law", "words"), missing("no law", "words")))
    return replaced(tradeoff, {"privacy.learning_curves": (told, untold)})


def test_the_figure_shows_what_was_measured_the_law_and_what_it_tells(grown):
    _, entry = learning_curves.entries(grown)
    go.Figure(entry.figure)
    assert [trace["name"] for trace in entry.figure["data"]] == [
        "500 Hz, measured",
        "500 Hz, fitted law",
        "500 Hz, extrapolated",
        "1 kHz, measured",
    ]
    measured, law, beyond, _ = entry.figure["data"]
    assert (beyond["x"], beyond["y"]) == ([220], [0.88])
    # The law goes through what was drawn from it, up to the last amount that it tells of.
    assert (law["y"][0], law["x"][-1]) == (pytest.approx(measured["y"][0], abs=1e-4), 220)
    assert "88.0 % with 10 times as many" in entry.caption
    assert "no figure with 100 times as many: the curve allows anything from 0.10 to 0.90" in entry.caption


def test_the_table_holds_every_share_and_says_why_a_figure_is_missing(grown):
    table = learning_curves.table(grown.privacy.learning_curves)
    assert table.columns[:3] == ("Rate", "1 speakers", "3 speakers")
    assert table.columns[-2:] == ("10 times as many", "100 times as many")
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert "0.9 - 0.8 (1 + n/5)^-1 (p = 0.40)" in table.rows[0]
    assert "no law" in str(table.rows[1][-1])


def test_without_curves_there_is_neither_a_row_nor_a_section(tradeoff):
    assert list(learning_curves.entries(tradeoff)) == []
    assert "more to learn from" not in claims(tradeoff)


def test_the_claim_sheet_and_the_rows_name_the_data(grown):
    sheet = claims(grown)
    assert "trained at the rate, 500 Hz, with 10 times its 22 speakers, extrapolated: 88.0 % [83.0, 93.0]" in sheet
    assert "trained at the rate, 1 kHz, with 100 times its 22 speakers, extrapolated: not measured: no law" in sheet
    found = [row for row in rows(grown) if row.get("part", "").startswith(("learnt from", "10 times"))]
    assert [row["part"] for row in found[:6]] == [
        *(f"learnt from {n}" for n in (1, 3, 5, 11, 22)),
        "10 times the data",
    ]
    assert {row["stage"] for row in found} == {"attack"}
    assert found[5]["value"] == 0.88


def test_each_attacker_has_a_figure_and_a_table_of_its_own(grown, manifest, listen):
    named = "Whisper <b>adapted</b>"
    adapted = curve(500, (words(0.3), words(0.4)), named, "utterances")
    both = replaced(grown, {"privacy.learning_curves": (*grown.privacy.learning_curves, adapted)})
    _, first, second = learning_curves.entries(both)
    assert first.anchor != second.anchor
    assert "closed vocabulary" in first.title
    assert "how many speakers" in first.title
    assert named in second.title
    assert [trace["name"] for trace in second.figure["data"]] == [
        "500 Hz, measured",
        "500 Hz, fitted law",
        "500 Hz, extrapolated",
    ]
    assert (len(first.table.rows), len(second.table.rows)) == (2, 1)
    assert second.table.columns[1] == "1 utterances"
    page = render(both, manifest, listen)
    assert f'id="{second.anchor}"' in page
    assert "Whisper &lt;b&gt;adapted&lt;/b&gt;: words recovered by how many utterances" in page
    # Above the figure too: two that look alike are told apart at once.
    assert "<h4>Closed vocabulary, trained at the rate: words recovered, by how many speakers" in page
    assert "<h4>Whisper &lt;b&gt;adapted&lt;/b&gt;: words recovered, by how many utterances" in page


def test_the_page_has_the_section_where_curves_were_asked_for(grown, tradeoff, manifest, listen):
    page = render(grown, manifest, listen)
    assert "<h3>What a stronger attacker would get</h3>" in page
    assert "the curve allows anything from 0.10 to 0.90" in page
    assert "What a stronger attacker would get" not in render(tradeoff, manifest, listen)
