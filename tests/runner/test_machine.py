"""What this machine has, and what it lacks with the remedy."""

import pytest

from lowsr_tradeoff.runner import machine


def test_the_machine_is_described():
    assert machine.cpu_name()
    assert machine.n_cores() >= 1
    assert machine.memory_gb() > 0.5


@pytest.mark.parametrize(("limit", "told_gb"), [("max", 4.0), ("3000000000", 2.5), ("1", 0.0), (None, 4.0)])
def test_memory_to_take_is_what_is_free_within_the_groups_limit(monkeypatch, tmp_path, limit, told_gb):
    free = machine._kernel_figure
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    monkeypatch.setattr(machine, "_kernel_figure", lambda path, *of: 4.0 if of[1:] else free(path, *of))
    if limit is not None:
        (tmp_path / "memory.max").write_text(f"{limit}\n")
        (tmp_path / "memory.current").write_text("1000000000\n")
        (tmp_path / "memory.stat").write_text("anon 7\ninactive_file 500000000\nactive_file 3\n")
    assert machine.available_gb() == pytest.approx(told_gb)


def test_free_memory_is_some_and_no_more_than_there_is():
    assert 0 < machine.available_gb() <= machine.memory_gb() + 0.1


def test_a_gpu_is_named_or_told_to_be_missing_with_the_remedy(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda: "NVIDIA H100")
    assert (machine.gpu_name(), machine.why_no_gpu()) == ("NVIDIA H100", None)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert machine.gpu_name() is None
    assert "finds no GPU on this machine" in machine.why_no_gpu()
    assert "take --device-type cpu" in machine.why_no_gpu()
    monkeypatch.setattr("torch.version.cuda", None)
    assert "made without CUDA" in machine.why_no_gpu()


def test_instructions_are_the_makers_name_what_it_offers_and_what_limits_it(monkeypatch):
    told = {"vendor_id": "GenuineIntel", "flags": "fpu sse4_2 avx avx2 fma avx512f"}
    monkeypatch.setattr(machine, "_cpu_info", lambda name: told.get(name, ""))
    for name in machine.CHOSEN_BY:
        monkeypatch.delenv(name, raising=False)
    assert machine.instructions() == "GenuineIntel avx avx2 avx512f"
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "AVX2")
    assert machine.instructions() == "GenuineIntel avx avx2 avx512f CT2_FORCE_CPU_ISA=AVX2"
    told.clear()
    told |= {"CPU implementer": "0x41", "Features": "fp asimd asimddp i8mm"}
    assert machine.instructions() == "0x41 asimd asimddp i8mm CT2_FORCE_CPU_ISA=AVX2"
