"""What this machine has, and what it lacks with the remedy."""

import pytest

from lowsr_tradeoff.runner import machine


def test_the_machine_is_described():
    assert machine.cpu_name()
    assert machine.n_cores() >= 1
    assert machine.memory_gb() > 0.5


@pytest.fixture
def groups(monkeypatch, tmp_path):
    """Write files of control groups, and what group this process is in."""
    free = machine._kernel_figure
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    monkeypatch.setattr(machine, "OWN_GROUPS", tmp_path / "own")
    monkeypatch.setattr(machine, "n_own_cores", lambda: 8)
    monkeypatch.setattr(machine, "_kernel_figure", lambda path, *of: 4.0 if of[1:] else free(path, *of))

    def write(own, **files):
        (tmp_path / "own").write_text(own)
        for name, text in files.items():
            file = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{text}\n")

    return write


V2, V1 = "0::/\n", "7:memory:/docker/ab\n4:cpu,cpuacct:/docker/ab\n"


@pytest.mark.parametrize(("limit", "told_gb"), [("max", 4.0), ("3000000000", 2.5), ("1", 0.0), (None, 4.0)])
def test_memory_to_take_is_what_is_free_within_the_groups_limit(groups, limit, told_gb):
    stat = "anon 7\ninactive_file 500000000\nactive_file 3"
    held = {"memory_dot_max": limit, "memory_dot_current": "1000000000", "memory_dot_stat": stat}
    groups(V2, **(held if limit else {}))
    assert machine.available_gb() == pytest.approx(told_gb)


@pytest.mark.parametrize("folder", ["memory__", "memory__docker__ab__"])
@pytest.mark.parametrize(("limit", "told_gb"), [("1500000000", 0.9), ("9223372036854771712", 4.0)])
def test_memory_of_version_1_is_limited_too(groups, folder, limit, told_gb):
    stat = "inactive_file 1\ntotal_inactive_file 400000000"
    names = ("memory_dot_limit_in_bytes", "memory_dot_usage_in_bytes", "memory_dot_stat")
    groups(V1, **{f"{folder}{name}": text for name, text in zip(names, (limit, "1000000000", stat), strict=True)})
    assert machine.available_gb() == pytest.approx(told_gb)


@pytest.mark.parametrize(
    ("own", "files", "n", "quota"),
    [
        (V2, {"cpu_dot_max": "50000 100000"}, 1, 0.5),
        (V2, {"cpu_dot_max": "250000 100000"}, 3, 2.5),
        (V2, {"cpu_dot_max": "max 100000"}, 8, None),
        (V2, {"cpu_dot_max": "2000000 100000"}, 8, 20.0),
        ("0::/a/b\n", {"a__cpu_dot_max": "100000 100000", "a__b__cpu_dot_max": "max 100000"}, 1, 1.0),
        (V1, {"cpu__cpu_dot_cfs_quota_us": "50000", "cpu__cpu_dot_cfs_period_us": "100000"}, 1, 0.5),
        (V1, {"cpu__cpu_dot_cfs_quota_us": "-1", "cpu__cpu_dot_cfs_period_us": "100000"}, 8, None),
        (V2, {"cpu_dot_max": "of no kind"}, 8, None),
        ("", {}, 8, None),
    ],
)
def test_processes_follow_the_quota_of_every_group_around(groups, own, files, n, quota):
    groups(own, **files)
    assert (machine.n_cores(), machine.cpu_quota()) == (n, quota)


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
