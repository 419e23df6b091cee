import pytest

from lowsr_tradeoff.reports import stage_tables
from lowsr_tradeoff.reports.wording import chance, percent


def test_an_infeasible_device_is_listed_with_the_reason(tradeoff):
    rows = [row for row in stage_tables.power(tradeoff).rows if "infeasible" in str(row[-1])]
    assert [row[:3] for row in rows] == [("stm32u385", "16000 Hz", "shared")]
    assert "the device has 256 KiB" in str(rows[0][-1])
    assert not any(
        row[:2] == ("stm32u385", "16000 Hz") for row in stage_tables.components(tradeoff.power.results, "").rows
    )


def test_operations_are_those_of_the_trained_network(tradeoff):
    (row,) = (row for row in stage_tables.costs(tradeoff).rows if row[:2] == ("16000 Hz", "shared"))
    assert "6.90 million" in row
    assert "97.7 KiB" in row


def test_counts_stand_beside_the_rates_made_from_them(tradeoff):
    row = stage_tables.privacy(tradeoff).rows[1]
    counts = tradeoff.privacy.words[1].counts
    assert any(str(cell).startswith(f"{counts.hits} hit, ") and str(cell).endswith("of 640") for cell in row)


def test_a_training_that_was_not_run_at_a_rate_is_said_to_be_so(tradeoff):
    table = stage_tables.recalls(tradeoff.recognition.results)
    (row,) = (row for row in table.rows if row[:3] == ("dog", "CSSD", "native"))
    assert dict(zip(table.columns, row, strict=True))["16000 Hz"] == "not run"
    assert len(table.rows) == 10 * 7


@pytest.mark.parametrize("is_declared", [True, False])
def test_every_difference_stands_with_its_tests(tradeoff, is_declared):
    table = stage_tables.contrasts(tradeoff, is_declared=is_declared)
    contrasts = [contrast for contrast in tradeoff.recognition.contrasts if contrast.is_declared is is_declared]
    for contrast, row in zip(contrasts, table.rows, strict=True):
        cells = dict(zip(table.columns, map(str, row), strict=True))
        assert cells["p"] == chance(contrast.p_value)
        assert cells["p, adjusted (Holm)"] == (chance(contrast.p_holm) if is_declared else "exploratory")
        assert (cells["p, t-test on folds"] == "folds do not differ") is (contrast.nb_p is None)
        chances = (cells["Better"], cells["Equal in practice"], cells["Worse"])
        assert chances == tuple(map(chance, (contrast.p_better, contrast.p_equivalent, contrast.p_worse)))
        assert cells["Smallest that could be shown"] == str(percent(contrast.detectable))
