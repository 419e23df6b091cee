"""Everything a run found, and how it went."""

from typing import Literal

from pydantic import JsonValue, model_validator

from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.records.classify import Recognition
from lowsr_tradeoff.records.decision import Decision, FrontEndResult, OperatingPoint
from lowsr_tradeoff.records.power import Power
from lowsr_tradeoff.records.privacy import Privacy

SCHEMA_VERSION = 4


class CorpusSummary(Record):
    """What the figures were measured on."""

    name: str
    kind: Literal["events", "speech"]
    digest: str
    n_clips: int
    n_skipped: int
    n_groups: int
    group_of: Literal["sources", "speakers"]
    classes: tuple[str, ...]
    n_folds: int
    duration_s: float
    lowest_source_rate_hz: int
    is_synthetic: bool
    note: str


class Provenance(Record):
    """What produced the figures: the part of the manifest that is equal when the figures are."""

    version: str
    code: str
    python: str
    platform: str
    libraries: dict[str, str]
    weights: dict[str, str]


class Failure(Record):
    """A step that has no result, so that what rests on it is not among the figures.

    Attributes:
        step: What a person calls it.
        stage: Which stage it is of.
        rate_hz: The microphone's rate, where it is of one rate.
        reason: Why it failed.
        is_cause: Whether it failed itself, and not because it needs one that did.
    """

    step: str
    stage: str
    rate_hz: int | None
    reason: str
    is_cause: bool


class Tradeoff(Record):
    """Everything a run found; the report is drawn from this alone. ``front_end`` names the study's microphone."""

    schema_version: int = SCHEMA_VERSION
    rates_hz: tuple[int, ...]
    reference_rate_hz: int
    front_end: str
    corpora: tuple[CorpusSummary, ...]
    recognition: Recognition
    privacy: Privacy
    power: Power
    front_ends: tuple[FrontEndResult, ...]
    points: tuple[OperatingPoint, ...]
    decision: Decision
    failures: tuple[Failure, ...] = ()
    settings: dict[str, JsonValue]
    provenance: Provenance


class Manifest(Record):
    """How the run went: what may differ between two runs with equal figures.

    ``gpus`` names those that computed its results, this time or before; the processor is that of the command.
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


class ListenClip(Record):
    """One clip as one rate captures it, restored to 16 kHz.

    Attributes:
        kind: Whether it is recognised or must not be understood.
        rate_hz: The microphone's rate.
        clip_id: The recording.
        label: The event's class, or what is said.
        heard: What the recogniser wrote of it.
        media_type: What the sound is encoded as.
        audio_base64: The sound.
        picture_base64: Its spectrogram as PNG, 50 Hz to 8 kHz on a log scale; not in runs of before it was drawn.
    """

    kind: Literal["event", "speech"]
    rate_hz: int
    clip_id: str
    label: str
    heard: str | None
    media_type: Literal["audio/mpeg", "audio/flac"] = "audio/flac"
    audio_base64: str
    picture_base64: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, tree: object) -> object:
        """All sounds were FLAC once, and the field was called so."""
        if isinstance(tree, dict) and "flac_base64" in tree:
            return {("audio_base64" if name == "flac_base64" else name): value for name, value in tree.items()}
        return tree


class TranscriptLine(Record):
    """What was said in one utterance, and what the recogniser wrote of it at one rate.

    Attributes:
        rate_hz: The microphone's rate.
        clip_id: The utterance.
        said: Its transcript, ``None`` in a corpus without.
        heard: What was written down.
    """

    rate_hz: int
    clip_id: str
    said: str | None
    heard: str


class ListenPack(Record):
    """What a report lets people hear and read: clips, and transcripts; empty where they are to stay out of it."""

    clips: tuple[ListenClip, ...]
    transcripts: tuple[TranscriptLine, ...] = ()
    note: str


class Run(Record):
    """A finished run.

    Attributes:
        tradeoff: Everything that was found, and the steps that failed.
        manifest: How it went.
        listen: What can be heard and read.
        damaged: Labels of results in the run folder that were not as written and were made again.
    """

    tradeoff: Tradeoff
    manifest: Manifest
    listen: ListenPack
    damaged: tuple[str, ...] = ()
