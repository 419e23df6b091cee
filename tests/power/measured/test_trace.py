import numpy as np
import pytest

from lowsr_tradeoff.errors import ConfigError, DataError
from lowsr_tradeoff.power.measured.trace import read_trace, trace_power

N = 4000


def signal(n=N):
    """Ten seconds: 1 mA, and 5 mA in the first quarter of every 100 ms."""
    time_s = np.arange(n) * 10 / n
    return time_s, np.where(time_s % 0.1 < 0.025, 5e-3, 1e-3)


def write(tmp_path, header, *columns, separator=",", before=""):
    file = tmp_path / "trace.csv"
    rows = "\n".join(separator.join(f"{x:.9g}" for x in row) for row in zip(*columns, strict=True))
    file.write_text(f"{before}{header}\n{rows}\n", encoding="utf-8")
    return file


def test_a_measured_voltage_is_used(tmp_path):
    time_s, current_a = signal()
    voltage_v = np.linspace(3, 2, N)
    file = write(tmp_path, "#time (s),current (A),voltage (V)", time_s, current_a, voltage_v)
    assert read_trace(file, None).power_mw == pytest.approx(1e3 * current_a * voltage_v)
    with pytest.raises(ConfigError, match="leave out --voltage-v"):
        read_trace(file, 3.0)


def test_a_column_of_power_needs_no_voltage(tmp_path):
    time_s, current_a = signal()
    file = write(
        tmp_path, "time (s),current (A),voltage (V),power (mW)", time_s, current_a, current_a, 5e3 * current_a
    )
    assert read_trace(file, None).power_mw == pytest.approx(5e3 * current_a)
    with pytest.raises(ConfigError, match="power column; leave out --voltage-v"):
        read_trace(file, 3.0)


def test_mean_and_peak_by_hand(tmp_path):
    time_s, current_a = signal()
    measured = trace_power(write(tmp_path, "time (s),current (A)", time_s, current_a), 2.0)
    # A quarter at 10 mW, the rest at 2 mW.
    assert measured.mean_mw.value == pytest.approx(4.0, rel=0.01)
    assert measured.peak_mw.value == 10.0
    assert (measured.mean_mw.basis, measured.mean_mw.unit, measured.n_samples) == ("measured", "mW", N)
    assert measured.mean_mw.low <= measured.mean_mw.value <= measured.mean_mw.high


def test_uneven_sampling_does_not_move_the_mean(tmp_path):
    rng = np.random.default_rng(0)
    time_s = np.sort(np.concatenate((rng.uniform(0, 5, 4000), rng.uniform(5, 10, 400))))
    file = write(tmp_path, "time (s),current (A)", time_s, np.where(time_s < 5, 1e-3, 3e-3))
    assert trace_power(file, 1.0).mean_mw.value == pytest.approx(2.0, rel=0.01)


def test_the_interval_holds_the_mean_of_a_noisy_process(tmp_path):
    held = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        current_a = np.repeat(rng.gamma(2.0, 1e-3, 400), 5)
        file = write(tmp_path, "time (s),current (A)", np.arange(2000) / 100, current_a)
        mean = trace_power(file, 1.0).mean_mw
        held.append(mean.low <= 2.0 <= mean.high)
    # 95 % wanted; 20 blocks fall a little short of it. Five standard errors from 40.
    assert np.mean(held) >= 0.93 - 5 * np.sqrt(0.93 * 0.07 / 40)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Time (s),Current (A)\n1,2\n", "too few"),
        ("Time (s),Current (A)\n" + "1,1\n" * 300, "does not go forward"),
        ("Time (s),Current (A)\n" + "".join(f"{t},nan\n" for t in range(300)), "300 samples are no numbers"),
        ("Time (s),Current (A)\n" + "".join(f"{t},-1\n" for t in range(300)), "direction"),
        ("Time (s),Current (A)\n" + "".join(f"{t + 100 * (t > 200)},1\n" for t in range(300)), "101 s without"),
    ],
)
def test_what_cannot_be_used_is_told_with_the_remedy(tmp_path, text, told):
    file = tmp_path / "trace.csv"
    file.write_text(text)
    with pytest.raises(DataError, match=r"trace\.csv") as error:
        read_trace(file, 3.0)
    assert told in str(error.value)


@pytest.mark.parametrize("voltage_v", [None, 0.0, -3.0, float("nan")])
def test_a_voltage_is_needed_and_above_zero(tmp_path, voltage_v):
    with pytest.raises(ConfigError, match="--voltage-v"):
        read_trace(write(tmp_path, "time (s),current (A)", *signal()), voltage_v)
