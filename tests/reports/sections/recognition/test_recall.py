from tests.replaced import replaced
from tests.reports.conftest import QUALIFIES

from lowsr_tradeoff.reports.sections.decision.placing import shown_by_rate
from lowsr_tradeoff.reports.sections.recognition import recall


def test_the_heat_map_holds_the_recalls(tradeoff):
    (trace,) = recall.figure(tradeoff)["data"]
    drawn = [
        result
        for result in tradeoff.recognition.results
        if (result.arm, result.grid, result.rate_hz) == ("cssd", "native", 500)
    ]
    assert [row[0] for row in trace["z"]] == [of_class.recall.value for of_class in drawn[0].class_recall]
    assert len(trace["y"]) == 10


def test_a_hostile_class_is_text_in_the_heat_map(build):
    tradeoff = build(classes=("<b onclick=alert(1)>x</b>", "y"))
    (trace,) = recall.figure(tradeoff)["data"]
    assert trace["y"][0] == "&lt;b onclick=alert(1)&gt;x&lt;/b&gt;"


def test_the_largest_loss_is_named_first(tradeoff):
    def deaf_to_birds(result):
        lost = {"recall.value": 0.0, "recall.low": 0.0}
        recalls = tuple(replaced(one, lost) if one.label == "birds" else one for one in result.class_recall)
        return result.model_copy(update={"class_recall": recalls}) if result.rate_hz == 500 else result

    results = tuple(map(deaf_to_birds, tradeoff.recognition.results))
    caption = recall.caption(replaced(tradeoff, {"recognition.results": results}))
    assert caption.startswith("From 16 kHz to 500 Hz recall falls most for birds (-")


def test_a_training_that_was_not_run_at_a_rate_is_said_to_be_so(tradeoff):
    table = recall.of_every_training(tradeoff)
    (row,) = (row for row in table.rows if row[:3] == ("dog", "CSSD", "native"))
    assert dict(zip(table.columns, row, strict=True))["16 kHz"] == "not run"
    assert len(table.rows) == 10 * 7


def test_recall_is_drawn_for_the_networks_of_the_first_screen(build):
    for constraints in ({}, QUALIFIES):
        tradeoff = build(constraints=constraints)
        shown = [(point.rate_hz, point.grid, point.arm) for point in shown_by_rate(tradeoff)]
        assert [(one.rate_hz, one.grid, one.arm) for one in recall.drawn_results(tradeoff)] == shown
        by_network = recall.by_network(tradeoff)
        (trace,) = recall.figure(tradeoff)["data"]
        for column, (rate_hz, grid, arm) in enumerate(shown):
            assert [row[column] for row in trace["z"]] == by_network[f"{rate_hz} {grid} {arm}"]


def test_losses_are_those_of_the_point_s_own_network(tradeoff):
    low, *_, full = shown_by_rate(tradeoff)
    found = recall.losses(tradeoff, low, full)
    assert [loss.label for loss in found] == [
        loss.label for loss in sorted(found, key=lambda one: one.after - one.before)
    ]
    recalls = recall.recalls(recall.network_of(tradeoff, low))
    assert {loss.label: loss.after for loss in found} == recalls
    assert recall.losses(tradeoff, full, full) == ()
