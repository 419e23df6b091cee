from tests.replaced import replaced

from lowsr_tradeoff.reports import privacy_figures


def test_every_tested_attacker_is_a_line_and_none_that_was_not(tradeoff):
    *lines, published = privacy_figures.attackers(tradeoff).spec["data"]
    assert [line["name"] for line in lines] == ["whisper tiny.en as published, word recovery, front end ideal"]
    assert lines[0]["y"] == [found.word_recovery.value for found in tradeoff.privacy.words]
    assert published["name"].startswith("published")


def test_the_published_line_is_one_less_its_error_rates(tradeoff):
    published = privacy_figures.attackers(tradeoff).spec["data"][-1]
    assert [(x, round(100 * (1 - y), 2)) for x, y in zip(published["x"], published["y"], strict=True)] == [
        (500, 52.15),
        (800, 27.55),
        (1600, 8.90),
    ]


def test_the_caption_says_it_without_the_drawing(tradeoff):
    caption = privacy_figures.attackers(tradeoff).caption
    assert "at 500 Hz" in caption
    assert "second-hand" in caption
    empty = privacy_figures.attackers(replaced(tradeoff, {"privacy.attacks": ()}))
    assert empty.caption.startswith("No attacker on words was tested.")
