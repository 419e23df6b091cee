import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from typing import get_args

import pytest
from pydantic import BaseModel
from tests.replaced import replaced
from tests.reports.conftest import QUALIFIES

from lowsr_tradeoff.files.safe_text import source_of
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import NO_TARGET
from lowsr_tradeoff.records.network import ArmName
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.exports.run_files import load, to_json
from lowsr_tradeoff.reports.page.assets import embedded
from lowsr_tradeoff.reports.page.draws import without_draws
from lowsr_tradeoff.reports.page.html import render
from lowsr_tradeoff.reports.sections.decision.not_measured import not_measured
from lowsr_tradeoff.reports.sections.recognition import accuracy
from lowsr_tradeoff.reports.wording import number, percent, points, probability

VOID = {"meta", "link", "br", "img", "input", "hr"}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """The page's elements in order, with the text inside each and whatever is not well nested."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[list[str]] = []
        self.open: list[tuple[str, int]] = []
        self.faults: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.texts.append([])
        if tag not in VOID:
            self.open.append((tag, len(self.texts) - 1))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.faults.append(tag)
        else:
            self.open.pop()

    def handle_data(self, data):
        for _, index in self.open:
            self.texts[index].append(data)

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]

    def text_of(self, *tags: str) -> list[str]:
        found = zip(self.elements, self.texts, strict=True)
        return [" ".join("".join(text).split()) for (tag, _), text in found if tag in tags]


@pytest.fixture(scope="module")
def page(tradeoff, manifest, listen):
    return render(tradeoff, manifest, listen)


@pytest.fixture(scope="module")
def parsed(page):
    return Page(page)


def test_equal_records_give_equal_bytes(page, build, manifest, listen, tmp_path):
    saved = tmp_path / "tradeoff.json"
    saved.write_text(to_json(build()))
    assert render(build(), manifest, listen) == page
    assert render(load(saved), manifest, listen) == page


def test_every_element_is_closed_in_order(parsed):
    assert parsed.faults == []
    assert parsed.open == []


def test_there_is_one_h1_and_no_heading_level_is_skipped(parsed):
    levels = [int(tag[1]) for tag in parsed.tags() if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_ids_are_unique_and_links_lead_somewhere(parsed):
    ids = [attrs["id"] for _, attrs in parsed.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for tag, attrs in parsed.elements if tag == "a"]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_every_figure_has_words_and_is_followed_by_its_table(parsed):
    tags = parsed.tags()
    starts = [index for index, tag in enumerate(tags) if tag == "figure"]
    assert len(starts) == 15
    for start, end in zip(starts, [*starts[1:], len(tags)], strict=True):
        assert parsed.elements[start][1]["aria-label"]
        assert "figcaption" in tags[start:end]
        is_packed = any("data-table" in attrs for _, attrs in parsed.elements[start:end])
        assert is_packed or "table" in tags[start:end]
    # The first is drawn and described by the page's script.
    assert all(len(caption) > 30 for caption in parsed.text_of("figcaption")[1:])


def test_every_table_has_a_caption_and_every_heading_a_scope(parsed):
    assert parsed.tags().count("table") == parsed.tags().count("caption") > 15
    assert all(attrs.get("scope") in {"row", "col"} for tag, attrs in parsed.elements if tag == "th")


def test_nothing_is_loaded_from_anywhere(parsed):
    for tag, attrs in parsed.elements:
        for name in ("src", "href", "action", "srcset", "poster", "data"):
            if attrs.get(name):
                assert attrs[name].startswith(("#", "data:")), (tag, attrs[name])
    (style,) = parsed.text_of("style")
    assert not re.search(r"@import|url\(", style)


def test_the_policy_forbids_the_network_and_every_script_but_the_pages_own(page, parsed):
    (policy,) = (attrs["content"] for _, attrs in parsed.elements if attrs.get("http-equiv"))
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert allowed.pop("default-src") == "'none'"
    (script,) = re.findall("<script>(.*?)</script>", page, re.DOTALL)
    assert allowed.pop("script-src").split() == [source_of(embedded(page, "plotly")), source_of(script)]
    assert allowed == {
        "style-src": "'unsafe-inline'",
        "img-src": "data: blob:",
        "media-src": "data:",
        "form-action": "'none'",
        "base-uri": "'none'",
    }


def test_the_cloud_button_is_off_and_the_plotting_code_is_there_once(page):
    assert 'showSendToCloud: false, plotlyServerURL: ""' in page
    assert embedded(page, "plotly").count("plotly.js v") == 1
    assert len(page.encode()) < 3_000_000


def measurements(record: object) -> Iterator[Measurement]:
    if isinstance(record, Measurement):
        yield record
    elif isinstance(record, BaseModel):
        for _, value in record:
            yield from measurements(value)
    elif isinstance(record, tuple):
        for value in record:
            yield from measurements(value)


def test_every_measurement_of_the_study_stands_in_a_table(build, manifest, listen):
    tradeoff = build(constraints=QUALIFIES)
    page = render(tradeoff, manifest, listen)
    packed = json.loads(embedded(page, "content"))["tables"].values()
    cells = set(Page(page).text_of("td", "th", "span"))
    cells |= {
        cell if isinstance(cell, str) else " ".join(cell)
        for table in packed
        for row in table["rows"]
        for cell in row
    }
    # No sound was listened for: recall and false alarms are in no table.
    found = [one for one in measurements(tradeoff) if one.reason != NO_TARGET]
    assert len(found) > 1000
    for measurement in found:
        written = {str(write(measurement)) for write in (percent, number, points, probability)}
        assert {*written, f"not tested: {measurement.reason}"} & cells, measurement


def test_the_answer_is_above_everything_and_sections_are_folded(parsed):
    tags = parsed.tags()
    assert (
        tags.index("h1") < tags.index("form") < tags.index("figure") < tags.index("table") < tags.index("details")
    )
    assert not any("open" in attrs for tag, attrs in parsed.elements if tag == "details")
    sections = [
        attrs["id"] for tag, attrs in parsed.elements if tag == "details" and attrs.get("class") == "section"
    ]
    assert sections == ["sounds", "speech", "power-use", "listen", "training", "method"]


def test_what_was_not_measured_is_listed(parsed, tradeoff):
    assert set(not_measured(tradeoff)) <= set(parsed.text_of("li"))


def test_titles_promise_nothing(parsed):
    for title in (*parsed.text_of("title"), *parsed.text_of("h1", "h2", "h3")):
        assert not re.search(r"anonym|private|speech-free", title.lower())
    assert "speech recovered by the attackers tested" in parsed.text_of("title")[0]


def test_made_up_data_carry_a_banner_and_real_data_do_not(build, manifest, listen):
    banner = "Made-up sounds and speech: not for decisions"
    assert banner in Page(render(build(), manifest, listen)).text_of("span")
    assert banner not in render(build(is_synthetic=False), manifest, listen)


def test_hostile_names_never_become_markup(build, manifest, make_listen, page):
    tradeoff = build(classes=(HOSTILE, "b"), attacker=HOSTILE, corpus=HOSTILE, source=HOSTILE)
    hostile = Page(render(tradeoff, manifest, make_listen(HOSTILE, HOSTILE, HOSTILE)))
    assert hostile.faults == []
    # As long, since sentences are printed below their row.
    name = "a" * len(HOSTILE)
    tame = build(classes=(name, "b"), attacker=name, corpus=name, source=name)
    assert hostile.tags() == Page(render(tame, manifest, make_listen(name, name, name))).tags()
    assert not any(name.startswith("on") for _, attrs in hostile.elements for name in attrs)
    assert any(HOSTILE in text for text in hostile.text_of("th", "td"))


def test_the_results_lie_in_the_page(page, tradeoff):
    assert Tradeoff.model_validate_json(embedded(page, "tradeoff")) == without_draws(tradeoff)


def test_results_that_are_too_large_stay_in_their_own_file(tradeoff, manifest, listen, monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.reports.page.html.MOST_BYTES", 1000)
    page = render(tradeoff, manifest, listen)
    assert "tradeoff.json with all of the results" in page
    assert '<script type="text/plain" id="tradeoff"></script>' in page


def test_a_table_of_very_many_rows_is_packed_and_folded(tradeoff, manifest, listen, page, parsed):
    huge = json.loads(embedded(page, "content"))["tables"]
    caption = "Accuracy and macro-F1 by rate, training and features"
    assert len(huge) > 3
    assert len(huge[caption]["rows"]) == len(tradeoff.recognition.results)
    assert f"{caption} ({len(tradeoff.recognition.results)} rows)" in parsed.text_of("summary")
    assert caption not in parsed.text_of("caption")
    few = replaced(tradeoff, {"recognition.results": tradeoff.recognition.results[:3]})
    assert caption in Page(render(few, manifest, listen)).text_of("caption")


def test_every_clip_can_be_played_and_what_was_heard_is_beside_it(parsed, listen):
    players = [attrs for tag, attrs in parsed.elements if tag == "button" and attrs.get("class") == "play"]
    assert len(players) == len(listen.clips)
    assert all(
        attrs["data-sound"].startswith("data:audio/mpeg;base64,") and attrs["aria-label"] for attrs in players
    )
    assert sum("The recogniser wrote: open a door" in text for text in parsed.text_of("li")) == 5
    pictures = [attrs for tag, attrs in parsed.elements if tag == "img"]
    assert len(pictures) == len(listen.clips)
    assert all(attrs["src"].startswith("data:image/png;base64,") and attrs["alt"] for attrs in pictures)


def test_a_report_without_clips_says_so(tradeoff, manifest, listen):
    none = render(tradeoff, manifest, listen.model_copy(update={"clips": ()}))
    assert "No clips were put into this report." in none


def test_the_papers_protocol_is_called_optimistic_wherever_accuracy_is_shown(build, manifest, listen):
    page = render(build(is_paper=True, constraints=QUALIFIES), manifest, listen)
    parsed, screen = Page(page), json.loads(embedded(page, "screen"))
    label = "best epoch chosen on the test fold: optimistic"
    assert any(label in one["figures"].lower() for one in screen["cautions"]["stm32u575"])
    assert any(figure.get("title") == f"Accuracy ({label})" for figure in screen["figures"])
    packed = (
        column for table in json.loads(embedded(page, "content"))["tables"].values() for column in table["columns"]
    )
    headed = [text for text in (*parsed.text_of("th"), *packed) if text.startswith("Accuracy")]
    assert len(headed) >= 3
    assert all(label in text for text in headed)
    assert sum(label in text.lower() for text in parsed.text_of("figcaption")) == 3
    assert not any("the test fold decides nothing" in text for text in parsed.text_of("p"))
    assert label not in " ".join(Page(render(build(), manifest, listen)).text_of("p", "th", "figcaption")).lower()


def test_what_was_not_chosen_not_published_or_not_diagnosed_leaves_the_page(build, manifest, listen):
    none = {f"recognition.{name}": () for name in ("sensitivity", "published", "diagnoses", "humps")}
    parsed = Page(render(replaced(build(is_paper=True), none), manifest, listen))
    assert parsed.tags().count("figure") == 11
    headings = " ".join(parsed.text_of("h3", "h4"))
    assert not re.search("alpha|teacher|Published beside|prediction", headings)


def test_many_arms_stay_readable_and_the_page_light(build, manifest, listen):
    tradeoff = build()
    (one,) = (r for r in tradeoff.recognition.results if (r.rate_hz, r.grid, r.arm) == (1000, "native", "cssd"))
    many = tuple(
        one.model_copy(update={"rate_hz": rate, "arm": arm})
        for rate in range(500, 5500, 500)
        for arm in get_args(ArmName)
    )
    page = render(replaced(tradeoff, {"recognition.results": many}), manifest, listen)
    assert len(page.encode()) - len(render(tradeoff, manifest, listen).encode()) < 5000 * len(many)
    assert len(accuracy.table(replaced(tradeoff, {"recognition.results": many})).rows) == len(get_args(ArmName))
    assert len(accuracy.figure(replaced(tradeoff, {"recognition.results": many}))["data"]) == 7


def test_every_axis_says_in_words_which_way_is_better(page):
    for name, spec in json.loads(embedded(page, "content"))["specs"].items():
        titles = [
            axis["title"]["text"]
            for key, axis in spec["layout"].items()
            if re.match("[xy]axis", key) and axis.get("title", {}).get("text")
        ]
        # Alpha and T are settings: the cells of their map say what is better.
        silent = [title for title in titles if not re.search("better|choice|recognises more|^(alpha|T)$", title)]
        assert silent == [], name
