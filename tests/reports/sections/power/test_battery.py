from lowsr_tradeoff.reports.sections.power import battery, components


def test_battery_has_a_line_for_each_device_and_features_with_intervals(tradeoff):
    traces = battery.figure(tradeoff)["data"]
    assert len(traces) == len({(result.device, result.grid) for result in tradeoff.power.results})
    hours = {result.battery_hours.value for result in tradeoff.power.results if result.battery_hours.value}
    assert {hour for trace in traces for hour in trace["y"]} == hours
    assert all(reach > 0 for trace in traces for reach in trace["error_y"]["array"])


def test_an_infeasible_device_is_listed_with_the_reason(tradeoff):
    rows = [row for row in battery.table(tradeoff).rows if "infeasible" in str(row[-1])]
    assert [row[:3] for row in rows] == [("stm32u385", "16 kHz", "shared")]
    assert "the device has 256 KiB" in str(rows[0][-1])
    assert not any(row[:2] == ("stm32u385", "16 kHz") for row in components.of_other_devices(tradeoff).rows)
