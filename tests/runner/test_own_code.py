"""The code of a module of the user's: all of theirs that it imports is in the hash, and nothing is run for it."""

import sys

import pytest

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.runner import own_code
from lowsr_tradeoff.runner.own_code import code_of_module, imported

FILES = {
    "mine/__init__.py": "",
    "mine/net.py": "import json, numpy, beside\nfrom . import parts\nfrom .deep.blocks import Block\n",
    "mine/parts.py": "",
    "mine/deep/__init__.py": "",
    "mine/deep/blocks.py": "from ..parts import x\nfrom mine import late\nclass Block: pass\n",
    "mine/late.py": "def f():\n    import later\n",
    "mine/other.py": "",
    "beside.py": "",
    "later.py": "",
}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working directory with code of the user's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each])
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_what_is_reached_by_imports_of_any_form_changes_the_code_and_nothing_else_does(here):
    before = code_of_module("mine.net")
    for name, text in FILES.items():
        (here / name).write_text(text + "# edited\n")
        assert (code_of_module("mine.net") == before) == (name == "mine/other.py"), name
        (here / name).write_text(text)
    assert code_of_module("mine.net") == before


def test_the_place_does_not_matter(here, tmp_path_factory, monkeypatch):
    before = code_of_module("mine.net")
    moved = tmp_path_factory.mktemp("moved") / "there"
    here.rename(moved)
    monkeypatch.chdir(moved)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each != str(here)])
    assert code_of_module("mine.net") == before


def test_another_version_of_a_library_is_other_code(here, monkeypatch):
    before = code_of_module("mine.net")
    version_of = own_code.version_of
    monkeypatch.setattr(own_code, "version_of", lambda name: version_of(name) + ("1" if name == "numpy" else ""))
    assert code_of_module("mine.net") != before


def test_nothing_is_run_for_the_hash(here):
    (here / "beside.py").write_text("raise SystemExit('was run')\n")
    code_of_module("mine.net")
    assert "mine" not in sys.modules


def test_no_file_of_the_working_directory_stands_in_for_a_library(here):
    (here / "numpy.py").write_text("")
    (here / "asker.py").write_text("import numpy\n")
    assert imported("asker").numpy is sys.modules["numpy"]


def test_an_edited_module_is_imported_again_with_what_it_imports(here):
    (here / "edited_one.py").write_text("from edited_two import SAID\n")
    (here / "edited_two.py").write_text("SAID = 'before'\n")
    first = imported("edited_one")
    assert imported("edited_one") is first
    (here / "edited_two.py").write_text("SAID = 'and after'\n")
    assert imported("edited_one").SAID == "and after"


def test_a_module_that_is_not_there_is_told_with_where_it_was_looked_for(here):
    with pytest.raises(ConfigError, match=f"no module nine.net in {here} or the environment; run where its file"):
        code_of_module("nine.net")
