"""Recordings and transcripts stay on the machine: a whole run opens no connection, in none of its processes.

Nor does it need a home that can be written, or say anything of one that cannot.
"""

import os
import subprocess
import sys

from tests.conftest import write_speech, write_tones

# Python's own hooks see every connection and every look-up of a name; what raises here might be caught elsewhere,
# so it is also written down. Processes talk to each other through local sockets.
GUARD = """
import os, socket, sys

def watch(event, args):
    if event in {"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}:
        if event.startswith("socket.get") or args[0].family != socket.AF_UNIX:
            with open(os.environ["CALLS"], "a") as file:
                file.write(f"{event} {args[1:]}\\n")
            raise OSError("the network is blocked")

sys.addaudithook(watch)
"""
# Root may write anywhere; without these two powers, which no program started from there gets back, modes count for
# root too. Others have none to lose.
MODES_COUNT = """
import ctypes, os, sys

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
for power in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, power, 0, 0, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
PROBE = """
import pathlib, socket

try:
    (pathlib.Path.home() / "file").write_text("")
except PermissionError as error:
    print(error)
socket.create_connection(("127.0.0.1", 9))
"""
# Where libraries keep caches and settings if they are told to.
CACHES = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR", "NUMBA_CACHE_DIR", "HF_HOME", "TORCH_HOME")
STUDY = """
rates_hz = [500]
reference_rate_hz = 1000
[events]
source = "events"
n_folds = 2
[speech]
source = "speech"
[classify]
arms = ["raw"]
grids = ["shared"]
epochs = 1
batch_size = 4
[privacy]
words_source = "events"
"""


def paths_before(folder):
    return os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))


def guarded(folder, *command):
    (folder / "sitecustomize.py").write_text(GUARD)
    kept = {name: value for name, value in os.environ.items() if name not in CACHES}
    home = folder / "home"
    home.mkdir(mode=0o555)
    env = {
        **kept,
        "HOME": str(home),
        "PYTHONWARNINGS": "default",
        "PYTHONPATH": paths_before(folder),
        "CALLS": str(folder / "calls"),
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.run(
        [sys.executable, "-S", "-c", MODES_COUNT, *command],
        env=env,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_run_opens_no_connection_and_writes_nothing_at_home(tmp_path):
    write_tones(tmp_path / "events", {"low": 100, "high": 200})
    write_speech(tmp_path / "speech")
    (tmp_path / "study.toml").write_text(STUDY)
    run = ("-m", "lowsr_tradeoff", "--config", tmp_path / "study.toml", "--out", tmp_path / "out", "-j", "2", "-q")
    done = guarded(tmp_path, *map(str, run))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out/claims.md").exists()
    assert not (tmp_path / "calls").exists(), (tmp_path / "calls").read_text()
    assert list((tmp_path / "home").iterdir()) == []


def test_the_guard_sees_a_connection_and_the_home_is_read_only_even_for_root(tmp_path):
    done = guarded(tmp_path, "-c", PROBE)
    assert "Permission denied" in done.stdout
    assert "the network is blocked" in done.stderr
    assert (tmp_path / "calls").exists()
