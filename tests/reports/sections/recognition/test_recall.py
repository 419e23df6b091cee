from tests.replaced import replaced

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
    assert caption.startswith("From 16000 Hz (fine-tuned, shared features) to 500 Hz (CSSD, native features)")
    assert "falls most for birds (-" in caption


def test_a_training_that_was_not_run_at_a_rate_is_said_to_be_so(tradeoff):
    table = recall.of_every_training(tradeoff)
    (row,) = (row for row in table.rows if row[:3] == ("dog", "CSSD", "native"))
    assert dict(zip(table.columns, row, strict=True))["16000 Hz"] == "not run"
    assert len(table.rows) == 10 * 7


def test_recall_is_drawn_for_cssd_and_for_what_ran_where_cssd_did_not(tradeoff):
    shown = recall.drawn_results(tradeoff)
    assert [(result.rate_hz, result.arm) for result in shown] == [
        (500, "cssd"), (1000, "cssd"), (2000, "cssd"), (4000, "cssd"), (16000, "finetuned"),
    ]  # fmt: skip
    assert [result.grid for result in shown] == ["native"] * 4 + ["shared"]
