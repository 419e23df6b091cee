import pytest

from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.power.validation.held_out import held_out_errors, predict_latency, predict_power
from lowsr_tradeoff.power.validation.prediction import read_table

ROW = {"device": "stm32u575", "board": "a board", "source": "here"}
ROW |= dict.fromkeys(("clock", "microphone", "rate_hz", "payload"), "")
U575 = load_device("stm32u575")


def row(**changes):
    return ROW | {"parts": "idle", "power_mw": "1.0"} | changes


def test_the_parts_of_a_reading_are_added_up():
    one, other, both = (predict_power(row(parts=p, rate_hz="16000")).predicted for p in ("idle", "adc", "idle adc"))
    assert both == pytest.approx(one + other)
    # AD7091 at 16 kHz: 9.1 uA + 357.9 uA/MSPS at 3 V.
    assert other == pytest.approx(0.0444, rel=0.01)


def test_without_a_clock_it_waits_at_the_frugalest():
    point = U575.core.clocks["range2-64MHz"]
    assert predict_power(row(clock="range2-64MHz")).predicted == point.idle_power.value
    assert predict_power(row(clock="range2-64MHz", parts="computing")).predicted == point.active_power.value
    assert predict_power(row()).predicted == min(p.idle_power.value for p in U575.core.clocks.values())


def test_storage_counts_what_is_written():
    card = U575.storage
    predicted = predict_power(row(parts="storage", rate_hz="16000", payload="adpcm")).predicted
    assert predicted == pytest.approx(card.standby_power.value + card.byte_energy.value * 8000e-6)


def test_encoding_counts_beside_what_waits():
    nj_a_cycle = min(p.active_power.value / p.clock.value for p in U575.core.clocks.values())
    predicted = predict_power(row(parts="encoding", rate_hz="16000", payload="opus")).predicted
    assert predicted == pytest.approx(U575.core.opus.value * 16000 * nj_a_cycle * 1e-6)


def test_latency_is_cycles_over_clock():
    latency = {"device": "stm32u575", "stack": "x-cube-ai-10.2", "clock_mhz": "160", "network": "one layer"}
    latency |= {"conv": "16000000", "depthwise": "", "linear": "", "ms": "100", "source": "here"}
    # 1.4 cycles a multiply-accumulate.
    assert predict_latency(latency).predicted == pytest.approx(1.4 * 16e6 / 160e6 * 1e3)


def test_every_reading_is_shown_with_its_source():
    powers, products, latencies = held_out_errors()
    assert len(products.rows) == len(read_table("products"))
    assert len(powers.rows) == len(read_table("capture"))
    assert len(latencies.rows) == len(read_table("latency"))
    for shown in (*powers.rows, *latencies.rows):
        assert shown.source
        assert shown.predicted.low < shown.predicted.value < shown.predicted.high
