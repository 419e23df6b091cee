"""Measured on a machine of which everything is known: it rests at 10 W and infers at 30 W, 100 ms each."""

import pytest

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.measured.inference import TimeSource, measure_fft, measure_inference

IDLE_W, BUSY_W, INFERENCE_S, CPU_SHARE = 10, 30, 0.1, 0.5


class Machine:
    def __init__(self, root, range_uj=10**12, idle_w=IDLE_W, busy_w=BUSY_W):
        self.zone = root / "intel-rapl:0"
        self.zone.mkdir()
        (self.zone / "name").write_text("package-0\n")
        (self.zone / "max_energy_range_uj").write_text(f"{range_uj}\n")
        self.range_uj, self.idle_w, self.busy_w = range_uj, idle_w, busy_w
        self.wall_s = self.cpu_s = self.energy_uj = 0.0
        self.pass_time(0, 0)

    def pass_time(self, seconds, power_w):
        self.wall_s += seconds
        self.energy_uj += seconds * power_w * 1e6
        (self.zone / "energy_uj").write_text(f"{int(self.energy_uj) % self.range_uj}\n")

    def infer(self):
        self.cpu_s += CPU_SHARE * INFERENCE_S
        self.pass_time(INFERENCE_S, self.busy_w)

    def measure(self, root, **settings):
        times = TimeSource(lambda: self.wall_s, lambda: self.cpu_s, lambda s: self.pass_time(s, self.idle_w))
        return measure_inference(self.infer, "net", powercap=root, times=times, **settings)


def test_energy_is_what_lies_above_idle(tmp_path):
    measured = Machine(tmp_path).measure(tmp_path)
    assert measured.counter == "package-0"
    assert measured.energy_uj.value == pytest.approx((BUSY_W - IDLE_W) * INFERENCE_S * 1e6, rel=1e-4)
    assert measured.busy_mw.value == pytest.approx(30e3, rel=1e-4)
    assert measured.idle_mw.value == pytest.approx(10e3, rel=1e-4)
    assert measured.duration_s.value == pytest.approx(INFERENCE_S)
    assert measured.cpu_s.value == pytest.approx(CPU_SHARE * INFERENCE_S)
    assert {m.basis for m in (measured.energy_uj, measured.cpu_s)} == {"measured"}


def test_a_counter_that_starts_again_changes_nothing(tmp_path):
    # 10 J of rest and 30 J of work a round, over a range of 47 J: most rounds meet its end.
    measured = Machine(tmp_path, range_uj=47_000_000).measure(tmp_path)
    assert measured.energy_uj.value == pytest.approx(2e6, rel=1e-4)


def test_five_seconds_are_inferred_and_as_many_rested(tmp_path):
    machine = Machine(tmp_path)
    machine.measure(tmp_path)
    assert machine.wall_s == pytest.approx(10, abs=0.5)
    with pytest.raises(ConfigError, match="5 s or more"):
        machine.measure(tmp_path, total_s=4.9)


@pytest.mark.parametrize(
    ("idle_w", "busy_w", "told"),
    [
        (0, 0, "stands still"),
        (10, 9000, "no package takes"),
        (30, 20, "other programs were at work"),
    ],
)
def test_a_counter_that_cannot_be_right_gives_no_energy(tmp_path, idle_w, busy_w, told):
    measured = Machine(tmp_path, idle_w=idle_w, busy_w=busy_w).measure(tmp_path)
    assert measured.energy_uj.value is None
    assert told in measured.energy_uj.reason
    assert measured.counter is None
    assert measured.cpu_s.value == pytest.approx(CPU_SHARE * INFERENCE_S)


def test_without_a_counter_the_processor_time_is_given(tmp_path):
    machine = Machine(tmp_path)
    measured = machine.measure(tmp_path / "nowhere")
    assert "no counter" in measured.energy_uj.reason
    assert (measured.counter, measured.energy_uj.unit) == (None, "uJ")
    assert measured.cpu_s.value == pytest.approx(CPU_SHARE * INFERENCE_S)


def test_an_fft_is_told_per_point_and_doubling():
    now = iter(range(10_000))
    # Every look at the clock is a second later: a pass of 100 transforms takes one, and rounds end after it.
    times = TimeSource(wall_s=lambda: float(next(now)))
    assert measure_fft(512, 0.5, times).value == pytest.approx(1e9 * 2 / (100 * 512 * 9), rel=0.51)
    assert measure_fft(512, 0.05).unit == "ns"
