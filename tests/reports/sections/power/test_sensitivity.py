from lowsr_tradeoff.reports.sections.power import sensitivity
from lowsr_tradeoff.reports.sections.power.components import place
from lowsr_tradeoff.reports.wording import number


def test_sensitivity_names_the_figure_to_measure_first(tradeoff):
    (bars,) = sensitivity.figure(tradeoff)["data"]
    assert bars["name"] == "core.clocks.96MHz.idle_power"
    assert set(bars["y"]) == {0.9}
    assert "core.clocks.96MHz.idle_power" in sensitivity.caption(tradeoff)


def test_what_measuring_would_leave_stands_beside_the_power(tradeoff):
    feasible = [result for result in tradeoff.power.results if result.components]
    rows = sensitivity.table(tradeoff).rows
    assert [row[:4] for row in rows] == [
        (*place(result), share.parameter) for result in feasible for share in result.dominant
    ]
    assert [row[5:] for row in rows] == [
        (number(result.power_mw), number(share.if_measured)) for result in feasible for share in result.dominant
    ]


def test_the_interval_is_told_in_what_is_shared_and_the_rest(tradeoff):
    rows = sensitivity.in_two_parts(tradeoff).rows
    assert len(rows) == sum(result.spread is not None for result in tradeoff.power.results)
    assert {row[5:] for row in rows} == {("1.50", "1.10")}
