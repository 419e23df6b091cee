from lowsr_tradeoff.records.run import ListenPack
from lowsr_tradeoff.reports.sections import about


def test_captures_of_one_recording_stand_together_rates_ascending(listen):
    event, speech = about.recordings(listen)
    assert [clip.rate_hz for clip in event.clips] == [500, 1000, 2000, 4000, 16000]
    assert (event.label, event.has_transcripts) == ("dog", False)
    assert (speech.label, speech.has_transcripts) == ("open the door", True)


def test_no_clips_is_no_recording():
    assert about.recordings(ListenPack(clips=(), note="none")) == ()


def test_every_setting_stands_by_its_dotted_name(tradeoff):
    found = dict(about.settings(tradeoff).rows)
    assert found["front_end.noise_floor_dbfs"] == "-80.0"
    assert found["rates_hz"] == "[500, 1000, 2000, 4000]"
    assert found["constraints.min_accuracy"] == "null"
    assert found["events.source"] == "demo"


def test_settings_read_alike_in_any_order(tradeoff):
    turned = tradeoff.model_copy(update={"settings": dict(reversed(tradeoff.settings.items()))})
    assert about.settings(turned) == about.settings(tradeoff)


def test_a_synthetic_corpus_is_called_so(build):
    assert all("not for decisions" in str(row[-1]) for row in about.corpora(build()).rows)
    assert not any("synthetic" in str(row[-1]) for row in about.corpora(build(is_synthetic=False)).rows)


def test_versions_weights_and_run_are_listed(tradeoff, manifest):
    assert {"numpy", "weights: whisper tiny.en"} <= {row[0] for row in about.provenance(tradeoff).rows}
    assert ("wall time of these together", "123.4 s") in about.manifest(manifest).rows


def test_where_networks_computed_is_told_where_it_is_known(tradeoff, manifest):
    told = ("networks computed on", "cuda")
    known = tradeoff.model_copy(update={"settings": {**tradeoff.settings, "device_type": "cuda"}})
    before = {name: value for name, value in tradeoff.settings.items() if name != "device_type"}
    assert told in about.provenance(known).rows
    assert told[0] not in dict(about.provenance(tradeoff.model_copy(update={"settings": before})).rows)
    assert "GPU" not in dict(about.manifest(manifest).rows)
    named = manifest.model_copy(update={"gpus": ("NVIDIA H100",)})
    assert ("GPU", "NVIDIA H100") in about.manifest(named).rows
