"""The form as bytes, and in headless Chromium, opened from a file with no way to any network."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html import unescape

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.listening_test.form import render_form
from lowsr_tradeoff.listening_test.key import AnswerSheet
from lowsr_tradeoff.listening_test.score import read_answers

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--disable-dev-shm-usage", "--no-first-run", "--enable-logging=stderr"),
    *("--proxy-server=127.0.0.1:9", "--autoplay-policy=no-user-gesture-required", "--virtual-time-budget=5000"),
)
HOSTILE = "\"><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
PROBE = """
const wrote = {};
URL.createObjectURL = (blob) => { blob.text().then((text) => { wrote[blob.type] = text; }); return "#"; };
HTMLAnchorElement.prototype.click = () => {};
const before = buttons.map((button) => button.disabled);
const audio = clips[1].querySelector("audio");
audio.addEventListener("playing", () => {
  consent.checked = true;
  listener.value = "a,b";
  clips[1].querySelector("textarea").value = 'The "spare" key,\\nplease';
  document.dispatchEvent(new Event("input"));
  for (const button of buttons) button.click();
  const seen = () => JSON.stringify({ before, wrote, seconds: audio.duration });
  setTimeout(() => { document.body.dataset.seen = seen(); }, 200);
});
audio.play().catch((error) => { document.body.dataset.seen = JSON.stringify({ error: String(error) }); });
"""


def hash_of(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.fixture
def page():
    return render_form("0123abcd", 2, ["clip-007", "clip-003"], HOSTILE)


def test_hostile_text_stays_text(page):
    assert "<script>document" not in page
    assert "&lt;script&gt;document" in page
    assert len(re.findall("<script", page)) == 1


def test_the_policy_allows_this_script_this_style_and_clips_from_files_and_nothing_else(page):
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (script,), (style,) = (re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL) for name in ("script", "style"))
    rules = dict(rule.strip().split(" ", 1) for rule in unescape(policy).split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": hash_of(script),
        "style-src": hash_of(style),
        "media-src": "'self' file:",
        "img-src": "data:",
        "form-action": "'none'",
        "base-uri": "'none'",
    }
    assert "http" not in page.replace('http-equiv="', "")


def test_it_asks_for_consent_and_says_what_the_file_holds(page):
    assert "voluntary" in page
    assert "agree" in page
    assert "cannot send anything" in page
    assert "how often you played each clip" in page
    assert page.index("clip-007") < page.index("clip-003")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium to test the form in it")
def test_in_a_browser_clips_play_and_both_files_hold_the_same_answers(page, tmp_path):
    (tmp_path / "clips").mkdir()
    for clip in ("clip-003", "clip-007"):
        soundfile.write(tmp_path / "clips" / f"{clip}.wav", 0.01 * np.ones(8000), 16000, subtype="PCM_16")
    probed = page.replace("script-src ", f"script-src {hash_of(PROBE)} ").replace(
        "</body>", f"<script>{PROBE}</script></body>"
    )
    file = tmp_path / "form.html"
    file.write_text(probed, encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert "<title>Listening test</title>" in done.stdout
    (found,) = re.findall(r'data-seen="([^"]*)"', done.stdout)
    seen = json.loads(unescape(found))
    assert seen["before"] == [True, True]
    assert seen["seconds"] == 0.5
    sheet = AnswerSheet.model_validate_json(seen["wrote"]["application/json"])
    assert (sheet.pack, sheet.form, sheet.listener, sheet.consent) == ("0123abcd", 2, "a,b", True)
    assert [(answer.clip, answer.plays) for answer in sheet.answers] == [("clip-007", 0), ("clip-003", 1)]
    (tmp_path / "a.csv").write_text(seen["wrote"]["text/csv"], encoding="utf-8", newline="")
    assert read_answers(tmp_path / "a.csv") == sheet
    assert sheet.answers[1].text == 'The "spare" key,\nplease'
