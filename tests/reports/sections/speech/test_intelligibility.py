from lowsr_tradeoff.reports.sections.speech import intelligibility


def test_what_was_not_measured_is_said(tradeoff):
    assert "500 Hz: STOI 0.5" in intelligibility.caption(tradeoff)
    assert "PESQ not measured; 1 kHz" in intelligibility.caption(tradeoff)
