from lowsr_tradeoff.reports.sections.power.terminal import power_text


def test_feasible_results_have_a_line_and_infeasible_ones_a_reason(tradeoff):
    lines = power_text(tradeoff.power.results).splitlines()
    feasible = [result for result in tradeoff.power.results if not result.infeasible]
    assert lines[0].split()[0] == "device"
    rows = lines[1 : 1 + len(feasible)]
    assert [row.split()[:3] for row in rows] == [[r.device, str(r.rate_hz), r.grid] for r in feasible]
    reasons = [line for line in lines if ": infeasible: " in line]
    assert len(reasons) == len(tradeoff.power.results) - len(feasible) > 0


def test_columns_line_up(tradeoff):
    feasible = [result for result in tradeoff.power.results if not result.infeasible]
    rows = power_text(feasible).splitlines()[1 : 1 + len(feasible)]
    assert len({row.index(f" {r.grid} ") for row, r in zip(rows, feasible, strict=True)}) == 1


def test_the_figure_to_measure_first_is_named(tradeoff):
    assert "90 % of the interval rests on core.clocks.96MHz.idle_power" in power_text(tradeoff.power.results)
