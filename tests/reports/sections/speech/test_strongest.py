from lowsr_tradeoff.reports.sections.speech import strongest


def test_the_strongest_of_each_rate_is_the_one_decisions_use(tradeoff):
    rows = strongest.table(tradeoff).rows
    assert [row[0] for row in rows] == [f"{rate} Hz" for rate in (500, 1000, 2000, 4000, 16000)]
    named = {point.rate_hz: point.attacker for point in tradeoff.points}
    assert [row[1] for row in rows] == [named[rate] for rate in (500, 1000, 2000, 4000, 16000)]
