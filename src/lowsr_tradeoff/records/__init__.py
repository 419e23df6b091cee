"""Every result record: frozen, finite, with unit, interval and n, one module per room.

Proportions are 0…1. ``rate_hz`` is always the microphone's rate.
"""

from lowsr_tradeoff.records.attack import AttackResult, Loot
from lowsr_tradeoff.records.base import Measurement, Record, missing
from lowsr_tradeoff.records.choices import Optimism, Published, Sensitivity
from lowsr_tradeoff.records.classify import ClassifyResult, ClassRecall, Contrast
from lowsr_tradeoff.records.comparison import Change, Comparison, Difference
from lowsr_tradeoff.records.decision import Decision, MicrophoneResult, OperatingPoint
from lowsr_tradeoff.records.diagnosis import (
    Calibration,
    ClassEnergy,
    Diagnosis,
    Fidelity,
    HumpTest,
    SoftLabels,
    Taught,
    TeacherDiagnosis,
    UsableInformation,
)
from lowsr_tradeoff.records.gate import GateResult, RateVerdict, Shortfall
from lowsr_tradeoff.records.learning import Extrapolation, LearningCurve, LearningLaw, LearningPoint
from lowsr_tradeoff.records.measured import ConverterBound, InferenceEnergy, TracePower
from lowsr_tradeoff.records.network import Adapt, Arm, Grid, ModelCost, Network
from lowsr_tradeoff.records.power import (
    ClockTrial,
    DeviceSheet,
    PowerComponent,
    PowerPart,
    PowerResult,
    SourcedFigure,
    SpreadShare,
)
from lowsr_tradeoff.records.privacy import (
    Engine,
    IntelligibilityResult,
    KindRecovery,
    PrivacyResult,
    RateDifference,
    Reference,
    WordCounts,
    WordKind,
)
from lowsr_tradeoff.records.run import (
    SCHEMA_VERSION,
    CorpusSummary,
    Failure,
    ListenClip,
    ListenPack,
    Manifest,
    Provenance,
    Run,
    Tradeoff,
    TranscriptLine,
)
from lowsr_tradeoff.records.validation import ErrorTarget, ModelError

__all__ = [
    "SCHEMA_VERSION",
    "Adapt",
    "Arm",
    "AttackResult",
    "Calibration",
    "Change",
    "ClassEnergy",
    "ClassRecall",
    "ClassifyResult",
    "ClockTrial",
    "Comparison",
    "Contrast",
    "ConverterBound",
    "CorpusSummary",
    "Decision",
    "DeviceSheet",
    "Diagnosis",
    "Difference",
    "Engine",
    "ErrorTarget",
    "Extrapolation",
    "Failure",
    "Fidelity",
    "GateResult",
    "Grid",
    "HumpTest",
    "InferenceEnergy",
    "IntelligibilityResult",
    "KindRecovery",
    "LearningCurve",
    "LearningLaw",
    "LearningPoint",
    "ListenClip",
    "ListenPack",
    "Loot",
    "Manifest",
    "Measurement",
    "MicrophoneResult",
    "ModelCost",
    "ModelError",
    "Network",
    "OperatingPoint",
    "Optimism",
    "PowerComponent",
    "PowerPart",
    "PowerResult",
    "PrivacyResult",
    "Provenance",
    "Published",
    "RateDifference",
    "RateVerdict",
    "Record",
    "Reference",
    "Run",
    "Sensitivity",
    "Shortfall",
    "SoftLabels",
    "SourcedFigure",
    "SpreadShare",
    "Taught",
    "TeacherDiagnosis",
    "TracePower",
    "Tradeoff",
    "TranscriptLine",
    "UsableInformation",
    "WordCounts",
    "WordKind",
    "missing",
]
