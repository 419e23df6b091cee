"""The documents: every link leads somewhere, every file and option they name exists, the README stays short."""

import re
import shlex
import unicodedata
from pathlib import Path

import pytest

from lowsr_tradeoff.cli.commands import app

ROOT = Path(__file__).parents[1]
DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))
# Inline links and pictures; the target ends at a blank or the bracket.
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)")
NAMED = re.compile(r"`((?:docs|src|benchmarks|\.ci|tests)/[\w./-]+)`")
# A module below the package, and what is looked for in it: `audio/capture.py: capture`.
MODULE = re.compile(r"`(?:lowsr_tradeoff/)?([a-z_]+/[\w/]+\.py)(?:: (\w+))?`")


def prose(path):
    """The text without blocks of code, which have brackets of their own."""
    return re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(path):
    """The names that GitHub gives to headings: lower case, blanks to hyphens, other marks dropped."""
    found = []
    for title in re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()
        kept = "".join(c for c in plain if c in " -_" or unicodedata.category(c)[0] in "LN")
        name = kept.strip().replace(" ", "-")
        n_before = sum(re.fullmatch(rf"{re.escape(name)}(-\d+)?", other) is not None for other in found)
        found.append(f"{name}-{n_before}" if n_before else name)
    return found


def faults(path, text):
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists():
            yield f"{target}: no such file"
        elif anchor and anchor not in anchors(there):
            yield f"{target}: no such heading"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path):
    assert list(faults(path, prose(path))) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One `two` (x)\n\n# Same\n\n# Same\n\n```\n# no heading [a](b)\n```\n")
    assert anchors(page) == ["one-two-x", "same", "same-1"]
    good = "[a](#one-two-x) [b](page.md#same-1) [e](https://x.org/y)"
    text = f"{good} [c](absent.md) ![d](page.md#three) [f](#no-heading)"
    assert list(faults(page, text)) == [
        "absent.md: no such file",
        "page.md#three: no such heading",
        "#no-heading: no such heading",
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_named_exists(path):
    missing = [name for name in NAMED.findall(prose(path)) if not (ROOT / name).exists()]
    assert missing == []


def lacks(name, function):
    """Whether a module is in neither the package nor the repository, or does not define a function."""
    found = [file for folder in (ROOT / "src/lowsr_tradeoff", ROOT) if (file := folder / name).exists()]
    return not (found and (not function or f"def {function}(" in found[0].read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_that_is_named_exists(path):
    named = [(name, function) for name, function in MODULE.findall(prose(path)) if lacks(name, function)]
    assert named == []


def test_a_module_that_does_not_exist_is_found():
    named = MODULE.findall(
        "`audio/capture.py: capture` `audio/capture.py: sing` `audio/gone.py` `tests/test_docs.py`"
    )
    assert [lacks(*each) for each in named] == [False, True, True, False]


def commands():
    """The lines of shell in the README that call this program, without comments."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.partition("#")[0] for line in re.findall(r"^uv run lowsr-tradeoff (.*)$", text, re.MULTILINE)]


@pytest.mark.parametrize("line", commands())
def test_every_command_of_the_readme_parses(line):
    command, bound, _ = app.parse_args(shlex.split(line), exit_on_error=False, print_error=False)
    assert callable(command)
    assert bound.arguments or "doctor" in line


def test_every_command_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = {name for name in app if not name.startswith("-")} - {"run"}
    assert names
    assert [name for name in sorted(names) if f"`{name}" not in readme] == []


def test_every_flag_of_the_readme_is_one_of_a_command():
    flags = {
        name
        for command in app
        if not command.startswith("-")
        for argument in app[command].assemble_argument_collection()
        for name in argument.names
    } | {name for name in app if name.startswith("--")}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    ours = re.sub(r"uv run(?: --(?:isolated|(?:group|only-group|extra) \w+))*", "", text)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", ours))
    assert named
    assert named <= flags


def test_the_readme_is_short_and_shows_the_frontier():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120
    assert "](docs/frontier.png)" in text
    assert (ROOT / "docs" / "frontier.png").stat().st_size < 300_000
