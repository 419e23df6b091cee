from lowsr_tradeoff.reports.choosing import HOURS, choices, devices, hours_offered
from lowsr_tradeoff.reports.page_draws import page_draws


def test_every_point_keeps_all_its_digits_and_its_reasons(tradeoff):
    told = {point["id"]: point for point in choices(tradeoff, page_draws(tradeoff))["points"]}
    assert len(told) == len(tradeoff.points)
    for point in tradeoff.points:
        one = told[point.point_id]
        assert one["accuracy"] == (point.accuracy.value, point.accuracy.low, point.accuracy.high)
        assert one["hours"] == (point.battery_hours.value, point.battery_hours.low, point.battery_hours.high)
        assert one["reasons"].get("power") == point.power_mw.reason
        assert one["infeasible"] == point.infeasible


def test_the_study_s_own_limits_come_along(build):
    limits = {"min_accuracy": 0.6, "max_word_recovery": 0.2}
    tradeoff = build(constraints=limits)
    assert choices(tradeoff, page_draws(tradeoff))["asked"] == limits


def test_the_deciding_device_is_offered_first_and_each_once(tradeoff):
    assert devices(tradeoff) == ("stm32u575", "stm32u385", "nrf52840", "phone_cpu")


def test_hours_end_just_above_what_can_be_reached(tradeoff):
    hours = hours_offered(tradeoff)
    most = max(point.battery_hours.high for point in tradeoff.points if point.battery_hours.high)
    assert hours == HOURS[: len(hours)]
    assert hours[-2] <= most < hours[-1]
    assert hours_offered(tradeoff.model_copy(update={"points": ()})) == (1,)
