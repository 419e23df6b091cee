from lowsr_tradeoff.reports.sections.recognition import optimism
from lowsr_tradeoff.reports.wording import percent, points


def test_optimism_stands_with_both_accuracies(build):
    tradeoff = build(is_paper=True)
    table = optimism.table(tradeoff)
    assert table.rows
    for one, row in zip(tradeoff.recognition.optimism, table.rows, strict=True):
        shown = (percent(one.best_epoch), percent(one.last_epoch), points(one.difference))
        assert tuple(map(str, row[3:])) == tuple(map(str, shown))
