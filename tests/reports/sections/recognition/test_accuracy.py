from tests.replaced import replaced

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.reports.sections.recognition import accuracy
from lowsr_tradeoff.reports.wording import hz, percent


def test_accuracy_has_a_line_for_each_training_and_features_and_chance(tradeoff):
    traces = accuracy.figure(tradeoff)["data"]
    assert len(traces) == 4 + 3 + 1
    assert traces[-1]["y"] == [0.1, 0.1]
    assert traces[-1]["name"] == "chance, 1 of 10 classes"
    looks = {(trace["line"]["color"], trace["line"]["dash"]) for trace in traces}
    assert len(looks) == len(traces)


def test_lines_of_one_rate_stand_less_than_a_tick_apart(tradeoff):
    traces = accuracy.figure(tradeoff)["data"][:-1]
    starts = sorted(trace["x"][0] for trace in traces)
    assert 500 / 1.1 < starts[0] < 500 < starts[-1] < 500 * 1.1


def test_the_best_training_of_each_rate_is_named(tradeoff):
    best = max(
        (r for r in tradeoff.recognition.results if r.rate_hz == 2000), key=lambda result: result.accuracy.value
    )
    assert f"{100 * best.accuracy.value:.1f} % at 2 kHz (CSSD, {best.grid})" in accuracy.caption(tradeoff)


def test_each_accuracy_stands_with_its_interval_where_arm_and_rate_meet(tradeoff):
    table = accuracy.table(tradeoff)
    rows = {row[1:3]: dict(zip(table.columns, map(str, row), strict=True)) for row in table.rows}
    assert "n = 400 clips" in table.caption
    for result in tradeoff.recognition.results:
        cell = rows[arm_name(result.arm), result.grid][hz(result.rate_hz)]
        assert str(percent(result.accuracy)) == f"{cell}, n = 400 clips"
    assert rows["raw", "shared"]["16 kHz"] == "not run"


def test_the_arms_stand_group_by_group_with_what_they_are(build):
    tradeoff = build()
    first = tradeoff.recognition.results[0]
    controls = tuple(first.model_copy(update={"arm": arm}) for arm in ("ema", "dkd", "ladder"))
    changed = replaced(tradeoff, {"recognition.results": (*controls, *tradeoff.recognition.results)})
    table = accuracy.arms(changed)
    assert [row[0] for row in table.rows] == ["paper"] * 4 + ["chains", "rivals", "controls"]
    groups = [row[0] for row in accuracy.table(changed).rows]
    assert groups == ["paper"] * 7 + ["chains", "rivals", "controls"]
    assert "3 more" not in accuracy.caption(changed)
    assert "1 more way of training stands in the table alone" in accuracy.caption(changed)
