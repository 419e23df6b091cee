from tests.replaced import replaced

from lowsr_tradeoff.reports.sections.diagnosis import hump
from lowsr_tradeoff.reports.wording import points


def test_a_hump_is_told_with_both_intervals(tradeoff):
    shared, native = hump.hump(tradeoff)
    test = tradeoff.recognition.humps[0]
    assert shared.startswith(
        "Shared features: a hump is supported by these data: the lead of CSSD over BASD at 1 kHz,"
    )
    assert str(points(test.rise)) in shared
    assert str(points(test.fall)) in shared
    assert native == "Native features: the hump was not tested: no rate above 4000 Hz."
    assert list(hump.null_result(tradeoff)) == []


def test_a_null_result_is_called_a_result(tradeoff):
    none = tradeoff.recognition.humps[0].model_copy(update={"is_supported": False})
    changed = replaced(tradeoff, {"recognition.humps": (none,)})
    (said,) = hump.hump(changed)
    assert "a hump is not supported by these data" in said
    (meaning,) = hump.null_result(changed)
    assert "is a result" in meaning


def test_what_was_not_tested_leaves_the_page(tradeoff):
    assert list(hump.entries(replaced(tradeoff, {"recognition.humps": ()}))) == []
    assert list(hump.entries(replaced(tradeoff, {"recognition.humps": tradeoff.recognition.humps[1:]}))) == []
    assert len(list(hump.entries(tradeoff))) == 4


def test_a_hump_without_rates_on_one_side_is_not_tested(tradeoff):
    shared, native = hump.table(tradeoff).rows
    assert shared[-1] == "supported"
    assert native[-1] == "not tested"
    assert str(native[4]) == "not measured: no rate above 4000 Hz"
