"""A figure that is new needs its file, and one line of its section."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from lowsr_tradeoff.reports.page import html
from lowsr_tradeoff.reports.page.assets import embedded
from lowsr_tradeoff.reports.sections import recognition

FILE = """
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table


def entry(tradeoff):
    return Entry("Clips", "clips", "How many clips there are", figure(tradeoff), table(tradeoff), caption(tradeoff))


def figure(tradeoff):
    counts = [corpus.n_clips for corpus in tradeoff.corpora]
    return {"data": [{"type": "bar", "y": counts}], "layout": {"height": 300}}


def table(tradeoff):
    rows = tuple((corpus.kind, str(corpus.n_clips)) for corpus in tradeoff.corpora)
    return Table("Clips of each corpus", ("Corpus", "Clips"), rows)


def caption(tradeoff):
    return f"{sum(corpus.n_clips for corpus in tradeoff.corpora)} clips in all."
"""
LINE = "        clips.entry(tradeoff),\n"


@pytest.fixture
def section(monkeypatch):
    """The section with a new figure behind its second, made of its own source and one line more."""
    clips, changed = ModuleType("clips"), ModuleType("changed")
    exec(FILE, clips.__dict__)
    monkeypatch.setitem(sys.modules, "clips", clips)
    before = Path(recognition.__file__).read_text(encoding="utf-8")
    second = "        recall.entry(tradeoff),\n"
    assert before.count(second) == 1
    changed.__dict__["clips"] = clips
    exec(before.replace(second, second + LINE), changed.__dict__)
    monkeypatch.setattr(html, "recognition", changed)
    return changed


def test_a_new_figure_is_on_the_page_in_its_place(section, tradeoff, manifest, listen):
    page = html.render(tradeoff, manifest, listen)
    assert page.index('id="recall"') < page.index('<div class="plot" id="clips"') < page.index('id="confusion"')
    for part in (
        "<h3>Clips</h3>",
        '<figure aria-label="How many clips there are">',
        "<figcaption>464 clips in all.</figcaption>",
        "<caption>Clips of each corpus</caption>",
    ):
        assert page.count(part) == 1
    drawn = json.loads(embedded(page, "content"))["specs"]["clips"]
    assert drawn == {"data": [{"type": "bar", "y": [400, 64]}], "layout": {"height": 300}}


def test_all_else_stays_as_it_was(section, tradeoff, listen):
    before, after = recognition.sounds(tradeoff).entries, section.sounds(tradeoff).entries
    assert [entry for entry in after if entry.anchor != "clips"] == list(before)
