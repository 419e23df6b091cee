"""A quick look trains nothing, has a point at every rate, and passes no gate."""

import pytest
from tests.conftest import write_speech

from lowsr_tradeoff.decision.gate import gate
from lowsr_tradeoff.errors import ConfigError, DataError
from lowsr_tradeoff.reports.exports.decision_sheet import decision_sheet
from lowsr_tradeoff.reports.page.html import render
from lowsr_tradeoff.reports.sections.decision.verdict import unusable
from lowsr_tradeoff.settings.limits import GateRules
from lowsr_tradeoff.settings.toml import load_config
from lowsr_tradeoff.study.plan import open_study, plan
from lowsr_tradeoff.study.run import run_study


@pytest.fixture(scope="module")
def quick(small_study, tmp_path_factory):
    speech = write_speech(tmp_path_factory.mktemp("quick") / "speech", 6)
    config = load_config(small_study, {"quick": True, "speech": {"source": str(speech)}})
    out = tmp_path_factory.mktemp("quick") / "run"
    stages = {step.stage for step in plan(open_study(config, out)).steps}
    return stages, run_study(config, out, 1, lambda _: None)


def test_it_trains_no_network_and_takes_no_slow_score(quick):
    stages, run = quick
    assert not stages & {"train", "attack-digits", "attack-candidates", "intelligibility", "diagnose"}
    assert run.tradeoff.corpora[1].n_clips == 2


def test_the_attacker_with_a_list_is_tried_where_known_words_are_the_axis(small_study, tmp_path):
    config = load_config(small_study, {"quick": True, "privacy_axis": "known-words", "speech": {"source": "demo"}})
    assert "attack-candidates" in {step.stage for step in plan(open_study(config, tmp_path)).steps}


def test_a_rate_that_the_network_cannot_hear_is_refused_before_any_work(small_study, tmp_path):
    yamnet = {"network": "yamnet_256", "grids": ["native"]}
    config = load_config(small_study, {"quick": True, "rates_hz": [3000], "classify": yamnet})
    with pytest.raises(ConfigError, match=r"^3000 Hz: YAMNet's features are computed at"):
        plan(open_study(config, tmp_path))


def test_every_rate_has_the_accuracy_of_the_control_and_the_power_of_the_network(quick, small_run):
    tradeoff, full = quick[1].tradeoff, small_run[1].tradeoff
    # The whole study's full-rate network reads the shared grid.
    powers = {(p.rate_hz, p.device): p.power_mw for p in full.points if p.grid == "native" or p.rate_hz == 16000}
    accuracies = {r.rate_hz: r.accuracy for r in full.recognition.results if r.arm == "classical"}
    assert {point.rate_hz for point in tradeoff.points} == {500, 1000, 16000}
    for point in tradeoff.points:
        assert point.accuracy == accuracies[point.rate_hz]
        assert point.word_recovery.value is not None
        assert point.power_mw == powers[point.rate_hz, point.device]


def test_it_says_everywhere_that_it_decides_nothing(quick):
    run = quick[1]
    page = render(run.tradeoff, run.manifest, run.listen)
    assert '<span class="demo">Quick look: not for decisions</span>' in page
    sheet = decision_sheet(run.tradeoff)
    assert sheet.splitlines()[2].startswith("**Quick look: ")
    assert "**Quick look, not for decisions.** Sounds are recognised by the classical control" in sheet
    assert not any("known words" in fault for fault in unusable(run.tradeoff))
    with pytest.raises(DataError, match="a quick look decides no release; run the whole study, without --quick"):
        gate(run.tradeoff, GateRules(min_accuracy=0.0))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"classify": {"arms": ["finetuned"]}}, "trains no network; leave out classify.arms"),
        ({"alarms": {"target": "dog"}}, "leave out --target"),
        ({"privacy": {"attackers": "all"}}, "leave out privacy.attackers"),
        ({"classify": {"network": "mine:Net"}}, "leave out --network"),
    ],
)
def test_settings_that_it_cannot_follow_are_refused(given, told):
    with pytest.raises(ConfigError, match=told):
        load_config(None, {"quick": True, **given})
