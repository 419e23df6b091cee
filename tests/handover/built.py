"""The delivered sources with the constants of a layout, compiled, for the tests of what they compute."""

from importlib.resources import files
from pathlib import Path

import pytest
from tests.classify.packaged import package

from lowsr_tradeoff.errors import MissingResourceError
from lowsr_tradeoff.handover.compiled import compiler
from lowsr_tradeoff.handover.settings_header import settings_header
from lowsr_tradeoff.handover.tables import tables

SANITIZED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-O1")
STEP = (0.014, -57)


def has_compiler():
    try:
        compiler()
    except MissingResourceError:
        return False
    return True


needs_compiler = pytest.mark.skipif(not has_compiler(), reason="no C compiler on this machine: apt-get install gcc")


def write_sources(folder, layout):
    """Write the C sources with the constants of a layout."""
    for source in Path(str(files("lowsr_tradeoff") / "handover" / "c")).iterdir():
        (folder / source.name).write_bytes(source.read_bytes())
    (folder / "settings.h").write_text(settings_header(layout, package().settings, STEP, 0.25))
    (folder / "tables.h").write_text(tables(layout))
    return folder
