"""A finished run: its results, how it was computed, and what the report lets people listen to."""

from typing import Literal

from pydantic import Field, JsonValue

from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.records.classify import Recognition
from lowsr_tradeoff.records.decision import Decision, FrontEndResult, OperatingPoint
from lowsr_tradeoff.records.power import Power
from lowsr_tradeoff.records.privacy import Leak, LeakKind, Privacy

SCHEMA_VERSION = 6
TRADEOFF, MANIFEST, LISTEN = "tradeoff.json", "manifest.json", "listen.json"


class CorpusSummary(Record):
    """The data that figures were measured on.

    Attributes:
        split_sources: Recordings that the corpus's own folds hold in more than one fold.
        n_split_clips: Clips of these recordings.
    """

    name: str
    kind: Literal["events", "speech"]
    digest: str
    n_clips: int
    n_skipped: int
    n_groups: int
    group_of: Literal["sources", "speakers"]
    classes: tuple[str, ...]
    n_per_class: tuple[int, ...] = ()
    n_folds: int
    split_sources: tuple[str, ...] = ()
    n_split_clips: int = 0
    duration_s: float
    lowest_source_rate_hz: int
    is_synthetic: bool
    note: str


class Provenance(Record):
    """The code, libraries and weights that produced the figures; equal when the figures are.

    Attributes:
        instructions: Those of the processor that int8 recognisers compute with, on which their words depend.
    """

    version: str
    code: str
    python: str
    platform: str
    instructions: str
    libraries: dict[str, str]
    weights: dict[str, str]


class Failure(Record):
    """A step without a result; figures that need it are missing.

    Attributes:
        step: Its name, for people.
        rate_hz: ``None`` where the step is not of one rate.
        is_cause: Whether it failed itself, and not because a step that it needs failed.
    """

    step: str
    stage: str
    rate_hz: int | None
    reason: str
    is_cause: bool


class Unfinished(Record):
    """How far a study was when something was written about it; attackers that have not run may recover more."""

    n_done: int
    n_steps: int


class Tradeoff(Record):
    """All results of a run; the report is made from this alone.

    Attributes:
        front_end: What accuracy and attackers were measured behind.
        other_front_ends: Devices that hear through another one, each with the name of its own.
        leaks: What leaks behind the study's front end, by kind and rate; decisions rest on these.
        privacy_axis: The kind of leak that is an axis of the frontier.
        unfinished: Set where not all steps have run yet.
    """

    schema_version: int = SCHEMA_VERSION
    rates_hz: tuple[int, ...]
    reference_rate_hz: int
    front_end: str
    other_front_ends: dict[str, str] = Field(default_factory=dict)
    corpora: tuple[CorpusSummary, ...]
    recognition: Recognition
    privacy: Privacy
    leaks: tuple[Leak, ...]
    privacy_axis: LeakKind = "words"
    power: Power
    front_ends: tuple[FrontEndResult, ...]
    points: tuple[OperatingPoint, ...]
    decision: Decision
    failures: tuple[Failure, ...] = ()
    unfinished: Unfinished | None = None
    settings: dict[str, JsonValue]
    provenance: Provenance

    @property
    def is_quick(self) -> bool:
        """Whether this was a quick look, which decides nothing."""
        return bool(self.settings.get("quick"))

    def all_rates_hz(self) -> tuple[int, ...]:
        """Return the candidate rates and the reference rate, ascending."""
        return tuple(sorted({*self.rates_hz, self.reference_rate_hz}))

    def __repr__(self) -> str:
        """Return rates, data and answer in one line."""
        rates = ", ".join(map(str, self.all_rates_hz()))
        data = ", ".join(f"{corpus.n_clips} clips of {corpus.kind}" for corpus in self.corpora)
        decided = self.decision
        answer = decided.recommended or ("no rate meets the limits" if decided.constraints else "no limits set")
        failed = f"; {len(self.failures)} steps failed" if self.failures else ""
        return f"<{type(self).__name__}: {rates} Hz; {data}; on {decided.device}: {answer}{failed}>"

    __str__ = __repr__


class Manifest(Record):
    """How the study was computed: this may differ between two studies with equal figures.

    Attributes:
        gpus: Those that computed its results, in this command or an earlier one.
        wall_s: Of the last command, as all that is not said to be of the study.
        n_steps: Steps of the study.
        n_commands: Commands that wrote a report of this folder, the last one included.
        total_wall_s: Their wall times together; a command that was interrupted is in none of them.
        key: Hash of all that the figures depend on; empty where a step failed.
        sha256: Of the trade-off and of the sounds as they were first written, by file.
    """

    finished_at: str
    wall_s: float
    jobs: int
    cpu: str
    n_cores: int
    memory_gb: float
    gpus: tuple[str, ...] = ()
    steps_run: int
    steps_reused: int
    n_steps: int = 0
    n_commands: int = 1
    total_wall_s: float = 0.0
    key: str = ""
    sha256: dict[str, str] = Field(default_factory=dict)


class ListenClip(Record):
    """One clip as captured at one rate, restored to 16 kHz.

    Attributes:
        clip_id: The recording.
        label: The event's class, or the words that are said.
        recognised: The recogniser's transcript of it.
        audio_base64: The sound, encoded as ``media_type``.
        picture_base64: Its spectrogram as PNG, 50 Hz to 8 kHz on a log scale.
    """

    kind: Literal["event", "speech"]
    rate_hz: int
    clip_id: str
    label: str
    recognised: str | None
    media_type: Literal["audio/mpeg", "audio/flac"] = "audio/flac"
    audio_base64: str
    picture_base64: str | None = None


class TranscriptLine(Record):
    """The words of one utterance, and the recogniser's transcript of it at one rate.

    Attributes:
        clip_id: The utterance.
        reference: Its words; ``None`` in a corpus without transcripts.
        attacker: The recogniser that hits the most words at this rate.
        recognised: Its transcript.
    """

    rate_hz: int
    clip_id: str
    reference: str | None
    attacker: str
    recognised: str


class ListenPack(Record):
    """The clips and transcripts in a report; empty where the study keeps them out of it."""

    clips: tuple[ListenClip, ...]
    transcripts: tuple[TranscriptLine, ...] = ()
    note: str


class Run(Record):
    """A finished run.

    Attributes:
        damaged: Names of results in the run folder whose checksum was wrong and that were computed again.
    """

    tradeoff: Tradeoff
    manifest: Manifest
    listen: ListenPack
    damaged: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return rates, data and answer in one line."""
        return repr(self.tradeoff).replace(type(self.tradeoff).__name__, type(self).__name__, 1)

    __str__ = __repr__
