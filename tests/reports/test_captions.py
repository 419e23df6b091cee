import pytest
from tests.replaced import replaced

from lowsr_tradeoff.reports import captions
from lowsr_tradeoff.reports.placing import deciding_points, is_on_frontier

EMPTY = {
    "recognition.results": (),
    "privacy.words": (),
    "privacy.intelligibility": (),
    "power.results": (),
    "points": (),
}


@pytest.mark.parametrize(
    "name", ["frontier", "speech", "accuracy", "recall", "privacy", "intelligibility", "power"]
)
def test_captions_are_made_from_the_data(tradeoff, name):
    caption = getattr(captions, name)
    assert caption(tradeoff) != caption(replaced(tradeoff, EMPTY))


def test_the_frontier_is_counted(tradeoff):
    points = deciding_points(tradeoff)
    n = sum(map(is_on_frontier, points))
    assert captions.frontier(tradeoff).startswith(f"{n} of {len(points)} operating points on stm32u575 are on the")


def test_the_largest_loss_is_named_first(build):
    tradeoff = build()
    results = tuple(
        result.model_copy(
            update={
                "class_recall": tuple(
                    of_class.model_copy(
                        update={"recall": of_class.recall.model_copy(update={"value": 0.0, "low": 0.0})}
                    )
                    if (result.rate_hz, of_class.label) == (500, "birds")
                    else of_class
                    for of_class in result.class_recall
                )
            }
        )
        for result in tradeoff.recognition.results
    )
    caption = captions.recall(replaced(tradeoff, {"recognition.results": results}))
    assert caption.startswith("From 16000 Hz (fine-tuned, shared features) to 500 Hz (CSSD, native features)")
    assert "falls most for birds (-" in caption


def test_the_best_training_of_each_rate_is_named(tradeoff):
    best = max(
        (r for r in tradeoff.recognition.results if r.rate_hz == 2000), key=lambda result: result.accuracy.value
    )
    assert f"{100 * best.accuracy.value:.1f} % at 2000 Hz (CSSD, {best.grid})" in captions.accuracy(tradeoff)


def test_what_was_not_measured_is_said(tradeoff):
    assert "500 Hz: STOI 0.5" in captions.intelligibility(tradeoff)
    assert "PESQ not measured; 1000 Hz" in captions.intelligibility(tradeoff)


def test_infeasible_rates_have_no_bar_and_a_reason(tradeoff):
    decision = tradeoff.decision.model_copy(update={"device": "stm32u385"})
    caption = captions.power(tradeoff.model_copy(update={"decision": decision}))
    assert "without a bar: 16000 Hz, shared features: activations of shared features need 310 KiB" in caption


def test_the_smallest_difference_that_could_be_shown_is_said(tradeoff):
    declared = [contrast.detectable.value for contrast in tradeoff.recognition.contrasts if contrast.is_declared]
    caption = captions.differences(tradeoff)
    assert f"is {100 * min(declared):.1f} to {100 * max(declared):.1f} points, by rate and pair" in caption
    assert "24 differences of the paper's three arms" in caption
    assert "Equal in practice means within 1 point" in caption


def test_where_nothing_was_declared_everything_explores(tradeoff):
    explored = tuple(contrast for contrast in tradeoff.recognition.contrasts if not contrast.is_declared)
    caption = captions.differences(replaced(tradeoff, {"recognition.contrasts": explored}))
    assert caption == "No difference was declared beforehand: all of them explore."
