from lowsr_tradeoff.reports.sections.speech import elsewhere


def test_published_figures_have_a_source_each():
    for row in elsewhere.table().rows:
        assert "arXiv" in row[3] or "doi" in row[3]
