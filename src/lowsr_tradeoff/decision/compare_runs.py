"""What differs between finished runs: settings, data, weights, versions, answers and figures; nothing is run.

Runs on other events or classes are not compared. Other figures that were measured on different things are left out,
with a remark. A difference is paired where both figures were drawn together (same resample of clips or speakers, or
same parameters of a device); else their intervals are taken as independent, which is too wide for the same clips.
The spread between repeated trainings widens the interval of a difference in accuracy.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

import numpy as np
from pydantic import JsonValue

from lowsr_tradeoff.decision.run_figures import Figure, FigureName, corpus_of, own_attacks
from lowsr_tradeoff.decision.run_figures import figures as figures_of
from lowsr_tradeoff.errors import NotComparableError
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.decision import Change, Comparison, Difference
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.statistics import Z_INTERVAL
from lowsr_tradeoff.statistics.intervals import independent_difference, percentile_interval


def compare(runs: Sequence[tuple[str, Tradeoff]]) -> Comparison:
    """Return what differs between two or more named runs, each against the first.

    Raises:
        NotComparableError: They rest on other events or classes, or have no rate in common.
    """
    names, found = tuple(name for name, _ in runs), [tradeoff for _, tradeoff in runs]
    if len(found) < 2:
        raise NotComparableError("one run cannot be compared with itself; give two or more")
    for name, other in zip(names[1:], found[1:], strict=True):
        if faults := list(_faults(found[0], other)):
            raise NotComparableError(f"{names[0]} and {name} cannot be compared: {'; '.join(faults)}")
    figures = [figures_of(tradeoff) for tradeoff in found]
    return Comparison(
        runs=names,
        is_synthetic=any(corpus.is_synthetic for tradeoff in found for corpus in tradeoff.corpora),
        settings=_changes([dict(flattened(tradeoff.settings)) for tradeoff in found]),
        corpora=_changes([dict(_corpora(tradeoff)) for tradeoff in found]),
        weights=_changes([tradeoff.provenance.weights for tradeoff in found]),
        versions=_changes([dict(_versions(tradeoff)) for tradeoff in found]),
        decisions=_changes([dict(_decision(tradeoff)) for tradeoff in found]),
        differences=tuple(_differences(found, figures)),
        unmatched=_changes([{_called(name): "there" for name in held} for held in figures]),
        remarks=tuple(_remarks(names, found)),
    )


def flattened(settings: Mapping[str, JsonValue], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every setting by its dotted name, in order of names, with its value as text.

    >>> dict(flattened({"seed": 0, "events": {"source": "demo"}}))
    {'events.source': 'demo', 'seed': '0'}
    """
    for name, value in sorted(settings.items()):
        if isinstance(value, dict):
            yield from flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value if isinstance(value, str) else json.dumps(value)


def _faults(first: Tradeoff, second: Tradeoff) -> Iterator[str]:
    ours, theirs = corpus_of(first, "events"), corpus_of(second, "events")
    if ours.classes != theirs.classes:
        apart = sorted({*ours.classes} ^ {*theirs.classes})
        yield f"their classes differ ({len(ours.classes)} and {len(theirs.classes)}; not in both: {apart})"
    elif ours.digest != theirs.digest:
        which = f"{ours.name}, {ours.n_clips} clips, and {theirs.name}, {theirs.n_clips} clips"
        yield f"their events differ ({which}), and accuracies with them; run both on the same events"
    if not {*first.rates_hz} & {*second.rates_hz}:
        yield f"they have no rate in common ({_listed(first.rates_hz)} and {_listed(second.rates_hz)} Hz)"


def _listed(rates_hz: Sequence[int]) -> str:
    return ", ".join(map(str, rates_hz))


def _differences(found: Sequence[Tradeoff], figures: Sequence[dict[FigureName, Figure]]) -> Iterator[Difference]:
    for run in range(1, len(found)):
        left_out = _left_out(found[0], found[run])
        for name, first in figures[0].items():
            if name in figures[run] and (name.measure, name.rate_hz, name.attacker) not in left_out:
                yield _difference(run, name, first, figures[run][name])


def _left_out(first: Tradeoff, second: Tradeoff) -> set[tuple[str, int, str | None]]:
    """Attacks that are not compared: of other speech all, of other words those that learnt some."""
    ours, theirs = (
        {(found.measure, found.rate_hz, found.attacker): found.setup for found in own_attacks(tradeoff)}
        for tradeoff in (first, second)
    )
    if not _is_same_speech(first, second):
        return {*ours}
    if _words(first) == _words(second):
        return set()
    return {attack for attack, setup in ours.items() if theirs.get(attack) != setup}


def _difference(run: int, name: FigureName, first: Figure, second: Figure) -> Difference:
    is_paired = bool(first.draws and second.draws) and first.drawn_from == second.drawn_from
    found = _paired(first, second) if is_paired else independent_difference(second.value, first.value)
    found = _with_luck(found, first, second)
    is_apart = found.low is not None and found.high is not None and (found.low > 0 or found.high < 0)
    return Difference(
        run=run,
        **asdict(name),
        first=first.value,
        second=second.value,
        difference=found,
        pairing="paired" if is_paired else "independent",
        is_supported=is_apart,
    )


def _paired(first: Figure, second: Figure) -> Measurement:
    """The second minus the first, draw by draw."""
    one, other = first.value, second.value
    if one.value is None or other.value is None:
        return missing(other.reason or one.reason or "not measured", other.n_of, other.unit)
    low, high = percentile_interval(np.subtract(second.draws, first.draws))
    return Measurement(
        value=other.value - one.value,
        low=low,
        high=high,
        n=min(one.n, other.n),
        n_of=other.n_of,
        unit=other.unit,
        basis=other.basis,
    )


def _with_luck(found: Measurement, first: Figure, second: Figure) -> Measurement:
    """The difference with the spread of both trainings in its interval, unless they are the same trainings."""
    is_same = (first.value, first.draws) == (second.value, second.draws)
    if is_same or found.value is None or found.low is None or found.high is None:
        return found
    reach = Z_INTERVAL * math.hypot(first.luck_sd, second.luck_sd)
    low, high = (math.hypot(end - found.value, reach) for end in (found.low, found.high))
    ends = {"low": max(-1.0, found.value - low), "high": min(1.0, found.value + high)}
    return found.model_copy(update=ends if reach else {})


def _changes(runs: Sequence[Mapping[str, str]]) -> tuple[Change, ...]:
    names = sorted({name for run in runs for name in run})
    values = {name: tuple(run.get(name) for run in runs) for name in names}
    return tuple(Change(what=name, values=each) for name, each in values.items() if len({*each}) > 1)


def _corpora(tradeoff: Tradeoff) -> Iterator[tuple[str, str]]:
    for corpus in tradeoff.corpora:
        yield from flattened(corpus.model_dump(mode="json", exclude={"kind"}), f"{corpus.kind}.")


def _versions(tradeoff: Tradeoff) -> Iterator[tuple[str, str]]:
    made = tradeoff.provenance
    yield from (("lowsr-tradeoff", made.version), ("source code", made.code))
    yield from (("Python", made.python), ("platform", made.platform), *made.libraries.items())


def _decision(tradeoff: Tradeoff) -> Iterator[tuple[str, str]]:
    decided = tradeoff.decision
    yield "device", decided.device
    yield "recommended", decided.recommended or "none"
    yield "nearest", decided.nearest or "none"
    placed = (p for p in tradeoff.points if p.device == decided.device and p.p_frontier is not None)
    yield "rates on the frontier", _listed(sorted({p.rate_hz for p in placed if not p.dominated_by}))


def _remarks(names: Sequence[str], found: Sequence[Tradeoff]) -> Iterator[str]:
    for name, tradeoff in zip(names, found, strict=True):
        if tradeoff.failures:
            yield f"{name} lacks figures: {len(tradeoff.failures)} of its steps failed."
    for name, other in zip(names[1:], found[1:], strict=True):
        if not _is_same_speech(found[0], other):
            yield f"Attackers of {names[0]} and {name} are not compared: the speech they were set upon differs."
        elif _words(found[0]) != _words(other):
            yield f"Attackers of {names[0]} and {name} that learnt words are not compared: they learnt other words."


def _is_same_speech(first: Tradeoff, second: Tradeoff) -> bool:
    return corpus_of(first, "speech").digest == corpus_of(second, "speech").digest


def _words(tradeoff: Tradeoff) -> JsonValue:
    privacy = tradeoff.settings.get("privacy")
    return privacy.get("words_source") if isinstance(privacy, dict) else None


def _called(name: FigureName) -> str:
    """What a figure describes, in one line."""
    of = (name.attacker, name.arm, name.grid and f"{name.grid} features", name.device)
    return f"{name.measure} at {name.rate_hz} Hz ({', '.join(filter(None, of))})"
