"""The delivered sources with the constants of a layout, compiled, for the tests of what they compute."""

from importlib.resources import files
from pathlib import Path

import pytest
from tests.deploy.small_model import package

from lowsr_tradeoff.deploy.firmware.compile import find_compiler
from lowsr_tradeoff.deploy.firmware.headers import settings_header, tables
from lowsr_tradeoff.errors import MissingResourceError

SANITIZED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-O1")
STEP = (0.014, -57)


def has_compiler():
    try:
        find_compiler()
    except MissingResourceError:
        return False
    return True


needs_compiler = pytest.mark.skipif(not has_compiler(), reason="no C compiler on this machine: apt-get install gcc")


def write_sources(folder, layout):
    """Write the C sources with the constants of a layout."""
    for source in Path(str(files("lowsr_tradeoff") / "deploy" / "firmware" / "c")).iterdir():
        (folder / source.name).write_bytes(source.read_bytes())
    (folder / "settings.h").write_text(settings_header(layout, package().settings, STEP, 0.25))
    (folder / "tables.h").write_text(tables(layout))
    return folder
