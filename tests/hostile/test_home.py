"""Where there is no home at all; ``tests/privacy/test_offline.py`` runs a whole study in one that is read-only."""

import os
import subprocess
import sys

DRAWS = """
from lowsr_tradeoff.cli.main import main
try:
    main(["--version"])
except SystemExit:
    import matplotlib
    matplotlib.get_configdir()
"""


def test_drawing_says_nothing_of_a_home_that_cannot_be_written():
    env = {name: value for name, value in os.environ.items() if name not in {"MPLCONFIGDIR", "XDG_CONFIG_HOME"}}
    done = subprocess.run(
        [sys.executable, "-c", DRAWS],
        env={**env, "HOME": "/dev/null/home"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
