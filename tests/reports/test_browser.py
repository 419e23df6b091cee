"""The page in headless Chromium, opened from a file with no way to any network."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lowsr_tradeoff.reports.html import render

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--disable-dev-shm-usage", "--no-first-run", "--enable-logging=stderr"),
    *("--proxy-server=127.0.0.1:9", "--virtual-time-budget=3000"),
)
HOSTILE = "<a href=https://evil.example>x</a><img src=x onerror=\"document.title='owned'\">"

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: apt-get install chromium to test the page in a browser"
)


def visit(page: str, folder: Path, *flags: str) -> tuple[str, list[str]]:
    """Return the page's elements after its scripts ran, and what it wrote to the console."""
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.fixture(scope="module")
def visited(build, manifest, make_listen, tmp_path_factory):
    """The elements and console of a page whose every name is hostile; what scripts hold is left out."""
    tradeoff = build(classes=(HOSTILE, "b"), attacker=HOSTILE, corpus=HOSTILE, source=HOSTILE)
    page = render(tradeoff, manifest, make_listen(HOSTILE, HOSTILE, HOSTILE))
    dom, console = visit(page, tmp_path_factory.mktemp("visited"), "--dump-dom")
    return re.sub(r"<script.*?</script>", "", dom, flags=re.DOTALL), console


@pytest.mark.parametrize(
    "name",
    [
        *("frontier", "speech", "accuracy", "recall", "choices", "information", "recoverability", "energy"),
        *("attackers", "privacy", "intelligibility", "power", "battery", "sensitivity"),
    ],
)
def test_every_figure_is_drawn(visited, name):
    (plot,) = re.findall(rf'<div class="plot[^"]*" id="{name}".*?</figure>', visited[0], re.DOTALL)
    assert 'class="main-svg"' in plot
    assert len(re.findall(r'class="(?:trace|hm)', plot)) > 0


def test_nothing_is_said_on_the_console_and_nothing_offered_to_a_cloud(visited):
    dom, console = visited
    assert console == []
    assert "modebar" in dom
    assert not re.search(r"share chart|cloud\.plotly", dom, re.IGNORECASE)


def test_hostile_names_stay_text_in_the_drawings(visited):
    dom, _ = visited
    assert "owned" not in re.findall("<title>(.*?)</title>", dom)[0]
    assert not re.search(r"<a\b[^>]*evil|<img\b", dom)
    assert re.search(r"<text[^>]*>[^<]*&lt;a href=https://evil.example&gt;", dom)


def test_print_is_made_without_a_word_on_the_console(tradeoff, manifest, listen, tmp_path):
    printed = tmp_path / "report.pdf"
    _, console = visit(render(tradeoff, manifest, listen), tmp_path, f"--print-to-pdf={printed}")
    assert console == []
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) >= 8
