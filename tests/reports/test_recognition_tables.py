from tests.replaced import replaced

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.reports import recognition_tables, stage_figures
from lowsr_tradeoff.reports.wording import percent, points


def test_each_accuracy_stands_with_its_interval_where_arm_and_rate_meet(tradeoff):
    table = recognition_tables.by_rate(tradeoff)
    rows = {row[1:3]: dict(zip(table.columns, map(str, row), strict=True)) for row in table.rows}
    assert "n = 400 clips" in table.caption
    for result in tradeoff.recognition.results:
        cell = rows[arm_name(result.arm), result.grid][f"{result.rate_hz} Hz"]
        assert str(percent(result.accuracy)) == f"{cell}, n = 400 clips"
    assert rows["raw", "shared"]["16000 Hz"] == "not run"


def test_the_arms_stand_group_by_group_with_what_they_are(build):
    tradeoff = build()
    controls = tuple(
        result.model_copy(update={"arm": arm})
        for result in tradeoff.recognition.results[:1]
        for arm in ("ema", "dkd", "ladder")
    )
    changed = replaced(tradeoff, {"recognition.results": (*controls, *tradeoff.recognition.results)})
    table = recognition_tables.arms(changed)
    assert [row[0] for row in table.rows] == ["paper"] * 4 + ["chains", "rivals", "controls"]
    groups = [row[0] for row in recognition_tables.by_rate(changed).rows]
    assert groups == ["paper"] * 7 + ["chains", "rivals", "controls"]
    assert "3 more" not in stage_figures.accuracy(changed).caption
    assert "1 more way of training stands in the table alone" in stage_figures.accuracy(changed).caption


def test_operations_a_second_are_those_of_a_window_over_its_length(tradeoff):
    table = recognition_tables.networks(tradeoff)
    (row,) = (row for row in table.rows if row[:2] == ("16000 Hz", "shared"))
    assert row[2:7] == ("3.45", "6.90", "2 s", "100090", "100 kB")
    assert table.caption == "The network: small_vgg, from random weights, all of it trained"


def test_an_adapted_network_is_said_to_be_so(tradeoff):
    chosen = {**tradeoff.settings["classify"], "network": "cnn14", "adapt": "dora", "checkpoint": "file.pth"}
    changed = tradeoff.model_copy(update={"settings": {"classify": chosen}})
    assert recognition_tables.networks(changed).caption == (
        "The network: cnn14, from published weights, adapted by dora"
    )


def test_published_stands_beside_measured_in_table_and_lines(tradeoff):
    table = recognition_tables.published(tradeoff)
    lines = recognition_tables.published_lines(tradeoff)
    for one, row, line in zip(tradeoff.recognition.published, table.rows, lines, strict=True):
        assert row[2] == f"{100 * one.published:.1f} %"
        assert str(row[3]) == str(percent(one.measured))
        assert f"published {row[2]}, measured {row[3]}; {row[4]}; {one.source}" in line
    assert "-0.1 points; published lies inside the measured interval" in str(table.rows[0][4])
    assert "+30.0 points; published lies outside the measured interval" in str(table.rows[1][4])
    assert table.rows[2][4] == "nothing to compare"
    assert recognition_tables.published_lines(replaced(tradeoff, {"recognition.published": ()})) == ()


def test_optimism_stands_with_both_accuracies(build):
    tradeoff = build(is_paper=True)
    table = recognition_tables.optimism(tradeoff)
    assert table.rows
    for one, row in zip(tradeoff.recognition.optimism, table.rows, strict=True):
        shown = (percent(one.best_epoch), percent(one.last_epoch), points(one.difference))
        assert tuple(map(str, row[3:])) == tuple(map(str, shown))
