from tests.replaced import replaced

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.reports import diagnosis_text
from lowsr_tradeoff.reports.wording import chance, points


def test_a_hump_is_told_with_both_intervals(tradeoff):
    shared, native = diagnosis_text.hump(tradeoff)
    test = tradeoff.recognition.humps[0]
    assert shared.startswith(
        "Shared features: a hump is supported by these data: the lead of CSSD over BASD at 1000 Hz,"
    )
    assert str(points(test.rise)) in shared
    assert str(points(test.fall)) in shared
    assert native == "Native features: the hump was not tested: no rate above 4000 Hz."
    assert list(diagnosis_text.null_result(tradeoff)) == []


def test_a_null_result_is_called_a_result(tradeoff):
    none = tradeoff.recognition.humps[0].model_copy(update={"is_supported": False})
    changed = replaced(tradeoff, {"recognition.humps": (none,)})
    (said,) = diagnosis_text.hump(changed)
    assert "a hump is not supported by these data" in said
    (meaning,) = diagnosis_text.null_result(changed)
    assert "is a result" in meaning


def test_without_both_arms_nothing_is_tested(tradeoff):
    (said,) = diagnosis_text.hump(replaced(tradeoff, {"recognition.humps": ()}))
    assert said == "Not tested: the study does not train both BASD and CSSD."


def test_each_rank_correlation_is_told_with_its_p(tradeoff):
    caption = diagnosis_text.energy(tradeoff)
    for one in tradeoff.recognition.diagnoses:
        told = f"{one.rate_hz} Hz: rank correlation {one.rank_correlation.value:+.2f}, p"
        assert (told in caption) is (one.grid == "native")


def test_a_trend_needs_a_small_p(tradeoff):
    def said(p_value: float) -> str:
        p = Measurement(value=p_value, n=10, n_of="classes")
        changed = tuple(one.model_copy(update={"rank_p_value": p}) for one in tradeoff.recognition.diagnoses)
        return diagnosis_text.energy(replaced(tradeoff, {"recognition.diagnoses": changed}))

    assert f"p = {chance(0.04)}, a trend" in said(0.04)
    assert "p = 0.20, no trend shown" in said(0.2)
    assert "p < 0.001, a trend" in said(0.0001)


def test_what_has_no_correlation_says_why(tradeoff):
    none = missing("2 classes, or all keep or gain the same", "classes")
    changed = tuple(
        one.model_copy(update={"rank_correlation": none, "rank_p_value": none})
        for one in tradeoff.recognition.diagnoses
    )
    caption = diagnosis_text.energy(replaced(tradeoff, {"recognition.diagnoses": changed}))
    assert "500 Hz: no correlation, 2 classes, or all keep or gain the same" in caption
