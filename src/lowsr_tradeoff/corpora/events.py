"""Event corpora: synthesised, embedded, or the user's own, checked and laid out in folds."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.corpora.demo_events import Take, takes
from lowsr_tradeoff.corpora.demo_sounds import N_SAMPLES, RATE_HZ
from lowsr_tradeoff.corpora.event_layouts import SYNTHETIC, EventRow, list_events
from lowsr_tradeoff.corpora.folds import assign_folds, fit_for_folds, renumber
from lowsr_tradeoff.corpora.inspect import Audio, rate_fault, usable
from lowsr_tradeoff.corpora.rows import Listing, Problem, settle
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.records.run import CorpusSummary
from lowsr_tradeoff.settings.study import StudyConfig

LONGEST_WINDOW_S = 10.0
WINDOW_QUANTILE = 0.95
FOLD = re.compile("0*[1-9][0-9]{0,8}")


def events_of(config: StudyConfig, cache: Path | None) -> EventCorpus:
    """Return the events of a study, every clip usable at every rate.

    Args:
        config: The settings.
        cache: File that remembers what was found in audio files.

    Raises:
        DataError: The corpus has problems; the message lists all of them.
    """
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
        source: ``"demo"``, ``"digits"``, a folder with a subfolder per class, a CSV
            ``path,label[,fold][,source]``, or an ESC-50 checkout.
        n_folds: Folds to make where the corpus brings none.
        clip_s: Seconds the network hears; ``None`` takes what 19 clips in 20 fit into, at most 10 s.
        seed: Seed of the synthesis and of made folds.
        rates_hz: Rates to capture at.
        reference_rate_hz: The rate that full-band figures are for.
        skip_bad: Leave out what cannot be used, and count it, instead of raising.
        cache: File that remembers what was found in audio files.

    Raises:
        DataError: The corpus has problems; the message lists all of them.
    """
    asked_hz = (*rates_hz, reference_rate_hz)
    if source == "demo":
        return _demo(seed, asked_hz, clip_s)
    listing = list_events(source)
    faults = (_label_fault, _fold_fault(listing.rows))
    rows, audio, unusable = usable(listing.root, listing.rows, faults, asked_hz, cache)
    rows, unfit = fit_for_folds(rows, n_folds)
    n_skipped = settle(listing.name, [*listing.problems, *unusable, *unfit], skip_bad=skip_bad)
    clips = _clips(listing, rows, audio, n_folds, seed)
    heard = [audio[row.path] for row in rows]
    summary = _summary(listing.name, _note(listing, rows, seed), clips, heard, n_skipped, is_own=listing.is_own)
    return EventCorpus(summary, clips, clip_s or _window_s(heard), listing.is_own)


def _window_s(heard: Sequence[Audio]) -> float:
    """One clip out of the common run must not make every other pay for its length."""
    fits_most_s = float(np.quantile([sound.duration_s for sound in heard], WINDOW_QUANTILE, method="higher"))
    return min(round(fits_most_s, 2), LONGEST_WINDOW_S)


def _demo(seed: int, asked_hz: Sequence[int], clip_s: float | None) -> EventCorpus:
    if reason := rate_fault(RATE_HZ, asked_hz):
        settle("demo", [Problem("synthesised events", reason, is_mendable=False)], skip_bad=False)
    clips = tuple(_demo_clip(take) for take in takes(seed))
    heard = [Audio(digest=clip.digest, source_rate_hz=RATE_HZ, n_samples=N_SAMPLES) for clip in clips]
    note = f"{SYNTHETIC}; made in code (seed {seed}). A source is one drawn set of parameters."
    return EventCorpus(
        _summary("demo", note, clips, heard, 0, is_own=False), clips, clip_s or N_SAMPLES / RATE_HZ, is_own=False
    )


def _summary(
    name: str, note: str, clips: Sequence[EventClip], heard: Sequence[Audio], n_skipped: int, *, is_own: bool
) -> CorpusSummary:
    return CorpusSummary(
        name=name,
        kind="events",
        digest=_digest(clips),
        n_clips=len(clips),
        n_skipped=n_skipped,
        n_groups=len({clip.source for clip in clips}),
        group_of="sources",
        classes=tuple(sorted({clip.label for clip in clips})),
        n_folds=len({clip.fold for clip in clips}),
        duration_s=sum(sound.duration_s for sound in heard),
        lowest_source_rate_hz=min(sound.source_rate_hz for sound in heard),
        is_synthetic=not is_own,
        note=note,
    )


def _demo_clip(take: Take) -> EventClip:
    """The digest names what is synthesised; how it is enters the key of every step that hears it."""
    return EventClip(
        f"{take.source}-{take.take}", take.label, take.fold, take.source, digest_of(asdict(take)), take
    )


def _clips(
    listing: Listing[EventRow], rows: Sequence[EventRow], audio: Mapping[Path, Audio], n_folds: int, seed: int
) -> tuple[EventClip, ...]:
    root = listing.root.resolve()
    names = [row.path.resolve().relative_to(root).as_posix() for row in rows]
    labels = [row.says for row in rows]
    sources = [row.source or name for row, name in zip(rows, names, strict=True)]
    given = [int(row.fold) for row in rows if row.fold]
    folds = renumber(given) if given else assign_folds(labels, sources, n_folds, seed)
    return tuple(
        EventClip(name, row.says, fold, source, audio[row.path].digest, row.path)
        for name, row, fold, source in zip(names, rows, folds, sources, strict=True)
    )


def _digest(clips: Sequence[EventClip]) -> str:
    said = [[clip.clip_id, clip.label, clip.fold, clip.source, clip.digest] for clip in clips]
    return digest_of(said)


def _note(listing: Listing[EventRow], rows: Sequence[EventRow], seed: int) -> str:
    notes = [listing.note] if listing.note else []
    has_folds = any(row.fold for row in rows)
    notes.append(
        "Folds are the corpus's own." if has_folds else f"Folds were made by class and source (seed {seed})."
    )
    if alone := sum(not row.source for row in rows):
        notes.append(
            f"{alone} of {len(rows)} files name no source and count as one each: "
            "figures are too good where several were cut from one recording."
        )
    return " ".join(notes)


def _label_fault(row: EventRow) -> str | None:
    return None if row.says else "has no label"


def _fold_fault(rows: Sequence[EventRow]) -> Callable[[EventRow], str | None]:
    """Folds are given for every row or for none."""
    has_folds = any(row.fold for row in rows)

    def fault(row: EventRow) -> str | None:
        if not row.fold:
            return "has no fold, though others have one" if has_folds else None
        return None if FOLD.fullmatch(row.fold) else f"has the fold {row.fold!r}, which is not a positive integer"

    return fault
