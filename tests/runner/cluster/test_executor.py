"""Two machines give the bytes that one gives, and one of them may die in the middle."""

import json
import os
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from lowsr_tradeoff.cli import main as cli
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.runner.cluster.executor import _require_gpu, _where
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.settings.groups import Settings

ROOT = Path(__file__).parents[1]

# In a process of its own, since Ray opens sockets, takes signals and warns.
JOB = """
import json, os, sys
from dataclasses import replace
from functools import partial
from pathlib import Path
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_health_check_period_ms"] = "500"
from ray.cluster_utils import Cluster
from tests.faults.test_faults import chain
from tests.runner.cluster.test_executor import compute_with_file
from lowsr_tradeoff.runner.schedule import Resources, run_missing
from lowsr_tradeoff.runner.store import Store

out, clip = map(Path, sys.argv[1:])
# Ray takes our word for a GPU.
head = {"num_cpus": 1, "num_gpus": 1, "include_dashboard": False}
cluster = Cluster(initialize_head=True, head_node_args=head)
doomed = cluster.add_node(num_cpus=1)
store, seen = Store(out), []

def report(at):
    if not at.label:
        return
    seen.append(at.label)
    if len(seen) == 6:
        cluster.remove_node(doomed, allow_graceful=False)

run = partial(compute_with_file, store, clip)
wanted = [replace(step, is_on_gpu=i % 4 == 0) for i, step in enumerate(chain(16))]
means = Resources(step_timeout_s=60, cluster=cluster.address, gpu_share=0.5)
outcome = run_missing(wanted, store, run, means, report)
cluster.shutdown()
print(json.dumps({"n_run": outcome.n_run, "failures": list(outcome.failures.values()), "seen": len(seen)}))
"""


def compute_with_file(store, clip, steps):
    import ray
    from tests.faults.test_faults import compute

    has_gpu = bool(ray.get_runtime_context().get_accelerator_ids()["GPU"])
    if has_gpu != any(step.is_on_gpu for step in steps):
        raise ValueError("a step got a GPU and needs none, or the other way round")
    if clip.read_bytes() != b"sound":
        raise ValueError("another file")
    compute(store, steps)


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is an extra: pip install 'lowsr-tradeoff[cluster]'")
def test_two_machines_of_which_one_dies_give_the_bytes_of_one(tmp_path):
    """Where one has a GPU, the steps that compute on one get it, and no others."""
    from tests.faults.test_faults import chain, compute, contents

    from lowsr_tradeoff.runner.schedule import execute
    from lowsr_tradeoff.runner.store import Store

    clip = tmp_path / "clip.wav"
    clip.write_bytes(b"sound")
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", JOB, tmp_path / "far", clip],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {"n_run": 16, "failures": [], "seen": 16}
    near = Store(tmp_path / "near")
    execute(chain(16), near, lambda steps: compute(near, steps), 1, lambda _: None)
    assert contents(tmp_path / "far") == contents(tmp_path / "near")


@pytest.mark.parametrize("address", ["local:", "local:0", "local:many"])
def test_an_address_without_a_number_is_refused(address):
    with pytest.raises(ConfigError, match="for example local:4"):
        _where(address)


@pytest.mark.parametrize(("resources", "is_refused"), [({"CPU": 4.0}, True), ({"CPU": 4.0, "GPU": 1.0}, False)])
def test_a_cluster_without_a_gpu_is_refused_where_steps_need_one(resources, is_refused):
    plain = Step("test", "errors:run", Settings(), "plain", "events")
    _require_gpu([plain], "auto", resources)
    with pytest.raises(ConfigError, match="none of its machines declares a GPU") if is_refused else nullcontext():
        _require_gpu([plain, replace(plain, is_on_gpu=True)], "auto", resources)


def test_a_cluster_that_is_not_there_is_a_fault_of_settings(monkeypatch, small_study, tmp_path, capsys):
    """Ray's own words are kept, and nothing has run."""
    ray = pytest.importorskip("ray")
    monkeypatch.setattr(ray, "init", lambda **_: (_ for _ in ()).throw(ConnectionError("nobody answers")))
    with pytest.raises(SystemExit) as left:
        cli.main(["--config", str(small_study), "--out", str(tmp_path), "--cluster", "head:6379"])
    assert left.value.code == 2
    assert "no Ray cluster answers there (nobody answers)" in capsys.readouterr().err
