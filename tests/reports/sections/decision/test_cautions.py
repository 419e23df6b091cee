import pytest
from tests.replaced import replaced
from tests.reports.conftest import QUALIFIES, changed_all

from lowsr_tradeoff.decision.leaks import at, leaks
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import FrontEndResult
from lowsr_tradeoff.reports.page.html import sections
from lowsr_tradeoff.reports.sections.decision.cautions import MOST, cautions
from lowsr_tradeoff.reports.sections.decision.placing import find, shown_by_rate

DEVICE = "stm32u575"


def points_of(tradeoff) -> list[str]:
    return [one.point for one in cautions(tradeoff, DEVICE)]


def figures_of(tradeoff, point: str) -> str:
    return next(one.figures for one in cautions(tradeoff, DEVICE) if one.point.startswith(point))


def test_there_are_six_at_most_and_who_speaks_is_the_first(tradeoff):
    found = points_of(tradeoff)
    assert len(found) == MOST
    assert found[0] == "Who speaks is not hidden."
    who = at(tradeoff.leaks, "who", 500)
    assert f"{100 * who.envelope.value:.0f} of 100 utterances (guessing: 6)" in figures_of(tradeoff, "Who")


def test_each_has_a_link_to_a_section_of_the_page(tradeoff, listen):
    anchors = {section.anchor for section in sections(tradeoff, listen)} | {"method", "listen"}
    assert {one.section for one in cautions(tradeoff, DEVICE)} <= anchors


def test_the_axis_is_in_the_picture_and_no_warning(build):
    assert "Who speaks is not hidden." not in points_of(build(axis="who"))
    assert "Known words are not hidden." not in points_of(build(axis="known words"))


def test_a_leak_near_chance_is_no_warning(tradeoff):
    luck = Measurement(value=0.07, low=0.02, high=0.12, n=100, n_of="utterances")
    quiet = tuple(
        leak.model_copy(update={"envelope": luck}) if leak.kind != "words" else leak for leak in tradeoff.leaks
    )
    found = points_of(replaced(tradeoff, {"leaks": quiet}))
    assert not {"Who speaks is not hidden.", "Known words are not hidden."} & set(found)


def test_a_published_attacker_that_decides_is_named_beside_those_run_here(tradeoff):
    published = tradeoff.privacy.attacks[0].model_copy(
        update={
            "attacker": "recogniser trained at the rate, published",
            "value": Measurement(value=0.48, n=2620, n_of="utterances", basis="published"),
            "value_draws": (),
            "chance": None,
        }
    )
    attacks = (*tradeoff.privacy.attacks, published)
    leaked = leaks(attacks, (*tradeoff.rates_hz, 16000), 16000, "ideal")
    changed = replaced(tradeoff, {"privacy.attacks": attacks, "leaks": leaked})
    assert "Not tested." in points_of(tradeoff)
    told = figures_of(changed, "The strongest attacker was not run here")
    ours = tradeoff.privacy.words[0].word_recovery.value
    assert "48 % at 500 Hz" in told
    assert f"Attackers run here got {100 * ours:.0f} %." in told


def test_battery_that_comes_from_smaller_features_is_called_so(tradeoff):
    (none,) = (
        result.model_copy(update={"power_saved": Measurement(value=0.006, low=0.002, high=0.01, n=9, n_of="draws")})
        for result in tradeoff.power.results
        if (result.device, result.rate_hz, result.grid) == (DEVICE, 500, "shared")
    )
    others = [
        one for one in tradeoff.power.results if (one.device, one.rate_hz, one.grid) != (DEVICE, 500, "shared")
    ]
    changed = replaced(tradeoff, {"power.results": (none, *others)})
    assert not any(point.startswith("Battery is gained") for point in points_of(tradeoff))
    assert "500 Hz saves 0.6 %" in figures_of(changed, "Battery is gained by smaller features")


def test_sounds_that_are_lost_are_those_of_the_answers_network(build):
    tradeoff = build()
    low, full = shown_by_rate(tradeoff)[0], shown_by_rate(tradeoff)[-1]
    assert low.rate_hz == 500
    assert figures_of(tradeoff, "Sounds are not lost").startswith("At 500 Hz: ")
    assert full.rate_hz == 16000
    asked = build(constraints=QUALIFIES)
    subject = find(asked, asked.decision.recommended)
    assert all(one.figures.startswith(f"At {subject.rate_hz // 1000} kHz") for one in cautions(asked, DEVICE)
               if one.section == "sounds")  # fmt: skip


def test_a_wide_gap_between_rates_asks_for_one_in_between(tradeoff):
    quiet = replaced(tradeoff, {"leaks": (), "recognition.results": ()})
    far = tuple(point for point in quiet.points if point.rate_hz in {500, 16000})
    told = figures_of(replaced(quiet, {"points": far}), "A rate is missing")
    assert told.startswith("Between 500 Hz and 16 kHz recognition rises by ")
    assert told.endswith("add 1 kHz.")


def test_a_front_end_that_lets_more_through_is_named(tradeoff):
    def behind(name, words):
        figure = Measurement(value=words, low=words - 0.03, high=words + 0.03, n=640, n_of="words")
        point = tradeoff.points[0]
        return FrontEndResult(front_end=name, rate_hz=500, grid="shared", arm="raw", accuracy=point.accuracy,
                              attacker="a", word_recovery=figure, power_mw=point.power_mw)  # fmt: skip

    changed = replaced(tradeoff, {"front_ends": (behind("ideal", 0.4), behind("none", 0.48))})
    assert figures_of(changed, "The filter matters") == (
        "Behind none an attacker recovers 48 % of words at 500 Hz, not 40 %."
    )
    alike = replaced(tradeoff, {"front_ends": (behind("ideal", 0.4), behind("none", 0.41))})
    assert "The filter matters." not in points_of(alike)


def test_several_trainings_and_whole_corpora_are_not_warned_of(tradeoff):
    quiet = replaced(tradeoff, {"leaks": ()})
    assert {"One training each.", "Files were skipped."} <= set(points_of(quiet))
    often = changed_all(quiet, "recognition.results", {"n_seeds": 3})
    as_it_is = {**quiet.settings, "classify": {**quiet.settings["classify"], "network": "net.onnx"}}
    assert "One training each." not in points_of(quiet.model_copy(update={"settings": as_it_is}))
    whole = changed_all(often, "corpora", {"n_skipped": 0})
    assert not {"One training each.", "Files were skipped."} & set(points_of(whole))


@pytest.mark.parametrize("left_out", ["points", "leaks", "power.results", "recognition.results"])
def test_a_study_without_results_has_fewer(tradeoff, left_out):
    assert len(cautions(replaced(tradeoff, {left_out: ()}), DEVICE)) <= MOST
