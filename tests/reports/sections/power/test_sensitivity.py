from lowsr_tradeoff.reports.sections.power import sensitivity


def test_sensitivity_names_the_figure_to_measure_first(tradeoff):
    (bars,) = sensitivity.figure(tradeoff)["data"]
    assert bars["name"] == "core.clocks.96MHz.idle_power"
    assert set(bars["y"]) == {0.9}
    assert "core.clocks.96MHz.idle_power" in sensitivity.caption(tradeoff)
