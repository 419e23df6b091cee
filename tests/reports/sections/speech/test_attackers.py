from tests.replaced import replaced

from lowsr_tradeoff.reports.sections.speech import attackers
from lowsr_tradeoff.reports.wording import percent


def test_every_tested_attacker_is_a_line_and_none_that_was_not(tradeoff):
    *lines, published = attackers.figure(tradeoff)["data"]
    assert [line["name"] for line in lines] == ["whisper tiny.en as published, word recovery, front end ideal"]
    assert lines[0]["y"] == [found.word_recovery.value for found in tradeoff.privacy.words]
    assert published["name"].startswith("published")


def test_the_published_line_is_one_less_its_error_rates(tradeoff):
    published = attackers.figure(tradeoff)["data"][-1]
    assert [(x, round(100 * (1 - y), 2)) for x, y in zip(published["x"], published["y"], strict=True)] == [
        (500, 52.15),
        (800, 27.55),
        (1600, 8.90),
    ]


def test_the_caption_says_it_without_the_drawing(tradeoff):
    caption = attackers.caption(tradeoff)
    assert "at 500 Hz" in caption
    assert "second-hand" in caption
    empty = attackers.caption(replaced(tradeoff, {"privacy.attacks": ()}))
    assert empty.startswith("No attacker on words was tested.")


def test_every_attacker_has_a_row_with_a_figure_or_a_reason_at_every_rate(tradeoff):
    table = attackers.table(tradeoff)
    assert len(table.rows) == len({(found.attacker, found.measure) for found in tradeoff.privacy.attacks})
    assert {len(row) for row in table.rows} == {len(table.columns)}
    published, adapted, *_ = table.rows
    assert published[3] == percent(tradeoff.privacy.words[0].word_recovery)
    assert [str(cell) for cell in adapted[3:-2]] == ["not tested: not asked for; run with --attackers all"] * 5


def test_published_figures_have_a_source_each():
    for row in attackers.published().rows:
        assert "arXiv" in row[3] or "doi" in row[3]
