import json
from pathlib import Path

import pytest

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records.run import SCHEMA_VERSION, ListenPack
from lowsr_tradeoff.reports import export
from lowsr_tradeoff.reports.claims import claims
from lowsr_tradeoff.reports.html import render

OLDEST = Path(__file__).parents[2] / "docs" / "studies" / "esc10.tradeoff.json"


@pytest.fixture(scope="module")
def written():
    return json.loads(OLDEST.read_text())


@pytest.fixture(scope="module")
def loaded():
    return export.load(OLDEST)


def kept(old: object, new: object, where: str = "") -> None:
    """Everything that the old tree holds is in the new one with the same value."""
    if isinstance(old, dict):
        for name, value in old.items():
            if (where, name) not in {("", "schema_version"), (".settings.front_end", "anti_alias")}:
                kept(value, new[name], f"{where}.{name}")
    elif isinstance(old, list):
        assert len(old) == len(new), where
        for one, other in zip(old, new, strict=True):
            kept(one, other, where)
    else:
        assert old == new, where


def test_what_the_first_version_recorded_is_kept(written, loaded):
    assert written["schema_version"] == 1
    assert loaded.schema_version == SCHEMA_VERSION
    kept(written, loaded.model_dump(mode="json"))


def test_what_it_did_not_record_is_missing_with_that_reason(loaded):
    reasons = {
        loaded.classify[0].seed_sd.reason,
        loaded.contrasts[0].detectable.reason,
        loaded.privacy[0].mer.reason,
        loaded.intelligibility[0].pesq_nb.reason,
        loaded.power[0].peak_mw.reason,
        loaded.power[0].components[0].peak_mw.reason,
    }
    assert reasons == {"not recorded by schema 1"}
    assert {(p.p_frontier, p.p_meets) for p in loaded.points} == {(None, None)}
    assert {contrast.is_declared for contrast in loaded.contrasts} == {False}


def test_its_recogniser_and_microphone_are_known(loaded):
    assert loaded.front_end == "ideal"
    assert [attack.value for attack in loaded.attacks] == [heard.word_recovery for heard in loaded.privacy]
    assert loaded.settings["front_end"]["filter"] == "ideal"


def test_it_is_drawn_and_written_anew(loaded, manifest, tmp_path):
    page = render(loaded, manifest, ListenPack(clips=(), note="none kept"))
    assert "not recorded by schema 1" in page
    assert "folds do not differ" not in page
    assert claims(loaded)
    (tmp_path / "tradeoff.json").write_text(export.to_json(loaded))
    assert export.load(tmp_path / "tradeoff.json") == loaded


def test_the_second_version_lacks_only_what_the_third_brought(tradeoff, tmp_path):
    tree = json.loads(export.to_json(tradeoff)) | {"schema_version": 2}
    brought = {"accuracy_draws", "value_draws", "power_mw_draws", "battery_hours_draws", "p_frontier", "p_meets"}
    for records in ("classify", "attacks", "power", "points"):
        tree[records] = [{k: v for k, v in record.items() if k not in brought} for record in tree[records]]
    (tmp_path / "tradeoff.json").write_text(json.dumps(tree))
    found = export.load(tmp_path / "tradeoff.json")
    assert found.classify == tuple(one.model_copy(update={"accuracy_draws": ()}) for one in tradeoff.classify)
    assert found.points[0].p_frontier is None
    assert found.decision == tradeoff.decision


@pytest.mark.parametrize("version", [0, -1, None, "2", 1])
def test_a_tree_of_no_known_version_is_refused(version, tmp_path):
    file = tmp_path / "tradeoff.json"
    file.write_text(json.dumps({"schema_version": version, "settings": {}}))
    with pytest.raises(DataError, match="run the study again"):
        export.load(file)
