"""Event corpora: synthesised, embedded, or the user's own, checked and laid out in folds."""

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import numpy as np

from lowsr_tradeoff.corpora.background import load_background
from lowsr_tradeoff.corpora.check import clip_ids, file_names, rate_fault, summarise, usable
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, Recording
from lowsr_tradeoff.corpora.demo_events import takes
from lowsr_tradeoff.corpora.demo_sounds import N_SAMPLES, RATE_HZ
from lowsr_tradeoff.corpora.event_layouts import DATA, SYNTHETIC, list_events
from lowsr_tradeoff.corpora.folds import assign_folds, fit_for_folds, renumber
from lowsr_tradeoff.corpora.inspect import AudioInfo, content_digest
from lowsr_tradeoff.corpora.labels import labels_alike
from lowsr_tradeoff.corpora.rows import EventRow, FaultOf, Listing, Problem, count_skipped
from lowsr_tradeoff.errors import DataError, tried
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.settings.study import StudyConfig

LONGEST_WINDOW_S = 10.0
WINDOW_QUANTILE = 0.95
FOLD = re.compile("[0-9]{1,9}")


def events_of(config: StudyConfig, cache: Path | None) -> EventCorpus:
    """Return the events of a study, with the background of its alarms; see :func:`load_events`.

    Raises:
        DataError: Events or background have problems; the message lists all of them.
    """
    events, no_events = tried(partial(_events_alone, config, cache))
    background, no_background = tried(partial(_background_of, config, cache))
    if events is None or background is None:
        raise DataError("\n".join(filter(None, (no_events, no_background))))
    clip_of = {clip.digest: clip.clip_id for clip in events.clips}
    trained_on = [
        Problem(each.name, f"has the same bytes as the clip {clip_of[each.digest]}, which networks are trained on")
        for each in background
        if each.digest in clip_of
    ]
    count_skipped(f"background {config.alarms.background}", trained_on, skip_bad=config.skip_bad)
    return replace(events, background=tuple(each for each in background if each.digest not in clip_of))


def _background_of(config: StudyConfig, cache: Path | None) -> tuple[Recording, ...]:
    source = config.alarms.background
    if source is None:
        return ()
    return load_background(source, (*config.rates_hz, config.reference_rate_hz), cache, skip_bad=config.skip_bad)


def _events_alone(config: StudyConfig, cache: Path | None) -> EventCorpus:
    return load_events(
        config.events.source,
        config.events.n_folds,
        config.events.clip_s,
        config.seed,
        config.rates_hz,
        config.reference_rate_hz,
        skip_bad=config.skip_bad,
        cache=cache,
    )


def load_events(
    source: str,
    n_folds: int,
    clip_s: float | None,
    seed: int,
    rates_hz: Sequence[int],
    reference_rate_hz: int,
    *,
    skip_bad: bool,
    cache: Path | None,
) -> EventCorpus:
    """Return the event corpus, every clip of it usable at every rate.

    Args:
        source: ``"demo"``, or what :func:`~lowsr_tradeoff.corpora.event_layouts.list_events` takes.
        n_folds: Folds to make where the corpus brings none.
        clip_s: Seconds that the network uses; ``None`` takes what 19 clips in 20 fit into, at most 10 s.
        seed: Seed of the synthesis and of made folds.
        rates_hz: Rates to capture at.
        reference_rate_hz: The rate that full-band figures are for.
        skip_bad: Leave out what cannot be used, and count it, instead of raising.
        cache: File that stores inspections of audio files.

    Raises:
        DataError: The corpus has problems; the message lists all of them.
    """
    all_rates_hz = (*rates_hz, reference_rate_hz)
    if source == "demo":
        return _demo(seed, all_rates_hz, clip_s)
    listing = list_events(source)
    has_folds = any(row.fold for row in listing.rows)
    fault_functions: tuple[FaultOf[EventRow], ...] = (
        lambda row: None if row.annotation else "has no label",
        lambda row: _fold_fault(row.fold, has_folds=has_folds),
    )
    rows, info_of, problems = usable(listing, fault_functions, all_rates_hz, cache)
    alike = labels_alike([row.annotation for row in listing.rows])
    rows, unfit = fit_for_folds(rows, n_folds)
    n_skipped = count_skipped(listing.name, [*listing.problems, *alike, *problems, *unfit], skip_bad=skip_bad)
    audio = [info_of[row.audio] for row in rows]
    clips = _clips(listing, rows, audio, n_folds, seed)
    return _corpus(listing, clips, audio, clip_s, n_skipped, _note(rows, seed))


def _demo(seed: int, rates_hz: Sequence[int], clip_s: float | None) -> EventCorpus:
    if reason := rate_fault(RATE_HZ, rates_hz):
        count_skipped("demo", [Problem("synthesised events", reason, is_skippable=False)], skip_bad=False)
    note = f"{SYNTHETIC}; made in code (seed {seed}). A source is one drawn set of parameters."
    # The digest holds what is synthesised; how it is synthesised is in the key of every step that uses it.
    clips = [
        EventClip(f"{take.source}-{take.take}", take.label, take.fold, take.source, digest_of(asdict(take)), take)
        for take in takes(seed)
    ]
    audio = [AudioInfo(digest=clip.digest, source_rate_hz=RATE_HZ, n_samples=N_SAMPLES) for clip in clips]
    listing: Listing[EventRow] = Listing("demo", DATA, rows=(), note=note, is_own=False)
    return _corpus(listing, clips, audio, clip_s, n_skipped=0, note="")


def _clips(
    listing: Listing[EventRow], rows: Sequence[EventRow], audio: Sequence[AudioInfo], n_folds: int, seed: int
) -> list[EventClip]:
    # The parts of a recording share its name.
    sources = [row.source or name for row, name in zip(rows, file_names(listing, rows), strict=True)]
    given = [int(row.fold) for row in rows if row.fold]
    folds = renumber(given) if given else assign_folds([row.annotation for row in rows], sources, n_folds, seed)
    return [
        EventClip(name, row.annotation, fold, source, content_digest(row.audio, info.digest), row.audio)
        for name, row, fold, source, info in zip(clip_ids(listing, rows), rows, folds, sources, audio, strict=True)
    ]


def _corpus(
    listing: Listing[EventRow],
    clips: Sequence[EventClip],
    audio: Sequence[AudioInfo],
    clip_s: float | None,
    n_skipped: int,
    note: str,
) -> EventCorpus:
    # One clip far longer than the others must not make the network compute as long for every clip.
    durations_s = [info.duration_s for info in audio]
    fits_most_s = round(float(np.quantile(durations_s, WINDOW_QUANTILE, method="higher")), 2)
    summary = summarise(listing, clips, audio, n_skipped, note, "sources")
    return EventCorpus(summary, tuple(clips), clip_s or min(fits_most_s, LONGEST_WINDOW_S), listing.is_own)


def _note(rows: Sequence[EventRow], seed: int) -> str:
    has_folds = any(row.fold for row in rows)
    note = "Folds are the corpus's own." if has_folds else f"Folds were made by class and source (seed {seed})."
    if n_alone := sum(not row.source and not row.span_s for row in rows):
        note += (
            f" {n_alone} of {len(rows)} files name no source and count as one each: "
            "figures are too good where several were cut from one recording."
        )
    return note


def _fold_fault(fold: str, *, has_folds: bool) -> str | None:
    """Return what is wrong with a fold as written; folds are given for every row or for none."""
    if not fold:
        return "has no fold, though others have one" if has_folds else None
    return None if FOLD.fullmatch(fold) else f"has the fold {fold!r}, which is not a whole number from 0"
