import pytest

from lowsr_tradeoff.power.validation.streaming import (
    boards,
    idle_mw,
    predict_duties,
    predict_from_datasheet,
    predict_second_clocks,
    streaming_errors,
    streaming_mw,
)


@pytest.fixture(scope="module")
def known():
    return {board.part: board for board in boards()}


def test_boards_take_their_newest_inference_rows(known):
    assert set(known) == {"U385", "U575", "L4R5", "H7A3"}
    # Mean of the four v1.3 rows, and the v1.3 autoencoder's latency times its clock.
    assert known["U385"].active_mw == pytest.approx((5.8964 + 5.2986 + 5.0875 + 5.2644) / 4)
    assert known["U385"].cycles[0] == pytest.approx(5.4098 * 96e3)


def test_idle_power_explains_the_average(known):
    for board in known.values():
        assert streaming_mw(board.duty, board.active_mw, idle_mw(board)) == pytest.approx(board.power_mw)
    assert idle_mw(known["U575"]) == pytest.approx(4.6, rel=0.02)


def test_second_clock_by_hand(known):
    (u575,) = (p for p in predict_second_clocks(boards()) if p.device == "U575")
    active_mw = (24.2359 + 23.5733 + 23.0679 + 23.3084) / 4
    idle = (11.47 - 0.363 * active_mw) / 0.637
    duty = 0.363 * 160 / 60
    assert u575.predicted == pytest.approx((duty * active_mw + (1 - duty) * idle) * 60 / 160)
    assert u575.measured == 9.52


def test_duty_of_one_core_comes_from_the_other_of_its_kind(known):
    pair = [known["U385"], known["U575"]]
    predicted = {p.device: p for p in predict_duties(pair)}
    # Same core and stack: cycles per second of sound agree to a percent.
    assert all(p.factor < 1.02 for p in predicted.values())


def test_the_datasheets_rows_give_the_average_by_hand(known):
    fast, slow = predict_from_datasheet(boards())
    assert fast.predicted == pytest.approx(0.363 * 24.3 + 0.637 * 7.83)
    assert slow.predicted == pytest.approx(0.968 * 9.11 + 0.032 * 3.38, rel=1e-3)
    assert (fast.measured, slow.measured) == (11.47, 9.52)


def test_what_is_met_and_what_is_not():
    duty, second, first, of_datasheet = streaming_errors()
    assert [e.is_met for e in (duty, second, first, of_datasheet)] == [True, True, False, True]
    assert [e.median.n for e in (duty, second, first, of_datasheet)] == [4, 3, 4, 2]
    assert len(second.not_predicted) == 2
