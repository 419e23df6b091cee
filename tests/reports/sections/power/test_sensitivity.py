from tests.replaced import replaced

from lowsr_tradeoff.reports.sections.power import peaks, sensitivity


def test_sensitivity_names_the_figure_to_measure_first(tradeoff):
    (bars,) = sensitivity.figure(tradeoff)["data"]
    assert bars["name"] == "core.clocks.96MHz.idle_power"
    assert set(bars["y"]) == {0.9}
    assert "core.clocks.96MHz.idle_power" in sensitivity.caption(tradeoff)


def test_infeasible_results_have_no_peak_and_no_share(tradeoff):
    infeasible = tuple(result for result in tradeoff.power.results if result.infeasible)
    assert infeasible
    changed = replaced(tradeoff, {"power.results": infeasible})
    assert peaks.table(changed).rows == ()
    assert sensitivity.table(changed).rows == ()
