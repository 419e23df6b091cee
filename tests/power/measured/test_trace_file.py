import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.power.measured.trace_file import kind_of, read_columns, unit_factor

TIME_S = [0.0, 0.5, 1.0, 1.5]
CURRENT_A = [0.00125, 0.00225, 1.25, 0.00425]
POWER_W = [2 * current for current in CURRENT_A]


def read(tmp_path, text, encoding="utf-8"):
    file = tmp_path / "trace.csv"
    file.write_bytes(text.encode(encoding))
    return read_columns(file)


def holds_the_signal(columns, measured="current"):
    assert columns["time"] - columns["time"][0] == pytest.approx(TIME_S)
    assert columns[measured] == pytest.approx(CURRENT_A if measured == "current" else POWER_W)


# Each as the maker's program writes it today.
CURRENTS = {
    "PPK2": "Timestamp(ms),Current(uA),D0-D7\n0,1250.000,000X\n500,2250,0000\n1000,1250000,0\n1500,4250,0\n",
    "PPK2, spreadsheet with decimal commas": (
        "Timestamp(ms);Current(uA);D0-D7\n0;1250,0;00000000\n500;2250,0;0\n1000;1250000;0\n1500;4250,0;0\n"
    ),
    "PPK2, quoted decimal commas": (
        '"Timestamp(ms)","Current(uA)"\n"0","1250,0"\n"500","2250,0"\n"1000","1250000,0"\n"1500","4250,0"\n'
    ),
    "PPK2, thousands": (
        '"Timestamp(ms)","Current(uA)"\n"0","1,250.0"\n"500","2,250.0"\n"1,000","1,250,000.0"\n"1,500","4,250.0"\n'
    ),
    "pyjls": "# timestamp,JS220-01.current,JS220-01.voltage\n0,0.00125,3\n.5,.00225,3\n1,1.25,3\n1.5,.00425,3\n",
    "Joulescope with ranges": (
        "#time (s),current (A),voltage (V),current_range\n0,.00125,3,4\n.5,.00225,3,4\n1,1.25,3,4\n1.5,.00425,3,4\n"
    ),
    "Otii 2": "timestamp,Arc - Main Current (A)\n0,0.00125\n0.5,0.00225\n1,1.25\n1.5,0.00425\n",
    "Otii 3": (
        '"Wall-clock time (UTC)","Arc Main Current (A)","Arc Main Voltage (V)","Arc Main Energy (J)"\n'
        '"2024-01-01T00:00:00.000Z","0.00125","3","0"\n"2024-01-01T00:00:00.500Z","0.00225","3","0"\n'
        '"2024-01-01T00:00:01.000Z","1.25","3","0"\n"2024-01-01T00:00:01.500Z","0.00425","3","0"\n'
    ),
    "Monsoon PowerTool": (
        "Time(ms)\tMain(mA)\tMain Voltage(V)\n0\t1.25\t3\n500\t2.25\t3\n1000\t1250\t3\n1500\t4.25\t3\n"
    ),
    "EnergyTrace": (
        '"Time (ns)","Current (nA)","Voltage (mV)","Energy (uJ)"\n'
        '"0","1250000","3300","0"\n"500000000","2250000","3300","1"\n'
        '"1000000000","1250000000","3300","2"\n"1500000000","4250000","3300","3"\n'
    ),
    "LPM01A": (
        "Current (uA),rx timestamp (us),board timestamps (ms)\n"
        "1250,0,281000\n2250,500000,281000\n1250000,1000000,282000\n4250,1500000,282000\n"
    ),
    "times of day": (
        "Timestamp,Current(uA)\n2024-01-01 00:00:00.5,1250\n2024-01-01 00:00:01,2250\n"
        "2024-01-01 00:00:01.5,1250000\n2024-01-01 00:00:02,4250\n"
    ),
    "days first": (
        "Timestamp,Current(uA)\n31.12.2024 23:59:59.5,1250\n01.01.2025 00:00:00.0,2250\n"
        "01.01.2025 00:00:00.5,1250000\n01.01.2025 00:00:01.0,4250\n"
    ),
    "a summary below": "\nexported today\nt (s);I (mA)\n0;1.25\n0.5;2.25\n1;1250\n1.5;4.25\n\nAverage;314.44\n",
}


@pytest.mark.parametrize("text", CURRENTS.values(), ids=CURRENTS.keys())
def test_a_makers_export_is_read(tmp_path, text):
    holds_the_signal(read(tmp_path, text))


POWERS = {
    "Joulescope export": (
        "# time,JS220-01.i,JS220-01.v,JS220-01.p\n0,1,2,0.0025\n0.5,1,2,0.0045\n1,1,2,2.5\n1.5,1,2,0.0085\n"
    ),
    "Joulescope statistics": (
        "#time,current,voltage,power,charge,energy\n0,1,2,0.0025,0,0\n0.5,1,2,0.0045,0,0\n1,1,2,2.5,0,0\n"
        "1.5,1,2,.0085,0,0\n"
    ),
    "Joulescope statistics, UTC": (
        "#time,current,voltage,power,charge,energy\n2024-01-01T00:00:00.000000Z,1,2,0.0025,0,0\n"
        "2024-01-01T00:00:00.500000Z,1,2,0.0045,0,0\n2024-01-01T00:00:01.000000Z,1,2,2.5,0,0\n"
        "2024-01-01T00:00:01.500000Z,1,2,.0085,0,0\n"
    ),
    "means beside extremes": (
        "#time(s),current_mean(A),power_mean(W),power_min(W),power_max(W)\n0,1,0.0025,0,9\n0.5,1,0.0045,0,9\n"
        "1,1,2.5,0,9\n1.5,1,0.0085,0,9\n"
    ),
    "power alone": "Time (s),Power [mW]\n0,2.5\n0.5,4.5\n1,2500\n1.5,8.5\n",
}


@pytest.mark.parametrize("text", POWERS.values(), ids=POWERS.keys())
def test_measured_power_is_taken_before_current(tmp_path, text):
    columns = read(tmp_path, text)
    holds_the_signal(columns, "power")
    assert set(columns) == {"time", "power"}


def test_a_micro_sign_of_one_byte(tmp_path):
    text = "Timestamp(ms),Current(\u00b5A)\n0,1250\n500,2250\n1000,1250000\n1500,4250\n"
    holds_the_signal(read(tmp_path, text, "latin-1"))
    holds_the_signal(read(tmp_path, text, "utf-8-sig"))


def test_samples_of_ppk2s_python_interface_are_counted(tmp_path):
    # It writes all rows after the measurement, so that its times are of writing.
    columns = read(tmp_path, "ts,avg1000\n" + "01-01-2024 00:00:00.000001,1250.5\n" * 4)
    assert columns["time"] == pytest.approx([0, 1e-5, 2e-5, 3e-5])
    assert columns["current"] == pytest.approx(1250.5e-6)


def test_monsoons_python_interface_writes_seconds_in_packets(tmp_path):
    rows = "".join(f"np.float64({n // 4 * 0.0008}),np.float64({n}.5),np.float64(3.0),\n" for n in range(400))
    columns = read(tmp_path, f"Time(ms),Main(mA),Main Voltage(V),\n{rows}")
    assert columns["time"] == pytest.approx(np.arange(400) / 5000)
    assert columns["current"] == pytest.approx((np.arange(400) + 0.5) * 1e-3)
    assert columns["voltage"] == pytest.approx(3.0)


@given(st.sampled_from(["ms", "us", "s", "ns"]), st.sampled_from(["Time ({})", "t [{}]", "time_{}", "Time({})"]))
def test_every_way_of_writing_a_unit_is_read(unit, form):
    assert unit_factor(form.format(unit)) == {"s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}[unit]
    assert kind_of(form.format(unit)) == "time"


@pytest.mark.parametrize("name", ["Timestamp", "current", "samples", "Energy (J)", "Charge (mAh)", "D0-D7"])
def test_a_name_without_a_unit_has_none(name):
    assert unit_factor(name) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no header"),
        ("1,2\n3,4\n", "no header"),
        ("\xff\xfe\x80", "no header"),
        ("Time,Current (mA)\n1,2\n", "'Time' has no unit"),
        ("Time (s),Current\n1,2\n", "'Current' has no unit"),
        ("# time,current\n1,2\n", "'time' has no unit"),
        ("#current,voltage,power,charge,energy\n1,2,3,4,5\n", "has no time"),
        ("Time (s),Current A (A),Current B (A)\n1,2,3\n", "export one of them"),
        ("Time (s),Current (A)\n\n1,2\n", "no rows follow"),
        ("Time (s),Current (A)\n0,5,1,2\n", "decimal point"),
        ("Time (s),Current (A)\n1,2\n1,2,3\n", "rows of one length"),
        ("Time (s),Current (A)\n1,x\n", "row 1 below the header: 'x'"),
        ('Time (s),Current (mA)\n1,"1,257"\n', "may be 1.257 or 1257"),
        ("Time,Current (A)\n2024-13-01 00:00:00,1\n", "export times in seconds"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_remedy(tmp_path, text, told):
    with pytest.raises(DataError, match=r"trace\.csv") as error:
        read(tmp_path, text)
    assert told in str(error.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_columns(tmp_path / "absent.csv")
