"""What the figures of a study do not cover."""

from collections.abc import Iterator

from lowsr_tradeoff.corpora.rows import grouped
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.front_end import front_end
from lowsr_tradeoff.reports.sections.decision.placing import deciding_power
from lowsr_tradeoff.reports.wording import count, hz, listed, sentences


def not_measured(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return what the figures do not cover, most consequential first."""
    return (*_speech(tradeoff), *_hardware(tradeoff), *_data(tradeoff), *_gaps(tradeoff))


def _speech(tradeoff: Tradeoff) -> Iterator[str]:
    """What no attacker looked for in speech; only the listening test asks listeners."""
    tested = [found for found in tradeoff.privacy.attacks if found.value.value is not None]
    untried = grouped(
        [found for found in tradeoff.privacy.attacks if found.value.value is None], lambda found: found.value.reason
    )
    if tested:
        # Their names hold commas.
        tried = "; ".join(dict.fromkeys(found.attacker for found in tested))
        others = "".join(
            f" Not tested ({reason}): {'; '.join(dict.fromkeys(found.attacker for found in same))}."
            for reason, same in untried.items()
        )
        yield (
            f"Attackers other than {tried}.{others} That a recogniser fails does not make speech"
            " unintelligible: one trained at the low rate recovers far more."
        )
    else:
        yield "Speech: no attacker was tried."
    looked_for = {found.recovers for found in tested}
    yield sentences(
        listed(
            [
                *(["who is speaking"] if "who" not in looked_for else []),
                *(["whether anyone is speaking"] if "presence" not in looked_for else []),
                "what human listeners understand",
            ]
        )
    )


def _hardware(tradeoff: Tradeoff) -> Iterator[str]:
    powers = [result.power_mw for result in deciding_power(tradeoff)]
    if not any(power.value is not None and power.basis == "measured" for power in powers):
        yield "Power on real hardware: it is calculated from data sheets and the operations of the trained network."
    lowest = min((corpus.lowest_source_rate_hz for corpus in tradeoff.corpora), default=tradeoff.reference_rate_hz)
    done = f"recordings of {hz(lowest)} or more were reduced in software"
    yield f"A real microphone at these rates: {done}{_filter(tradeoff)}. Front end: {front_end(tradeoff)}."
    for device, own in tradeoff.other_front_ends.items():
        yield f"Accuracy and words on {device}: its front end is {own}. To measure them, name it first in --device."


def _filter(tradeoff: Tradeoff) -> str:
    """How much speech a capture holds depends on the filter: Warren and Bashford, J. Acoust. Soc. Am., 2004."""
    match tradeoff.settings.get("front_end"):
        case {"filter": "ideal"}:
            return " with a steep anti-alias filter, and a gentler one lets more speech through"
        case {"filter": "none"}:
            return " without an anti-alias filter, so that what lies above half the rate folds down"
        case {"filter": str() as name, "order": order}:
            kind = f"{name.replace('_', '-')} filter of order {order}"
            return f" with a {kind}, and part of what lies above half the rate folds down"
        case _:
            return ""


def _data(tradeoff: Tradeoff) -> Iterator[str]:
    yield f"Rates other than {listed(map(str, tradeoff.all_rates_hz()))} Hz."
    if max((result.n_seeds for result in tradeoff.recognition.results), default=1) == 1:
        yield "The spread between trainings: every network was trained from one seed."
    for corpus in tradeoff.corpora:
        if corpus.n_skipped:
            yield f"{count(corpus.n_skipped, 'file')} of {corpus.name} ({corpus.kind}): unusable and skipped."


def _gaps(tradeoff: Tradeoff) -> tuple[str, ...]:
    """One line for each figure that could not be measured, with the rates and the reason."""
    rates: dict[tuple[str, str], dict[int, None]] = {}
    for what, rate, measurement in _recognition_and_speech(tradeoff):
        if measurement.reason is not None:
            rates.setdefault((what, measurement.reason), {})[rate] = None
    return tuple(f"{what} at {listed(map(hz, sorted(at)))}: {reason}." for (what, reason), at in rates.items())


def _recognition_and_speech(tradeoff: Tradeoff) -> Iterator[tuple[str, int, Measurement]]:
    for classified in tradeoff.recognition.results:
        yield "Accuracy", classified.rate_hz, classified.accuracy
    for heard in tradeoff.privacy.words:
        yield f"Word recovery by {heard.attacker}", heard.rate_hz, heard.word_recovery
        yield f"Keyword recovery by {heard.attacker}", heard.rate_hz, heard.keyword_recovery
    for signal in tradeoff.privacy.intelligibility:
        yield "STOI", signal.rate_hz, signal.stoi
        yield "ESTOI", signal.rate_hz, signal.estoi
        yield "PESQ", signal.rate_hz, signal.pesq_wb
