"""The sources of the figures, as tables: corpora, settings, versions, the run, and clips to listen to."""

from dataclasses import dataclass

from lowsr_tradeoff.decision.compare_runs import flattened
from lowsr_tradeoff.records.run import ListenClip, ListenPack, Manifest, Tradeoff
from lowsr_tradeoff.reports.sections.decision.not_measured import not_measured
from lowsr_tradeoff.reports.sections.entry import Entry, Section
from lowsr_tradeoff.reports.table import Table, table_of
from lowsr_tradeoff.reports.wording import class_counts, count, hz, listed


@dataclass(frozen=True)
class Recording:
    """One clip at every rate it was captured at, rates ascending.

    Attributes:
        kind: ``"event"`` or ``"speech"``.
        label: The event's class, or the words that were said.
    """

    kind: str
    label: str
    clips: tuple[ListenClip, ...]

    @property
    def has_transcripts(self) -> bool:
        """Whether a recogniser's output is known for any of the captures."""
        return any(clip.recognised is not None for clip in self.clips)

    @property
    def has_pictures(self) -> bool:
        """Whether every capture has its spectrogram."""
        return all(clip.picture_base64 is not None for clip in self.clips)


def recordings(listen: ListenPack) -> tuple[Recording, ...]:
    """Return the clips of the listening section, the captures of one recording together."""
    groups: dict[tuple[str, str, str], list[ListenClip]] = {}
    for clip in sorted(listen.clips, key=lambda clip: clip.rate_hz):
        groups.setdefault((clip.kind, clip.clip_id, clip.label), []).append(clip)
    return tuple(Recording(kind, label, tuple(clips)) for (kind, _, label), clips in groups.items())


def heard(listen: ListenPack) -> str:
    """Return what there is to listen to."""
    found = recordings(listen)
    if not found:
        return "no clips were put into this report"
    kinds = [("speech", "sentence"), ("event", "sound")]
    each = [count(n, thing) for kind, thing in kinds if (n := sum(one.kind == kind for one in found))]
    return f"{listed(each)}, at {count(max(len(one.clips) for one in found), 'rate')}"


def section(tradeoff: Tradeoff, run: Manifest) -> Section:
    """Return the sources of the figures, what they leave out, and how the run went."""
    own = "what was measured on, what was not, settings, versions, words"
    return Section("method", "Data, method, settings", own, entries(tradeoff, run))


def entries(tradeoff: Tradeoff, run: Manifest) -> tuple[Entry, ...]:
    """Return the tables of settings and manifest in reading order."""
    return (
        Entry(heading="Corpora", table=corpora(tradeoff)),
        Entry(heading="What was not measured", points=not_measured(tradeoff)),
        Entry(heading="Settings", table=settings(tradeoff), kind="code"),
        Entry(heading="Versions", table=provenance(tradeoff), kind="code"),
        Entry(heading="This run", table=manifest(run)),
    )


def corpora(tradeoff: Tradeoff) -> Table:
    """Return what the figures were measured on."""
    synthetic = "synthetic: for trying out, not for decisions. "
    return table_of(
        "Corpora",
        tradeoff.corpora,
        (
            ("Corpus", lambda corpus: corpus.name),
            ("Kind", lambda corpus: corpus.kind),
            ("Clips", lambda corpus: str(corpus.n_clips)),
            ("Skipped", lambda corpus: str(corpus.n_skipped)),
            ("Groups", lambda corpus: f"{corpus.n_groups} {corpus.group_of}"),
            ("Classes, with clips", class_counts),
            ("Folds", lambda corpus: str(corpus.n_folds)),
            ("Length", lambda corpus: f"{corpus.duration_s:.0f} s"),
            ("Recorded at", lambda corpus: f"{hz(corpus.lowest_source_rate_hz)} or more"),
            ("Digest", lambda corpus: corpus.digest),
            ("Remark", lambda corpus: f"{synthetic if corpus.is_synthetic else ''}{corpus.note}"),
        ),
    )


def settings(tradeoff: Tradeoff) -> Table:
    """Return every setting by its dotted name."""
    return Table("Settings", ("Setting", "Value"), tuple(flattened(tradeoff.settings)))


def provenance(tradeoff: Tradeoff) -> Table:
    """Return what produced the figures: versions and digests."""
    made, device_type = tradeoff.provenance, tradeoff.settings.get("device_type")
    return Table(
        "Versions and digests: equal when the figures are",
        ("What", "Value"),
        (
            ("lowsr-tradeoff", made.version),
            ("its source code", made.code),
            ("Python", made.python),
            ("platform", made.platform),
            ("processor's instructions", made.instructions),
            *((("networks computed on", str(device_type)),) if device_type else ()),
            *sorted(made.libraries.items()),
            *((f"weights: {name}", digest) for name, digest in sorted(made.weights.items())),
        ),
    )


def manifest(run: Manifest) -> Table:
    """Return how the run went."""
    return Table(
        "This run: may differ between two runs with equal figures",
        ("What", "Value"),
        (
            ("finished", run.finished_at),
            ("steps of the study", str(run.n_steps or run.steps_run + run.steps_reused)),
            ("commands that finished", str(run.n_commands)),
            ("wall time of these together", f"{run.total_wall_s or run.wall_s:g} s"),
            ("wall time of the last", f"{run.wall_s:g} s"),
            ("processor", run.cpu),
            *(("GPU", name) for name in run.gpus),
            ("cores", str(run.n_cores)),
            ("memory", f"{run.memory_gb:g} GB"),
            ("processes at once", str(run.jobs)),
            ("steps that it ran", str(run.steps_run)),
            ("steps that it reused", str(run.steps_reused)),
        ),
    )
