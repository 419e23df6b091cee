import math

import pytest
from tests.reports.taught import least_error

from lowsr_tradeoff.reports.sections.diagnosis import information


@pytest.mark.parametrize("n_classes", [2, 10, 50])
def test_the_curve_is_fanos_bound(n_classes):
    entropy = math.log2(n_classes)
    bits, errors = zip(*information.fano_curve(n_classes, entropy), strict=True)
    assert errors == pytest.approx([least_error(entropy - known, n_classes) for known in bits], abs=1e-6)


def test_lines_hold_the_usable_information_of_each_arm_and_features(tradeoff):
    traces = {trace["name"]: trace for trace in information.figure(tradeoff)["data"] if "name" in trace}
    expected = [
        told.usable_scaled.value
        for one in tradeoff.recognition.diagnoses
        for told in one.information
        if (one.grid, told.arm) == ("native", "cssd")
    ]
    assert traces["CSSD, native"]["y"] == expected
    assert traces["entropy of the classes: all there is"]["y"] == [math.log2(10)] * 2
    assert "raw, native" not in traces


def test_each_error_stands_over_the_bits_of_its_network(tradeoff):
    dots = [t for t in information.figure(tradeoff)["data"] if t["mode"] == "markers"]
    drawn = {pair for trace in dots for pair in zip(trace["x"], trace["y"], strict=True)}
    found = [told for one in tradeoff.recognition.diagnoses for told in one.information]
    assert drawn == {(told.usable_scaled.value, information.error(told)) for told in found}
    assert len(drawn) == len(found)


def test_bound_and_rest_are_the_error(tradeoff):
    errors = {
        (one.rate_hz, one.grid, told.arm): information.error(told)
        for one in tradeoff.recognition.diagnoses
        for told in one.information
    }
    for result in tradeoff.recognition.results:
        if result.rate_hz != tradeoff.reference_rate_hz:
            found = errors[result.rate_hz, result.grid, result.arm]
            assert found == pytest.approx(1 - result.accuracy.value)
