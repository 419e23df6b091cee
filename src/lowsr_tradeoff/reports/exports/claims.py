"""The claim sheet: one page with what may be said about the speech that a microphone records, and the evidence.

It covers the attackers tested only, and says so.
"""

from collections.abc import Iterator
from operator import attrgetter

from lowsr_tradeoff.corpora.rows import grouped
from lowsr_tradeoff.decision.leaks import AT_STAKE, at
from lowsr_tradeoff.files.safe_text import markdown as plain
from lowsr_tradeoff.records.privacy import AttackResult, Leak, LeakKind
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.front_end import front_end
from lowsr_tradeoff.reports.sections.decision.limits import LEAK_WORDS, brief
from lowsr_tradeoff.reports.sections.decision.verdict import unusable
from lowsr_tradeoff.reports.sections.speech import strongest
from lowsr_tradeoff.reports.table import table_lines
from lowsr_tradeoff.reports.wording import amount, count, hz, listed, percent, shown

# The most lasting harm first: a voice cannot be changed.
KINDS: tuple[LeakKind, ...] = ("who", "sex", "presence", "words", "known words")


def claims(tradeoff: Tradeoff) -> str:
    """Return the claim sheet as Markdown."""
    return "\n".join(
        (
            *("# What was recovered of speech", ""),
            "Every figure holds against the attackers tested, on this corpus, behind this microphone front end. A",
            "stronger attacker may recover more; none of the figures bounds what can be recovered. Brackets are",
            "95 % intervals.",
            *("", "## In short", "", *_in_short(tradeoff)),
            *("", "## What was attacked", "", *_attacked(tradeoff)),
            *("", "## What leaks at each rate", "", *_unusable(tradeoff), *table_lines(strongest.table(tradeoff))),
            *("", strongest.NOTE),
            *_learning(tradeoff),
            *("", "## Every figure of every attacker", "", *_figures(tradeoff)),
            *("", "## What was not tested", "", *_untested(tradeoff)),
            *("", "## How", "", *_how(tradeoff), ""),
        )
    )


def _in_short(tradeoff: Tradeoff) -> Iterator[str]:
    """What leaks of each kind at the lowest and the full rate, who speaks first."""
    ends = tradeoff.all_rates_hz()
    for kind in KINDS:
        found = [at(tradeoff.leaks, kind, rate_hz) for rate_hz in dict.fromkeys((ends[0], ends[-1]))]
        known = [leak for leak in found if leak and leak.envelope.value is not None]
        each = [f"{brief(leak.envelope)} at {hz(leak.rate_hz)} (by chance {_chance(leak)})" for leak in known]
        yield f"- {LEAK_WORDS[kind].capitalize()}: {listed(each) if each else 'not known'}"


def _chance(leak: Leak) -> str:
    return brief(leak.chance) if leak.chance and leak.chance.value is not None else "nothing"


def _attacked(tradeoff: Tradeoff) -> Iterator[str]:
    for corpus in tradeoff.corpora:
        if corpus.kind == "speech":
            made = "synthetic, so not for decisions; " if corpus.is_synthetic else ""
            of = f"{count(corpus.n_clips, 'utterance')}, {corpus.n_groups} {corpus.group_of}"
            known = f"{of}, {corpus.duration_s:.0f} s, digest {corpus.digest[:12]}"
            yield f"- Corpus: {plain(corpus.name)} ({made}{known})"
    yield f"- Microphone front end: {plain(front_end(tradeoff))}"
    for name in dict.fromkeys(found.front_end for found in tradeoff.privacy.attacks):
        if name != tradeoff.front_end:
            yield f"- Attacked too, and in no decision: front end {plain(name)}"


def _learning(tradeoff: Tradeoff) -> Iterator[str]:
    if tradeoff.privacy.learning_curves:
        yield from ("", "## Attackers with more to learn from", "")
    for curve in tradeoff.privacy.learning_curves:
        who = f"{plain(curve.attacker)}, {hz(curve.rate_hz)}"
        for more in curve.extrapolations:
            what = f"with {more.times} times its {amount(curve.points[-1].amount)} {curve.amount_of}"
            yield f"- {who}, {what}, extrapolated: {plain(str(percent(more.value)))}"


def _unusable(tradeoff: Tradeoff) -> Iterator[str]:
    for fault in unusable(tradeoff):
        yield from (f"**{plain(fault)}**", "")


def _figures(tradeoff: Tradeoff) -> Iterator[str]:
    found = [attack for attack in tradeoff.privacy.attacks if attack.value.value is not None]
    for of, group in grouped(found, attrgetter("recovers", "attacker", "measure", "front_end")).items():
        kind, name, measure, front_end = of
        each = ", ".join(f"{shown(attack.value).brief} at {hz(attack.rate_hz)}" for attack in group)
        behind = "" if front_end == tradeoff.front_end else f", front end {front_end}"
        yield f"- {AT_STAKE[kind]}: {plain(name)}, {plain(measure)}{plain(behind)}: {each}"
    if not found:
        yield "No attacker was tested."


def _untested(tradeoff: Tradeoff) -> Iterator[str]:
    reasons: dict[tuple[str, str], list[AttackResult]] = {}
    for found in tradeoff.privacy.attacks:
        if found.value.reason is not None:
            reasons.setdefault((f"{found.attacker}, {found.measure}", found.value.reason), []).append(found)
    for failure in tradeoff.failures:
        if failure.is_cause:
            yield f"- {plain(failure.step)}, because its step failed: {plain(failure.reason)}"
    for (what, reason), group in reasons.items():
        rates_hz = sorted({found.rate_hz for found in group})
        yield f"- {plain(what)} at {listed(map(hz, rates_hz))}: {plain(reason)}"
    yield "- People listening."
    yield "- Any attacker that is not named on this page."


def _how(tradeoff: Tradeoff) -> Iterator[str]:
    # A recogniser's policy is the same at every rate.
    for found in {(result.attacker, result.policy): result for result in tradeoff.privacy.words}.values():
        how = f"{plain(found.policy)}; compared with {found.reference}"
        yield f"- {plain(found.attacker)} ({found.engine}): {how}"
    setups = dict.fromkeys(
        (found.attacker, found.setup) for found in tradeoff.privacy.attacks if found.value.value is not None
    )
    for name, setup in setups:
        yield f"- {plain(name)}: {plain(setup)}"
    for name, digest in sorted(tradeoff.provenance.weights.items()):
        yield f"- Weights {plain(name)}: SHA-256 {digest}"
    yield f"- lowsr-tradeoff {tradeoff.provenance.version}, source code {tradeoff.provenance.code}"
