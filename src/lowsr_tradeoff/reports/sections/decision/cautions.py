"""What a reader has to know before a decision, found by rules in the records, the most consequential first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lowsr_tradeoff.classify.arms import arm_of
from lowsr_tradeoff.decision.leaks import at
from lowsr_tradeoff.privacy.attackers.low_rate_figures import RECOVERED
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.privacy import Leak, LeakKind
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.decision import placing
from lowsr_tradeoff.reports.sections.decision.limits import brief
from lowsr_tradeoff.reports.sections.decision.verdict import unusable, warnings
from lowsr_tradeoff.reports.sections.recognition.network import is_from_file
from lowsr_tradeoff.reports.sections.recognition.recall import losses
from lowsr_tradeoff.reports.sections.speech.strongest import on_this_speech
from lowsr_tradeoff.reports.wording import count, hz, life, listed, percent, times_range, whole

MOST = 6
# What is told is well above chance from so many points on.
WELL_ABOVE = 0.1
# A saving below this is none to speak of.
LEAST_SAVED, NOTHING = 0.02, 0.0005
# A class that loses this much is lost; neighbouring rates this far apart need one in between.
LOST, GAP = 0.5, 0.2


@dataclass(frozen=True)
class Caution:
    """One warning: its point in a few words, the figures, and where the evidence is on the page."""

    point: str
    figures: str
    section: str
    link: str


def cautions(tradeoff: Tradeoff, device: str) -> tuple[Caution, ...]:
    """Return the warnings for a device, worst first, at most six."""
    shown = placing.shown_by_rate(tradeoff, device)
    if not shown:
        return tuple(_unfit(tradeoff))[:MOST]
    subject = placing.subject_point(tradeoff)
    about = subject if subject in shown else shown[0]
    found = (
        *_unfit(tradeoff),
        *_who(tradeoff, shown),
        *_known_words(tradeoff, shown),
        *_published(tradeoff, shown),
        *_aliasing(tradeoff),
        *_features(tradeoff, shown),
        *lost_sounds(tradeoff, about, shown[-1]),
        *_calculated(tradeoff, shown),
        *_gap(shown),
        *_one_seed(tradeoff),
        *_skipped(tradeoff),
    )
    return found[:MOST]


def lost_sounds(tradeoff: Tradeoff, point: OperatingPoint, full: OperatingPoint) -> Iterator[Caution]:
    """Yield which sounds a rate loses, by the network that stands for the rate."""
    lost = [loss for loss in losses(tradeoff, point, full) if loss.before - loss.after > LOST]
    if lost:
        each = ", ".join(f"{loss.label} {whole(loss.before)} → {whole(loss.after)} %" for loss in lost[:3])
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        yield Caution(
            "Sounds are not lost evenly.", f"At {hz(point.rate_hz)}: {each}{more}.", "sounds", "Every sound"
        )


def _unfit(tradeoff: Tradeoff) -> Iterator[Caution]:
    """What makes figures unusable, incomplete or optimistic; made-up data are named in the page's head."""
    for fault in unusable(tradeoff):
        point, _, figures = fault.partition(": ")
        yield Caution(f"{point}.", f"{figures[0].upper()}{figures[1:]}", "speech", "Attackers")
    for fault in warnings(tradeoff):
        point, _, figures = fault.partition(": ")
        if not point.startswith("Synthetic"):
            yield Caution(f"{point}.", f"{figures[0].upper()}{figures[1:]}", "method", "Data and method")


def _leak(tradeoff: Tradeoff, shown: Sequence[OperatingPoint], kind: LeakKind) -> Leak | None:
    """What the lowest rate leaks of a kind, unless it is an axis already, or nobody knows."""
    leak = at(tradeoff.leaks, kind, shown[0].rate_hz)
    return leak if kind != tradeoff.privacy_axis and leak and leak.envelope.value is not None else None


def _above_chance(leak: Leak) -> bool:
    luck = (leak.chance.value if leak.chance else None) or 0.0
    return (leak.envelope.low or leak.envelope.value or 0.0) > luck + WELL_ABOVE


def _who(tradeoff: Tradeoff, shown: Sequence[OperatingPoint]) -> Iterator[Caution]:
    who, sex = (_leak(tradeoff, shown, kind) for kind in ("who", "sex"))
    where = f"At {hz(shown[0].rate_hz)} an attacker"
    if who and _above_chance(who):
        figures = (
            f"{where} with recordings of the speakers names the right one in {whole(who.envelope.value or 0)} of"
            f" 100 utterances{_by_chance(who)}."
        )
        yield Caution("Who speaks is not hidden.", figures, "speech", "Who and what")
    elif sex and _above_chance(sex):
        figures = f"{where} tells it in {whole(sex.envelope.value or 0)} of 100 utterances{_by_chance(sex)}."
        yield Caution("The speaker’s sex is not hidden.", figures, "speech", "Who and what")


def _known_words(tradeoff: Tradeoff, shown: Sequence[OperatingPoint]) -> Iterator[Caution]:
    leak = _leak(tradeoff, shown, "known words")
    if leak and (leak.envelope.low or 0.0) > WELL_ABOVE:
        figures = (
            f"At {hz(shown[0].rate_hz)} an attacker who chooses from a list gets {brief(leak.envelope)} of them, on"
            " a scale where guessing is 0 %."
        )
        yield Caution("Known words are not hidden.", figures, "speech", "Attackers")


def _by_chance(leak: Leak) -> str:
    return f" (guessing: {whole(leak.chance.value)})" if leak.chance and leak.chance.value is not None else ""


def _published(tradeoff: Tradeoff, shown: Sequence[OperatingPoint]) -> Iterator[Caution]:
    """The recogniser trained at low rates, which only others have run."""
    words = [at(tradeoff.leaks, "words", point.rate_hz) for point in shown]
    counted = [leak for leak in words if leak and leak.envelope.basis == "published"]
    if counted:
        ours = on_this_speech(tradeoff, counted[0])
        here = f" Attackers run here got {brief(ours)}." if ours else ""
        figures = (
            f"At {_span([leak.rate_hz for leak in counted])} the words are those of a recogniser that others"
            f" trained at the rate: {brief(counted[0].envelope)} at {hz(counted[0].rate_hz)}.{here}"
        )
        yield Caution("The strongest attacker was not run here.", figures, "speech", "Attackers")
    elif any(words) and tradeoff.privacy_axis == "words":
        each = listed(f"{whole(share)} % of words at {hz(rate_hz)}" for rate_hz, share in RECOVERED.items())
        figures = f"A speech recogniser trained at a low rate. Published on other speech: {each}."
        yield Caution("Not tested.", figures, "speech", "Attackers")


def _span(rates_hz: Sequence[int]) -> str:
    return hz(rates_hz[0]) if len(rates_hz) == 1 else f"{hz(rates_hz[0])} to {hz(rates_hz[-1])}"


def _aliasing(tradeoff: Tradeoff) -> Iterator[Caution]:
    """Another front end that lets clearly more words through than the one that decides."""
    own = {one.rate_hz: one for one in tradeoff.front_ends if one.front_end == tradeoff.front_end}
    worse = [
        (other, first)
        for other in tradeoff.front_ends
        if (first := own.get(other.rate_hz)) and first.word_recovery.high is not None
        if other.word_recovery.low is not None and other.word_recovery.low > first.word_recovery.high
    ]
    if worse:
        other, first = worse[0]
        figures = (
            f"Behind {other.front_end} an attacker recovers {brief(other.word_recovery)} of words at"
            f" {hz(other.rate_hz)}, not {brief(first.word_recovery)}."
        )
        yield Caution("The filter matters.", figures, "speech", "Front ends")


def _features(tradeoff: Tradeoff, shown: Sequence[OperatingPoint]) -> Iterator[Caution]:
    """Battery that comes from smaller features, and not from the microphone's rate."""
    low, full = shown[0], shown[-1]
    same = [
        result.power_saved
        for result in tradeoff.power.results
        if (result.device, result.rate_hz, result.grid) == (low.device, low.rate_hz, full.grid)
    ]
    saved = same[0].value if same else None
    if saved is not None and saved < LEAST_SAVED and low.grid != full.grid:
        gain = percent(same[0]).value if saved > NOTHING else "nothing"
        figures = f"With the same features as at {hz(full.rate_hz)}, {hz(low.rate_hz)} saves {gain}."
        yield Caution(
            "Battery is gained by smaller features, not by a slower microphone.", figures, "power-use", "Power"
        )


def _calculated(tradeoff: Tradeoff, shown: Sequence[OperatingPoint]) -> Iterator[Caution]:
    low, full = shown[0], shown[-1]
    hours, longer = full.battery_hours, placing.longer(tradeoff, low, full)
    if hours.value is None or hours.low is None or hours.high is None or hours.basis != "modelled":
        return
    (least, _), (most, unit) = (life(end, hours.value) for end in (hours.low, hours.high))
    shared = (
        f" That doubt is shared by all rates: {hz(low.rate_hz)} lasts"
        f" {times_range(longer).lstrip('×')} times as long."
        if longer
        else ""
    )
    figures = f"At {hz(full.rate_hz)} it may be {least}–{most} {unit}.{shared}"
    yield Caution("Battery life is calculated, not measured.", figures, "power-use", "Sources")


def _gap(shown: Sequence[OperatingPoint]) -> Iterator[Caution]:
    gaps = [
        ((high.accuracy.value or 0.0) - (low.accuracy.value or 0.0), low, high)
        for low, high in pairwise(shown)
        if high.rate_hz > 2 * low.rate_hz
    ]
    widest = max(gaps, key=lambda gap: gap[0], default=None)
    if widest and widest[0] > GAP:
        by, low, high = widest
        between = f"Between {hz(low.rate_hz)} and {hz(high.rate_hz)} recognition rises by {whole(by)} points"
        yield Caution(
            "A rate is missing.", f"{between}: add {hz(2 * low.rate_hz)}.", "training", "Accuracy by rate"
        )


def _one_seed(tradeoff: Tradeoff) -> Iterator[Caution]:
    trained = (result for result in tradeoff.recognition.results if arm_of(result.arm).is_network)
    if max((result.n_seeds for result in trained), default=0) == 1 and not is_from_file(tradeoff):
        figures = "Every network was trained once; trainings that differ in their seed may differ in accuracy."
        yield Caution("One training each.", figures, "training", "Ways of training")


def _skipped(tradeoff: Tradeoff) -> Iterator[Caution]:
    skipped = [corpus for corpus in tradeoff.corpora if corpus.n_skipped]
    if skipped:
        each = listed(f"{count(corpus.n_skipped, 'file')} of {corpus.name}" for corpus in skipped)
        yield Caution("Files were skipped.", f"{each} could not be used.", "method", "Data")
