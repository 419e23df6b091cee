from lowsr_tradeoff.reports.sections.diagnosis import recoverability


def test_recoverability_is_drawn_by_features(tradeoff):
    shared, native = recoverability.figure(tradeoff)["data"]
    assert shared["y"] == [
        one.recoverability.value for one in tradeoff.recognition.diagnoses if one.grid == "shared"
    ]
    assert native["name"] == "native features"
