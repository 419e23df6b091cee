"""The page in headless Chromium, opened from its file with no way to any network.

To open a tab and to draw all figures takes the browser longer than all else, so most tests share one tab. The first
of them see it as it was opened; each puts it back.
"""

import re
import shutil
from functools import partial

import pytest
from tests.reports.conftest import DEVICES, QUALIFIES, RATES, TOO_MUCH, build_tradeoff

from lowsr_tradeoff.audio.spectrogram import COLUMNS
from lowsr_tradeoff.decision import frontier
from lowsr_tradeoff.decision.answer import best_by_rate, decide
from lowsr_tradeoff.reports.page.html import render
from lowsr_tradeoff.reports.sections.decision.limits import LIMITS as WORDS
from lowsr_tradeoff.reports.sections.decision.limits import brief, missed
from lowsr_tradeoff.reports.sections.decision.placing import points_on, shown_by_rate
from lowsr_tradeoff.reports.sections.decision.verdict import explanation, headline
from lowsr_tradeoff.reports.wording import hz, of_100
from lowsr_tradeoff.settings.limits import Constraints

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Debian's browser else tries to reach its maker.
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
HOSTILE = "<a href=https://evil.example>x</a><img src=x onerror=\"document.title='owned'\">"
ANSWERS = "html[data-answers-after-ms]"
FIGURES = (
    *("frontier", "accuracy", "recall", "confusion", "choices", "information", "recoverability"),
    *("energy", "attackers", "privacy", "intelligibility", "power", "battery", "sensitivity"),
)
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LIMITS = (
    {},
    {"min_accuracy": 0.6, "max_word_recovery": 0.2, "min_battery_hours": 500.0},
    {"min_accuracy": 0.8, "max_word_recovery": 0.1},
    {"min_accuracy": 0.0},
    {"max_word_recovery": 0.0},
    {"min_accuracy": 0.85, "min_battery_hours": 17520.0},
    {"max_word_recovery": 0.35},
    {"max_speaker_identification": 0.9},
    {"max_known_word_recovery": 0.85, "max_word_recovery": 0.35},
)
POINTS = """const screen = JSON.parse(await unpack("screen")), {limits} = screen;
  const points = inOrder(withFigures(screen));"""
# Whatever is wider than the page, or has more in it than it shows.
WIDE = """() => [...document.querySelectorAll("table, figure, .plot, img, pre")]
  .filter((each) => each.checkVisibility() && each.offsetWidth > 1 &&
    (each.getBoundingClientRect().right > innerWidth || each.scrollWidth > each.clientWidth + 1))
  .map((each) => each.id || each.outerHTML.slice(0, 200))"""
SCROLLS = """() => [...document.querySelectorAll("main *")].filter((each) =>
  /auto|scroll/.test(getComputedStyle(each).overflowX + getComputedStyle(each).overflowY)).length"""
# No limits, the study's device, everything folded and silent.
PUT_BACK = """() => {
  for (const each of document.querySelectorAll("details")) each.open = false;
  for (const each of document.querySelectorAll("[aria-pressed=true]")) each.click();
  for (const each of document.querySelectorAll("tr.why")) {
    each.previousElementSibling.querySelector("[data-why]").click();
  }
  for (const each of document.querySelectorAll("#fields input")) {
    each.value = "";
    each.dispatchEvent(new Event("input"));
  }
  const device = document.getElementById("device");
  device.selectedIndex = 0;
  device.dispatchEvent(new Event("change"));
  history.replaceState(null, "", location.pathname);
  document.activeElement.blur();
}"""

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: apt-get install chromium to test the page in a browser"
)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS)) as launched,
    ):
        yield launched


@pytest.fixture(scope="module")
def new_tab(browser):
    """Opens a tab without a network; what is said on its console is kept on it."""

    def made():
        tab = browser.new_page(offline=True, viewport=DESKTOP)
        tab.set_default_timeout(120_000)
        tab.said = []
        tab.on("console", lambda message: tab.said.append(message.text))
        tab.on("pageerror", lambda error: tab.said.append(str(error)))
        return tab

    return made


@pytest.fixture(scope="module")
def go(tmp_path_factory):
    """Shows a page in a tab."""

    def gone(tab, page: str, fragment: str = ""):
        file = tmp_path_factory.mktemp("page") / "report.html"
        file.write_text(page, encoding="utf-8")
        tab.said.clear()
        tab.goto(file.as_uri() + fragment)
        tab.wait_for_selector(ANSWERS, state="attached")
        return tab

    return gone


@pytest.fixture(scope="module")
def visit(new_tab, go):
    """Shows other pages, one after the other, in a tab of theirs."""
    return partial(go, new_tab())


@pytest.fixture(scope="module")
def page(tradeoff, manifest, listen) -> str:
    return render(tradeoff, manifest, listen)


@pytest.fixture(scope="module")
def shared_tab(new_tab, go, page):
    return go(new_tab(), page)


@pytest.fixture
def tab(shared_tab):
    """The page of the study without limits, which is put back after the test."""
    yield shared_tab
    shared_tab.evaluate(PUT_BACK)
    shared_tab.set_viewport_size(DESKTOP)
    shared_tab.emulate_media(color_scheme="light")


@pytest.fixture(scope="module")
def hostile():
    return build_tradeoff(classes=(HOSTILE, "b"), attacker=HOSTILE, corpus=HOSTILE, source=HOSTILE)


@pytest.fixture(scope="module")
def hostile_tab(new_tab, go, hostile, manifest, make_listen):
    """A page whose every name is hostile, all of it unfolded and drawn."""
    opened = go(new_tab(), render(hostile, manifest, make_listen(HOSTILE, HOSTILE, HOSTILE)))
    unfold(opened, "details")
    return opened


def wait(tab, condition: str) -> None:
    """Until it holds; playwright's own way evaluates text in the page, which the page's policy forbids."""
    for _ in range(2000):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(50)
    raise AssertionError(condition)


def unfold(tab, which: str) -> None:
    tab.evaluate("which => document.querySelectorAll(which).forEach((each) => { each.open = true; })", which)
    wait(tab, "![...document.querySelectorAll('.plot[data-waits]')].some(isVisible)")
    wait(tab, "!document.querySelector('details[open][data-table]')")


def height(tab) -> int:
    return tab.evaluate("document.documentElement.scrollHeight")


def n_pages(tab) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", tab.pdf(prefer_css_page_size=True)))


def test_the_first_screen_is_short_and_everything_else_is_folded(tab):
    assert tab.evaluate("document.body.innerText.split(/\\s+/).length") <= 600
    assert height(tab) <= 1300
    assert tab.locator("#rates > tr").last.bounding_box()["y"] < DESKTOP["height"]
    assert tab.locator(".section[open]").count() == 0
    assert tab.locator("#cautions > li").count() <= 6


def test_tab_reaches_everything_in_forty_stops(tab):
    reached = []
    while True:
        tab.keyboard.press("Tab")
        at = tab.evaluate(
            "(({id, innerText, tagName}) => tagName === 'BODY' ? null : id || innerText)(document.activeElement)"
        )
        if at is None or len(reached) > 60:
            break
        reached.append(at)
    assert len(reached) <= 40
    assert {"min_accuracy", "max_word_recovery", "device", "clear", "print"} <= set(reached)
    assert sum(stop == "why?" for stop in reached) == sum(stop == "▶" for stop in reached) == len(RATES) + 1


def test_plotly_is_read_only_when_a_figure_is_unfolded(tab):
    assert tab.evaluate("typeof Plotly") == "undefined"
    unfold(tab, "#method")
    assert tab.evaluate("typeof Plotly") == "undefined"
    unfold(tab, "#power-use")
    assert tab.evaluate("typeof Plotly") == "object"


def test_print_is_one_page_to_sign_and_print_all_holds_everything(tab):
    assert n_pages(tab) == 1
    tab.fill("#min_accuracy", "99")
    assert n_pages(tab) == 1
    tab.evaluate("window.print = () => { window.wasPrinted = true; }")
    assert tab.locator(".plot[data-waits]").count() > 0 < tab.locator("[data-table]").count()
    tab.click("#print-all")
    wait(tab, "window.wasPrinted")
    assert tab.locator("details:not([open])").count() == 0
    assert tab.locator(".plot[data-waits], [data-table]").count() == 0
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.locator("details[open]").count() == 0


def test_nothing_is_wider_than_a_screen_and_nothing_scrolls_in_itself(tab):
    unfold(tab, ".section")
    assert height(tab) <= 9000
    assert tab.evaluate(WIDE) == []
    unfold(tab, "details")
    assert tab.evaluate(WIDE) == []
    assert tab.evaluate(SCROLLS) == 0
    tab.set_viewport_size(PHONE)
    wait(tab, "[...document.querySelectorAll('.main-svg')].every((each) => each.clientWidth <= 390)")
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert tab.evaluate(WIDE) == []


def test_on_a_phone_each_figure_names_its_column(tab):
    tab.set_viewport_size(PHONE)
    unfold(tab, "#speech, #speech details")
    cells = tab.locator("#speech tbody tr:not(.prose) td")
    assert cells.count() > 100
    assert tab.evaluate(
        "[...document.querySelectorAll('#speech tr:not(.prose) > td')].every((cell) => cell.dataset.title)"
    )


def test_every_figure_is_drawn(hostile_tab):
    drawn = hostile_tab.evaluate(
        "names => names.filter(name => document.querySelector(`#${name} .main-svg :is(.trace, .hm, .bars)`))",
        list(FIGURES),
    )
    assert drawn == list(FIGURES)


def test_nothing_is_said_on_the_console_and_nothing_offered_to_a_cloud(hostile_tab):
    assert hostile_tab.said == []
    assert hostile_tab.locator(".modebar").count() > 0
    assert not re.search(r"share chart|cloud\.plotly", hostile_tab.locator("main").inner_html(), re.IGNORECASE)


def test_hostile_names_stay_text_in_tables_and_drawings(hostile_tab):
    assert "owned" not in hostile_tab.title()
    assert hostile_tab.locator("a[href*=evil], img:not(.heard), [onerror]").count() == 0
    assert hostile_tab.locator("text", has_text="<a href=https://evil.example>x</a>").count() > 0


def test_the_page_decides_as_the_study_does(tab, tradeoff):
    asked = [(limits, device) for device in DEVICES[:3] for limits in LIMITS]
    found = [decide(tradeoff.points, Constraints.model_validate(limits), at) for limits, at in asked]
    told = tab.evaluate(
        f"""async (asked) => {{
          {POINTS}
          return asked.map(([bounds, device]) => {{
            const answer = decide(points, limits, bounds, device), {{qualifying, nearest}} = answer;
            return [qualifying.map(({{point}}) => point.id), nearest && [nearest.point.id, nearest.misses.length],
              bestByRate(answer).map(({{point}}) => point.id)];
          }});
        }}""",
        asked,
    )
    shown = [best_by_rate(points_on(tradeoff, at), Constraints.model_validate(limits)) for limits, at in asked]
    assert told == [
        [
            list(one.qualifying),
            one.nearest and [one.nearest, len(one.nearest_misses)],
            [point.point_id for point in points],
        ]
        for one, points in zip(found, shown, strict=True)
    ]
    assert {len(one.qualifying) > 0 for one in found} == {True, False}


def test_the_page_says_what_each_point_misses_as_the_study_does(tab, tradeoff):
    for limits in LIMITS[1:]:
        told = tab.evaluate(
            f"""async (bounds) => {{
              {POINTS}
              return Object.fromEntries(points.map((point) =>
                [point.id, misses(point, limits, bounds).map((each) => missWords(point, each))]));
            }}""",
            limits,
        )
        assert told == {point.point_id: list(missed(point, limits)) for point in tradeoff.points}


def test_the_page_is_as_sure_as_the_study_is(tab, tradeoff):
    limits = {
        "min_accuracy": 0.55,
        "max_word_recovery": 0.08,
        "max_known_word_recovery": 0.85,
        "max_speaker_identification": 0.93,
        "min_battery_hours": 2300.0,
    }
    asked = Constraints.model_validate(limits)
    joined = frontier.join(tradeoff.recognition.results, tradeoff.leaks, tradeoff.power.results, asked, "words")
    told = tab.evaluate(
        f"""async (bounds) => {{
          {POINTS}
          const draws = await unpackDraws(screen);
          return Object.fromEntries(points.map((point) => [point.id, probability(point, limits, bounds, draws)]));
        }}""",
        limits,
    )
    assert told == pytest.approx({point.point_id: point.p_meets for point in joined}, abs=0.002)
    assert len(set(told.values())) > 5


def test_probabilities_are_written_as_everywhere_else(tab):
    shares = [at / 500 for at in range(501)]
    assert tab.evaluate("shares => shares.map(of100)", shares) == [of_100(share) for share in shares]


@pytest.mark.parametrize("constraints", [{}, QUALIFIES, TOO_MUCH, {"min_accuracy": 0.6}])
def test_the_answer_of_the_study_is_that_of_the_decision_sheet(visit, build, manifest, listen, constraints):
    tradeoff = build(constraints=constraints)
    opened = visit(render(tradeoff, manifest, listen))
    assert opened.inner_text("h1") == headline(tradeoff)
    lead = opened.inner_text("#lead").removesuffix(" Enter what you need to get an answer.")
    assert lead == " ".join(explanation(tradeoff))
    for limit in WORDS:
        bound = constraints.get(limit.name)
        if not opened.query_selector(f"#{limit.name}"):
            assert limit.name in {"min_recall", "max_false_alarms_per_hour"}  # no sound is listened for
            continue
        shown = opened.input_value(f"#{limit.name}")
        assert shown == ("" if bound is None else f"{bound * limit.factor:.12g}")
    numbers = [text.split("\n")[0] for text in opened.locator("#rates .number").all_inner_texts()]
    figures = [figure for point in shown_by_rate(tradeoff)
               for figure in (point.accuracy, point.privacy, point.battery_hours)]  # fmt: skip
    assert len(numbers) == len(figures)
    assert all(number.startswith(brief(figure)) for number, figure in zip(numbers, figures, strict=True))


def test_limits_change_sentence_picture_table_and_address_together(tab, tradeoff):
    tab.fill("#min_accuracy", "60")
    tab.fill("#max_word_recovery", "20")
    found = decide(tradeoff.points, Constraints(min_accuracy=0.6, max_word_recovery=0.2), tradeoff.decision.device)
    rate = hz(int(found.recommended.partition("-")[0]))
    assert tab.inner_text("h1").startswith(f"{rate} meets what you need on stm32u575")
    assert "#min_accuracy=0.6&max_word_recovery=0.2" in tab.url
    assert tab.locator("#picture .best").get_attribute("data-id") == found.recommended
    assert tab.locator("#rates tr.best th").inner_text() == rate
    shown = best_by_rate(points_on(tradeoff, found.device), Constraints(min_accuracy=0.6, max_word_recovery=0.2))
    out = [point.point_id for point in shown if point.point_id not in found.qualifying]
    assert [each.get_attribute("data-id") for each in tab.locator("#picture .out").all()] == out
    tab.fill("#min_accuracy", "100")
    assert tab.inner_text("h1") == "No rate meets all of this on stm32u575."
    assert tab.locator("#picture .point").count() == tab.locator("#picture .rate").count() == len(RATES) + 1
    tab.click("#clear")
    assert tab.inner_text("h1") == headline(tradeoff)


def test_a_link_shares_limits_and_device_and_section_links_keep_them(visit, page):
    opened = visit(page, f"#max_word_recovery=0.35&device={DEVICES[2]}")
    assert opened.input_value("#device") == DEVICES[2]
    assert opened.input_value("#max_word_recovery") == "35"
    assert DEVICES[2] in opened.inner_text("h1")
    before = opened.url
    opened.locator("#cautions a").first.click()
    assert opened.locator(".section[open]").count() == 1
    assert opened.url == before


def test_other_limits_than_the_studys_are_called_yours(visit, build, manifest, listen):
    opened = visit(render(build(constraints=QUALIFIES), manifest, listen))
    answer = opened.inner_text("h1")
    assert not opened.is_visible("#yours")
    opened.fill("#min_accuracy", "95")
    assert opened.is_visible("#yours")
    opened.click("#study")
    assert (opened.inner_text("h1"), opened.is_visible("#yours")) == (answer, False)


def test_fields_refuse_500_per_cent_and_ask_about_a_share(tab, tradeoff):
    tab.fill("#min_accuracy", "500")
    assert "500 % is more than all" in tab.inner_text("#asked")
    assert tab.get_attribute("#min_accuracy", "aria-invalid") == "true"
    assert tab.inner_text("h1") == headline(tradeoff)
    tab.fill("#min_accuracy", "0.7")
    assert "0.7 %? You may mean 70 %." in tab.inner_text("#asked")
    assert tab.inner_text("h1") == headline(tradeoff)
    tab.click("#asked button >> nth=0")
    assert tab.input_value("#min_accuracy") == "70"
    assert "min_accuracy=0.7" in tab.url
    assert not tab.is_visible("#asked")
    tab.fill("#min_accuracy", "-1")
    assert "from 0 on" in tab.inner_text("#asked")


def test_a_row_says_why(tab, tradeoff):
    tab.click("[data-why='500']")
    told = tab.inner_text("tr.why")
    point = shown_by_rate(tradeoff)[0]
    for figure in (point.accuracy, point.word_recovery, point.speaker_identification):
        assert f"{100 * figure.value:.1f} %" in told
        assert f"n = {figure.n} {figure.n_of}" in told
    assert point.point_id in told
    assert "whisper tiny.en as published" in told
    assert "The recogniser wrote “open a door” for “open the door”." in told
    tab.keyboard.press("Enter")
    assert tab.locator("tr.why").count() == 0


def test_the_warning_on_lost_sounds_is_about_the_answer(tab):
    assert "At 500 Hz:" in tab.inner_text("#cautions li:has-text('Sounds are not lost evenly')")
    tab.fill("#min_accuracy", "60")
    assert tab.inner_text("h1").startswith("1 kHz")
    assert "At 500 Hz:" not in " ".join(tab.locator("#cautions li:has-text('Sounds are not')").all_inner_texts())


def test_recall_is_that_of_the_networks_in_the_table(tab, tradeoff):
    tab.fill("#max_word_recovery", "20")
    unfold(tab, "#sounds")
    names = tab.evaluate("document.getElementById('recall').data[0].x")
    shown = best_by_rate(points_on(tradeoff, "stm32u575"), Constraints(max_word_recovery=0.2))
    recalls = {(one.rate_hz, one.grid, one.arm): [each.recall.value for each in one.class_recall]
               for one in tradeoff.recognition.results}  # fmt: skip
    columns = list(zip(*tab.evaluate("document.getElementById('recall').data[0].z"), strict=True))
    assert [name.split("<br>")[0] for name in names] == [hz(point.rate_hz) for point in shown]
    assert [list(column) for column in columns] == [recalls[p.rate_hz, p.grid, p.arm] for p in shown]


def test_one_recording_plays_at_a_time(tab):
    tab.click("#rates .play >> nth=0")
    assert tab.locator(".play[aria-pressed=true]").count() == 1
    tab.click("#rates .play >> nth=1")
    assert tab.locator(".play[aria-pressed=true]").count() == 1
    assert tab.locator("#rates .play >> nth=1").get_attribute("aria-pressed") == "true"
    wait(tab, "!document.querySelector('.play[aria-pressed=true]')")
    lengths = tab.evaluate("""async () => Promise.all([...document.querySelectorAll("[data-sound]")].map(
      async (button) => {
        const sound = new Audio(button.dataset.sound);
        sound.muted = true;
        await sound.play();
        return sound.duration;
      }))""")
    assert lengths == pytest.approx([0.5] * 10, abs=0.2)
    unfold(tab, "#listen")
    shown = tab.evaluate("[...document.querySelectorAll('img.heard')].map((image) => image.naturalWidth)")
    assert shown == [COLUMNS] * 10


def test_figures_keep_their_height_on_another_screen(tab):
    unfold(tab, "#training")
    before = tab.evaluate("document.getElementById('accuracy').clientHeight")
    tab.set_viewport_size({"width": 500, "height": 800})
    tab.wait_for_timeout(400)
    assert tab.evaluate("document.querySelector('#accuracy .main-svg').clientHeight") == before > 400


def test_without_joint_draws_it_still_decides(visit, tradeoff, manifest, listen):
    from lowsr_tradeoff.reports.page.draws import without_draws

    opened = visit(render(without_draws(tradeoff), manifest, listen), "#min_accuracy=0.6")
    assert opened.said == []
    assert "meets what you need" in opened.inner_text("h1")
    assert "of 100" not in opened.inner_text("#lead")


def test_a_study_without_points_says_so(visit, tradeoff, manifest, listen):
    opened = visit(render(tradeoff.model_copy(update={"points": ()}), manifest, listen))
    assert opened.said == []
    assert opened.inner_text("h1") == "Nothing can be compared on stm32u575."


@pytest.mark.parametrize(("scheme", "limits"), [("light", ""), ("dark", "min_accuracy=0.6&max_word_recovery=0.2")])
def test_no_fault_of_accessibility(tab, scheme, limits):
    """Drawings are hidden from assistive technology, rows of one table are alike: both are left out, for time.

    Nothing brings them back, so no test of this tab comes after it.
    """
    from axe_playwright_python.sync_playwright import Axe

    tab.emulate_media(color_scheme=scheme)
    tab.evaluate("limits => { location.hash = limits; }", limits)
    tab.click("[data-why='1000']")
    unfold(tab, "details")
    tab.evaluate(
        "document.querySelectorAll('.body tbody tr:nth-child(n+3), .plot > *').forEach((each) => each.remove())"
    )
    found = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in found] == []
    assert tab.input_value("#max_word_recovery") == ("20" if limits else "")
