"""Bytes are those of the parts; what does not fit is told with how much is lacking. The rest: test_compiled."""

from lowsr_tradeoff.deploy.firmware.budget import memory_of, overfull
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.power.profiles.devices import load_device

LAYOUT = lay_out(1000, "native", 2.0)


def test_sums_are_of_the_parts():
    memory = memory_of(LAYOUT, "float", 100_000, 3000)
    assert memory.image == 4 * 16 * 50
    assert memory.flash == 100_000 + memory.tables
    assert memory.ram == memory.state + memory.image + 3000


def test_fixed_point_takes_less():
    in_float, in_q15 = (memory_of(LAYOUT, number, 0, 0) for number in ("float", "q15"))
    assert in_q15.image == in_float.image / 2
    assert in_q15.state < in_float.state
    assert in_q15.tables < in_float.tables


def test_what_is_lacking_is_told():
    device = load_device("stm32u575")
    assert list(overfull(memory_of(LAYOUT, "float", 1 << 20, 1 << 10), device)) == []
    fixed = memory_of(LAYOUT, "q15", (2048 << 10) - 1, 800 << 10)
    flash, ram = overfull(fixed, device)
    assert "take 2,049 KiB of flash, 1 KiB more than the 2,048 KiB there are" in flash
    assert "of RAM, 16 KiB more than the 786 KiB there are" in ram


def test_a_device_without_that_limit_takes_all():
    assert list(overfull(memory_of(LAYOUT, "float", 1 << 40, 1 << 40), load_device("phone_cpu"))) == []
