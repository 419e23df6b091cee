from tests.reports.conftest import changed_all

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.reports.certainty import chance
from lowsr_tradeoff.reports.sections.diagnosis import energy
from lowsr_tradeoff.reports.wording import hz, percent, points


def test_each_class_is_a_mark_at_each_rate(tradeoff):
    traces = energy.figure(tradeoff)["data"]
    assert [trace["name"] for trace in traces] == ["500 Hz", "1 kHz", "2 kHz", "4 kHz"]
    (one,) = (one for one in tradeoff.recognition.diagnoses if (one.rate_hz, one.grid) == (2000, "native"))
    assert traces[2]["x"] == [of_class.energy_kept.value for of_class in one.classes]
    assert traces[2]["y"] == [of_class.gain.value for of_class in one.classes]
    assert len({trace["marker"]["symbol"] for trace in traces}) == 4


def test_a_hostile_class_is_text_in_the_scatter(build):
    tradeoff = build(classes=("<b onclick=alert(1)>x</b>", "y"))
    assert energy.figure(tradeoff)["data"][0]["hovertext"][0].startswith("&lt;b onclick=alert(1)&gt;x")


def test_classes_stand_with_energy_and_gain_of_each_rate(tradeoff):
    table = energy.table(tradeoff)
    rows = {row[:2]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    for one in tradeoff.recognition.diagnoses:
        for of_class in one.classes:
            row = rows[of_class.label, one.grid]
            assert row[f"{hz(one.rate_hz)}: energy kept"] == percent(of_class.energy_kept)
            assert row[f"{hz(one.rate_hz)}: gain"] == points(of_class.gain)


def test_a_probability_is_written_as_one(tradeoff):
    for one, row in zip(tradeoff.recognition.diagnoses, energy.ranks(tradeoff).rows, strict=True):
        assert str(row[3]) == f"{chance(one.rank_p_value.value)} n = 10 classes"


def test_each_rank_correlation_is_told_with_its_p(tradeoff):
    caption = energy.caption(tradeoff)
    for one in tradeoff.recognition.diagnoses:
        told = f"{hz(one.rate_hz)}: rank correlation {one.rank_correlation.value:+.2f}, p"
        assert (told in caption) is (one.grid == "native")


def test_a_trend_needs_a_small_p(tradeoff):
    def said(p_value: float) -> str:
        p = Measurement(value=p_value, n=10, n_of="classes")
        return energy.caption(changed_all(tradeoff, "recognition.diagnoses", {"rank_p_value": p}))

    assert f"p = {chance(0.04)}, a trend" in said(0.04)
    assert "p = 0.20, no trend shown" in said(0.2)
    assert "p < 0.001, a trend" in said(0.0001)


def test_what_has_no_correlation_says_why(tradeoff):
    none = missing("2 classes, or all keep or gain the same", "classes")
    changed = changed_all(tradeoff, "recognition.diagnoses", {"rank_correlation": none, "rank_p_value": none})
    assert "500 Hz: no correlation, 2 classes, or all keep or gain the same" in energy.caption(changed)
