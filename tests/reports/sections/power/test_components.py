import pytest

from lowsr_tradeoff.reports.sections.power import components


def test_stacks_add_up_to_the_components(tradeoff):
    *bars, total = components.figure(tradeoff)["data"]
    here = [result for result in tradeoff.power.results if result.device == tradeoff.decision.device]
    expected = sorted(sum(part.power_mw.value for part in result.components) for result in here)
    assert sorted(map(sum, zip(*(bar["y"] for bar in bars), strict=True))) == pytest.approx(expected)
    assert sorted(total["y"]) == sorted(result.power_mw.value for result in here)


def test_infeasible_rates_have_no_bar_and_a_reason(tradeoff):
    decision = tradeoff.decision.model_copy(update={"device": "stm32u385"})
    caption = components.caption(tradeoff.model_copy(update={"decision": decision}))
    assert "without a bar: 16 kHz, shared features: activations of shared features need 310 KiB" in caption
