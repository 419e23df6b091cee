from tests.replaced import replaced
from tests.reports.conftest import changed_all

from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.records.power import DeviceSheet, SourcedFigure
from lowsr_tradeoff.reports.sections.decision.not_measured import not_measured


def test_what_was_not_measured_comes_from_the_records(build):
    tradeoff = build(attacker="imagined attacker")
    text = "\n".join(not_measured(tradeoff))
    assert "Attackers other than imagined attacker as published; closed vocabulary" in text
    assert "Not tested (not asked for; run with --attackers all): Whisper adapted to the rate." in text
    assert "Power on real hardware" in text
    assert "one seed" in text
    assert "2 files of demo (events): unusable and skipped." in text
    assert "PESQ at 500 Hz: PESQ found no speech in 64 of 64 utterances." in text


def test_measured_power_and_repeated_training_are_not_listed_as_missing(tradeoff):
    metered = tradeoff.power.results[0].power_mw.model_copy(update={"basis": "measured"})
    first = tradeoff.power.results[0].model_copy(update={"power_mw": metered})
    changed = replaced(tradeoff, {"power.results": (first, *tradeoff.power.results[1:])})
    text = "\n".join(not_measured(changed_all(changed, "recognition.results", {"n_seeds": 3})))
    assert "Power on real hardware" not in text
    assert "one seed" not in text


def test_the_filter_is_part_of_the_claim(tradeoff):
    def said(front_end: object) -> str:
        return "\n".join(not_measured(tradeoff.model_copy(update={"settings": {"front_end": front_end}})))

    assert "in software with a steep anti-alias filter" in said({"filter": "ideal"})
    assert "in software without an anti-alias filter" in said({"filter": "none"})
    assert "a butterworth filter of order 4" in said({"filter": "butterworth", "order": 4})
    assert "in software." in said(None)


def test_one_reason_at_several_rates_is_one_line(tradeoff):
    silent = missing("the recogniser did not start", "words")
    deaf = changed_all(tradeoff, "privacy.words", {"word_recovery": silent})
    lines = [line for line in not_measured(deaf) if "did not start" in line]
    assert len(lines) == 1
    assert "500 Hz, 1 kHz, 2 kHz, 4 kHz and 16 kHz" in lines[0]


def test_what_attackers_measured_is_not_listed_as_unmeasured(tradeoff):
    def said(*recovers):
        attacks = tuple(tradeoff.privacy.attacks[0].model_copy(update={"recovers": what}) for what in recovers)
        return "\n".join(not_measured(replaced(tradeoff, {"privacy.attacks": attacks})))

    assert "Who is speaking, whether anyone is speaking and what human listeners understand." in said("words")
    assert "What human listeners understand." in said("words", "who", "presence")
    assert "Who is speaking" not in said("words", "who", "presence")


def test_attackers_whose_names_hold_commas_are_told_apart(tradeoff):
    attacks = tuple(tradeoff.privacy.attacks[0].model_copy(update={"attacker": name}) for name in ("a, b", "c"))
    assert "other than a, b; c." in not_measured(replaced(tradeoff, {"privacy.attacks": attacks}))[0]


def test_the_front_end_is_named_with_whose_it_is(build):
    tradeoff = build()
    figure = SourcedFigure(parameter="adc.filter", text="butterworth1", basis="assumed", source="an RC before it")
    sheet = DeviceSheet(device=tradeoff.decision.device, description="", figures=(figure,))
    of_device = tradeoff.model_copy(
        update={
            "front_end": "butterworth1, bits=12",
            "other_front_ends": {"phone_cpu": "fir64"},
            "power": tradeoff.power.model_copy(update={"devices": (sheet,)}),
        }
    )
    said = "\n".join(not_measured(of_device))
    device = tradeoff.decision.device
    assert f"butterworth1, bits=12, the filter of {device} (assumed: an RC before it)" in said
    assert "Accuracy and words on phone_cpu: its front end is fir64. To measure them, name it first in" in said
    chosen = of_device.model_copy(update={"front_end": "ideal"})
    assert f"ideal, chosen for the study; {device} has butterworth1 (assumed)" in "\n".join(not_measured(chosen))
