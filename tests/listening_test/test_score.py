import csv
import json

import jiwer
import pytest

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.listening_test.key import Answer, AnswerSheet, Key, PackedClip
from lowsr_tradeoff.listening_test.score import NOTHING, read_answers, score
from lowsr_tradeoff.privacy.words import count
from lowsr_tradeoff.settings.front_end import FrontEnd

TEXTS = (
    "My doctor moved the appointment to Thursday morning.",
    "Please call Martin before you leave the office tonight.",
    "She keeps the spare key under the blue flower pot.",
    "The rent is nine hundred and forty dollars this month.",
)
KEYWORDS = (("doctor",), ("Martin",), ("spare key",), ("rent",))


@pytest.fixture
def key():
    """Two forms; in the first the sentences are at 500, 16000, 500, 16000 Hz, in the second the other way round."""
    clips = tuple(
        PackedClip(
            clip=f"clip-{form}{i}",
            form=form,
            utterance=f"u{i}",
            speaker="s",
            rate_hz=(500, 16000)[(i + form + 1) % 2],
            text=text,
            keywords=KEYWORDS[i],
        )
        for form in (1, 2)
        for i, text in enumerate(TEXTS)
    )
    return Key(pack="p", corpus="demo", front_end=FrontEnd(), seed=0, clips=clips)


def sheet(form, texts, listener="a", plays=1):
    answers = tuple(Answer(clip=f"clip-{form}{i}", plays=plays, text=text) for i, text in enumerate(texts))
    return AnswerSheet(pack="p", form=form, listener=listener, consent=True, answers=answers)


def figures(results):
    return {(result.rate_hz, result.measure): result for result in results}


def test_who_understands_full_rate_alone_recovers_all_there_and_nothing_below(key):
    found = figures(score(key, [sheet(1, ["", TEXTS[1], "", TEXTS[3]])], 200, 0))
    assert found[16000, "word recovery"].value.value == 1
    assert found[16000, "content-word recovery"].value.value == 1
    assert found[16000, "keyword recovery"].value.value == 1
    assert found[500, "word recovery"].value.value == 0
    assert found[500, NOTHING].value.value == 1
    assert found[500, NOTHING].value.n == 2
    assert found[16000, "word recovery"].is_leak
    assert not found[500, NOTHING].is_leak


def test_words_are_counted_as_for_recognisers(key):
    """Pooled over listeners, in Whisper's spelling, aligned by jiwer."""
    heard = ["my doctor Thursday", "call Martin", "the spare tea", "rent is $940 a month"]
    other = ["", "please call", "a pot", "The rent"]
    found = figures(score(key, [sheet(1, heard), sheet(1, other, "b")], 200, 0))
    references = [count.normalise(TEXTS[i]) for i in (0, 2)] * 2
    written = [count.normalise(texts[i]) for texts in (heard, other) for i in (0, 2)]
    aligned = jiwer.process_words(references, written)
    words = sum(len(text.split()) for text in references)
    assert found[500, "word recovery"].value.value == pytest.approx(aligned.hits / words)
    assert found[500, "word recovery"].value.n == words


def test_chance_is_what_answers_to_other_clips_recover(key):
    """Whoever writes the same words of every clip recovers no more than chance."""
    found = figures(score(key, [sheet(1, ["the the the"] * 4)], 200, 0))[500, "word recovery"]
    assert found.value.value == pytest.approx(found.chance.value)
    assert found.value.value > 0


def test_both_forms_count_and_listeners_widen_the_interval(key):
    good, bad = sheet(1, TEXTS), sheet(2, [""] * 4, "b")
    found = figures(score(key, [good, bad], 500, 0))[16000, "word recovery"]
    assert 0.3 < found.value.value < 0.7
    assert found.value.low < 0.01
    assert found.value.high > 0.99
    assert "2 people" in found.setup


def test_what_was_not_played_is_not_counted(key):
    with pytest.raises(DataError, match="no clip was played"):
        score(key, [sheet(1, TEXTS, plays=0)], 200, 0)
    half = sheet(1, TEXTS)
    answers = tuple(answer.model_copy(update={"plays": int(i > 1)}) for i, answer in enumerate(half.answers))
    found = figures(score(key, [half.model_copy(update={"answers": answers})], 200, 0))
    assert found[500, NOTHING].value.n == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pack": "q"}, "another listening pack"),
        ({"form": 2}, "another listening pack"),
        ({"form": 9}, "another listening pack"),
        ({"consent": False}, "without consent"),
        ({"answers": (Answer(clip="clip-10", plays=1, text=""),) * 2}, "a clip twice"),
    ],
)
def test_sheets_that_cannot_count_are_named(key, changes, message):
    with pytest.raises(DataError, match=f"'a' to form .* {message}"):
        score(key, [sheet(1, TEXTS).model_copy(update=changes)], 200, 0)


def test_one_listener_counts_once(key):
    with pytest.raises(DataError, match="2 answers of 'a' to form 1"):
        score(key, [sheet(1, TEXTS), sheet(1, TEXTS)], 200, 0)


def test_json_and_csv_hold_the_same(key, tmp_path):
    wanted = sheet(1, ['a "quoted" key,\nplease', "", "naïve", "=1+1"])
    (tmp_path / "a.json").write_text(json.dumps(wanted.model_dump(mode="json")), encoding="utf-8")
    with (tmp_path / "a.csv").open("w", encoding="utf-8-sig", newline="") as file:
        names = ["pack", "form", "listener", "consent", "clip", "plays", "text"]
        rows = csv.DictWriter(file, names, quoting=csv.QUOTE_ALL)
        rows.writeheader()
        whose = {"pack": "p", "form": 1, "listener": "a", "consent": "true"}
        rows.writerows([{**whose, **answer.model_dump()} for answer in wanted.answers])
    assert read_answers(tmp_path / "a.json") == read_answers(tmp_path / "a.csv") == wanted


@pytest.mark.parametrize(("name", "content"), [("a.json", "{}"), ("a.csv", "pack,form\n1"), ("b.csv", "")])
def test_other_files_are_refused_by_name(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=f"{name}: is not what the form hands over"):
        read_answers(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"no\.json: cannot be read"):
        read_answers(tmp_path / "no.json")
