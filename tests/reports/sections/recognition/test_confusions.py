import plotly.graph_objects as go
import pytest
from tests.replaced import replaced
from tests.reports.conftest import changed_all

from lowsr_tradeoff.reports.sections.decision.placing import find
from lowsr_tradeoff.reports.sections.recognition import confusions
from lowsr_tradeoff.reports.wording import hz


def test_every_rate_has_its_matrix_and_every_row_is_whole(tradeoff):
    figure = confusions.figure(tradeoff)
    assert len(go.Figure(figure).data) == 5
    for heat_map in figure["data"]:
        assert [sum(row) for row in heat_map["z"]] == pytest.approx([1.0] * 10)
    titles = [note["text"].partition("</b>")[0] for note in figure["layout"]["annotations"]]
    assert titles == [f"<b>{hz(rate_hz)}" for rate_hz in (500, 1000, 2000, 4000, 16000)]


def test_panels_do_not_overlap(tradeoff):
    layout = confusions.figure(tradeoff)["layout"]
    places = [
        (*layout[f"xaxis{suffix}"]["domain"], *layout[f"yaxis{suffix}"]["domain"]) for suffix in ("", 2, 3, 4, 5)
    ]
    assert all(0 <= left < right <= 1 and 0 <= down < up <= 1 for left, right, down, up in places)
    for number, (left, right, down, up) in enumerate(places):
        for left2, right2, down2, up2 in places[number + 1 :]:
            assert right <= left2 or right2 <= left or up <= down2 or up2 <= down


def test_the_table_says_what_each_class_is_taken_for(tradeoff):
    rows = confusions.table(tradeoff).rows
    assert len(rows) == 5 * 10
    (row,) = (row for row in rows if row[0] == "500 Hz" and row[3] == "engine")
    assert row[1:] == ("CSSD", "native", "engine", "22 of 40 answers", "waves, 18 of 40 answers", "nothing else")
    assert "waves for heartbeat (45 %)" in confusions.caption(tradeoff)


def test_of_many_rates_the_ends_are_drawn_and_all_are_in_the_table(tradeoff):
    (one,) = (r for r in tradeoff.recognition.results if (r.rate_hz, r.grid, r.arm) == (1000, "native", "cssd"))
    point = find(tradeoff, "1000-native-cssd-stm32u575")
    rates_hz = range(500, 1700, 100)
    many = tuple(one.model_copy(update={"rate_hz": rate_hz}) for rate_hz in rates_hz)
    points = tuple(point.model_copy(update={"rate_hz": rate_hz}) for rate_hz in rates_hz)
    changed = replaced(tradeoff, {"recognition.results": many, "points": points})
    drawn = [note["text"] for note in confusions.figure(changed)["layout"]["annotations"]]
    assert 1 < len(drawn) <= confusions.MOST_PANELS
    assert drawn[0].startswith("<b>500 Hz")
    assert drawn[-1].startswith("<b>1.6 kHz")
    assert len(confusions.table(changed).rows) == 12 * 10


def test_runs_of_before_have_no_matrix(tradeoff):
    assert list(confusions.entries(changed_all(tradeoff, "recognition.results", {"confusion": ()}))) == []
