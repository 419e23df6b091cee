"""The page in headless Chromium, opened from its file with no way to any network."""

import re
import shutil

import pytest
from tests.reports.conftest import DEVICES, RATES, build_tradeoff

from lowsr_tradeoff.audio.spectrogram import COLUMNS
from lowsr_tradeoff.decision import frontier
from lowsr_tradeoff.reports.page.html import render
from lowsr_tradeoff.settings.limits import Constraints

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "<a href=https://evil.example>x</a><img src=x onerror=\"document.title='owned'\">"
DRAWN = "html[data-is-drawn]"
FIGURES = (
    *("frontier", "speech", "accuracy", "recall", "confusion", "choices", "information", "recoverability"),
    *("energy", "attackers", "privacy", "intelligibility", "power", "battery", "sensitivity"),
)
LIMITS = (
    {},
    {"min_accuracy": 0.6, "max_word_recovery": 0.2, "min_battery_hours": 500.0},
    {"min_accuracy": 0.8, "max_word_recovery": 0.1},
    {"min_accuracy": 0.0},
    {"max_word_recovery": 0.0},
    {"min_accuracy": 0.85, "min_battery_hours": 17520.0},
    {"max_word_recovery": 0.35},
)

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: apt-get install chromium to test the page in a browser"
)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage"]
        with playwright.chromium.launch(executable_path=CHROMIUM, args=flags) as launched:
            yield launched


@pytest.fixture(scope="module")
def visit(browser, tmp_path_factory):
    """Opens a page without a network; what it says on the console is kept on it."""

    def opened(page: str, fragment: str = ""):
        file = tmp_path_factory.mktemp("page") / "report.html"
        file.write_text(page, encoding="utf-8")
        tab = browser.new_page(offline=True)
        tab.said = []
        tab.on("console", lambda message: tab.said.append(message.text))
        tab.on("pageerror", lambda error: tab.said.append(str(error)))
        tab.goto(file.as_uri() + fragment)
        tab.wait_for_selector(DRAWN, state="attached")
        return tab

    return opened


@pytest.fixture(scope="module")
def hostile():
    return build_tradeoff(classes=(HOSTILE, "b"), attacker=HOSTILE, corpus=HOSTILE, source=HOSTILE)


@pytest.fixture(scope="module")
def tab(visit, hostile, manifest, make_listen):
    """A page whose every name is hostile."""
    return visit(render(hostile, manifest, make_listen(HOSTILE, HOSTILE, HOSTILE)))


def test_every_figure_is_drawn(tab):
    drawn = tab.evaluate(
        "names => names.filter(name => document.querySelector(`#${name} .main-svg :is(.trace, .hm, .bars)`))",
        list(FIGURES),
    )
    assert drawn == list(FIGURES)


def test_nothing_is_said_on_the_console_and_nothing_offered_to_a_cloud(tab):
    assert tab.said == []
    assert tab.locator(".modebar").count() > 0
    assert not re.search(r"share chart|cloud\.plotly", tab.locator("main").inner_html(), re.IGNORECASE)


def test_hostile_names_stay_text_in_tables_and_drawings(tab):
    assert "owned" not in tab.title()
    assert tab.locator("a[href*=evil], img:not(.heard), [onerror]").count() == 0
    assert tab.locator("text", has_text="<a href=https://evil.example>x</a>").count() > 0


def test_the_page_decides_as_the_study_does(tab, hostile):
    asked = [(limits, device) for device in DEVICES[:3] for limits in LIMITS]
    found = [frontier.decide(hostile.points, Constraints.model_validate(limits), at) for limits, at in asked]
    told = tab.evaluate(
        """async (asked) => {
          const {choices} = JSON.parse(await unpack("content"));
          const answers = asked.map(([limits, device]) => decide(choices.points, limits, device));
          return answers.map(({qualifying, nearest}) =>
            [qualifying.map(({point}) => point.id), nearest && [nearest.point.id, nearest.misses.length]]);
        }""",
        asked,
    )
    assert told == [[list(one.qualifying), one.nearest and [one.nearest, len(one.nearest_misses)]] for one in found]
    assert {len(one.qualifying) > 0 for one in found} == {True, False}


def test_the_page_is_as_sure_as_the_study_is(tab, hostile):
    limits = {"min_accuracy": 0.55, "max_word_recovery": 0.08, "min_battery_hours": 2300.0}
    asked = Constraints.model_validate(limits)
    joined = frontier.join(
        hostile.recognition.results, hostile.privacy.attacks, hostile.power.results, asked, hostile.front_end
    )
    told = tab.evaluate(
        """async (limits) => {
          const {choices} = JSON.parse(await unpack("content")), draws = await unpackDraws(choices);
          return Object.fromEntries(choices.points.map((point) => [point.id, probability(point, limits, draws)]));
        }""",
        limits,
    )
    assert told == pytest.approx({point.point_id: point.p_meets for point in joined}, abs=0.002)
    assert len(set(told.values())) > 5


def test_every_clip_plays_and_every_picture_shows(tab):
    played = tab.evaluate("""async () => Promise.all([...document.querySelectorAll("audio")].map(async (audio) => {
      audio.muted = true;
      await audio.play();
      return audio.duration;
    }))""")
    assert played == pytest.approx([0.5] * len(played), abs=0.2)
    shown = tab.evaluate("[...document.querySelectorAll('img.heard')].map((image) => image.naturalWidth)")
    assert shown == [COLUMNS] * len(played) != []


@pytest.fixture(scope="module")
def linked(visit, tradeoff, manifest, listen):
    """A page opened by a link that somebody shared."""
    return visit(render(tradeoff, manifest, listen), f"#max_word_recovery=0.35&device={DEVICES[2]}")


def test_a_link_shares_limits_and_device(linked):
    assert linked.input_value("#device") == DEVICES[2]
    assert linked.input_value("#max_word_recovery-exact") == "35"
    assert f"Asked for on {DEVICES[2]}" in linked.inner_text("#answer-reason")
    assert linked.locator("#answer-rates tr").count() == len(RATES) + 1
    linked.click("#reset")
    assert linked.inner_text("#answer") == "No limit is set."


def test_sliders_change_the_answer_the_frontier_and_the_address(linked, tradeoff):
    linked.click("#reset")
    linked.locator("#min_accuracy").fill("60")
    linked.locator("#max_word_recovery").fill("20")
    found = frontier.decide(
        tradeoff.points, Constraints(min_accuracy=0.6, max_word_recovery=0.2), tradeoff.decision.device
    )
    rate = found.recommended.partition("-")[0]
    assert linked.inner_text("#answer") == f"Recommended: {rate} Hz."
    assert "#min_accuracy=0.6&max_word_recovery=0.2" in linked.url
    out = linked.evaluate("[...document.querySelectorAll('#frontier .point.out')].map(mark => mark.__data__.id)")
    drawn = {p.point_id for p in tradeoff.points if p.device == found.device and p.power_mw.value is not None}
    assert set(out) == drawn - set(found.qualifying)
    assert linked.locator("#frontier .point.best").count() == 1
    linked.locator("#min_accuracy").press("End")
    assert linked.inner_text("#answer") == "No rate qualifies under these limits."
    assert "less than 100\u00a0%" in linked.inner_text("#answer-rates")


def test_words_in_a_table_get_room_and_make_no_tower(linked):
    """A sentence on an attacker's set-up made rows as high as the screen, with everything else in them blank."""
    sentences = "[...document.querySelectorAll('td.prose')].filter(cell => cell.offsetHeight)"
    heights = linked.evaluate(f"{sentences}.map(cell => cell.offsetHeight)")
    lengths = linked.evaluate(f"{sentences}.map(cell => cell.textContent.length)")
    assert min(lengths) > 80
    assert max(heights) < 250


def test_figures_keep_their_height_on_another_screen(linked):
    before = linked.evaluate("document.getElementById('accuracy').clientHeight")
    linked.set_viewport_size({"width": 500, "height": 800})
    linked.wait_for_timeout(400)
    assert linked.evaluate("document.querySelector('#accuracy .main-svg').clientHeight") == before > 400


def test_print_holds_every_figure_and_what_was_folded(tab):
    pages = tab.pdf(format="A4")
    assert tab.said == []
    assert len(re.findall(rb"/Type\s*/Page\b", pages)) >= 8


def test_no_serious_fault_of_accessibility(tab):
    """Drawings are hidden from assistive technology, rows of one table are alike: both are left out, for time."""
    from axe_playwright_python.sync_playwright import Axe

    tab.evaluate("document.querySelectorAll('tbody tr:nth-child(n+3), .plot > *').forEach((each) => each.remove())")
    found = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [fault for fault in found if fault["impact"] in {"serious", "critical"}]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in serious] == []
