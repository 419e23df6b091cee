import pytest

from lowsr_tradeoff.power.validation.prediction import read_table


def test_published_rows_agree_with_themselves():
    for row in read_table("mlperf_tiny_energy"):
        energy_uj, latency_ms = float(row["uJ"]), float(row["e_ms"])
        # Median run of energy and of power need not be the same one.
        assert energy_uj / latency_ms == pytest.approx(float(row["mW"]), rel=0.002)
        assert energy_uj * 1e6 / float(row["MAC"]) == pytest.approx(float(row["pJ_MAC"]), rel=1e-4)


@pytest.mark.parametrize("name", ["streaming_wake_word", "recorders"])
def test_every_row_names_its_source(name):
    rows = read_table(name)
    assert rows
    assert all(row["source"] for row in rows)
