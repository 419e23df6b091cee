"""Figures on why CSSD might beat BASD: one record per rate and feature layout, from finished training steps.

Nothing is trained or decided here; docs/method/teachers.md states the hypothesis that they are compared with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from lowsr_tradeoff.classify.diagnosis.artefacts import ClipTable, Rows, Runs, by_clip, clip_table, outputs_of
from lowsr_tradeoff.classify.diagnosis.calibration import Scores
from lowsr_tradeoff.classify.diagnosis.hump import hump_test
from lowsr_tradeoff.classify.diagnosis.information import class_shares, entropy
from lowsr_tradeoff.classify.diagnosis.similarity import recovered
from lowsr_tradeoff.classify.diagnosis.spectrum import permutation_p_value, rank_correlation
from lowsr_tradeoff.classify.diagnosis.teachers import diagnose_teacher
from lowsr_tradeoff.classify.diagnosis.usable import BITS, information, scalings, share_right, usable_by_clip
from lowsr_tradeoff.classify.step_settings import DiagnosisSettings, SpectrumSettings
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import CLIPS
from lowsr_tradeoff.records.diagnosis import ClassEnergy, Diagnosis, DistilledArm, HumpTest, TeacherDiagnosis
from lowsr_tradeoff.records.network import ArmName, Condition, Grid
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.statistics.intervals import mean_measurement, paired_difference, pooled_ratio

# The arms that the hypothesis is about.
FINETUNED: ArmName = "finetuned"
BASD: DistilledArm = "basd"
CSSD: DistilledArm = "cssd"
CLASSES = "classes"
N_PERMUTATIONS = 9999


@dataclass(frozen=True)
class Evidence:
    """What the diagnostics of one rate and layout are computed from.

    Attributes:
        arms: The networks of this rate and layout, by arm.
        usable: Usable information of the reference networks on each clip, bits.
        kept: Energy of each clip below rate/2.
        total: Energy of each clip below half the reference rate.
        seed: Seed of the permutations.
    """

    clips: ClipTable
    arms: Mapping[ArmName, Runs]
    reference: Runs
    usable: Scores
    kept: Scores
    total: Scores
    seed: int


def run(steps: Sequence[Step[DiagnosisSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write the diagnostics of every rate, and the hump tests."""
    for step in steps:
        diagnoses, humps = diagnose(step, corpus, store)
        found = {"diagnoses": diagnoses, "humps": humps}
        store.write(step, {name: [one.model_dump(mode="json") for one in its] for name, its in found.items()})


def diagnose(
    step: Step[DiagnosisSettings], corpus: EventCorpus, store: Store
) -> tuple[tuple[Diagnosis, ...], tuple[HumpTest, ...]]:
    """Return the diagnostics of every rate and layout below the reference rate, ascending, and the hump tests.

    The step needs the energies of the clips, see :mod:`spectrum`, and every trained network.

    Raises:
        StageError: A step has not run, or lacks its outputs for its training clips.
    """
    spectrum, *networks = step.needs
    clips = clip_table(corpus, step.settings.n_resamples, step.settings.seed)
    runs = outputs_of(networks, store, clips)
    reference = runs[step.settings.reference]
    usable = usable_by_clip(reference, clips, scalings(reference, clips))
    below, edges_hz = store.arrays(spectrum)["energy"], cast("SpectrumSettings", spectrum.settings).edges_hz
    found = []
    for rate_hz, grid in dict.fromkeys((condition.rate_hz, condition.grid) for condition in runs):
        if rate_hz != step.settings.reference.rate_hz:
            arms = {which.arm: its for which, its in runs.items() if (which.rate_hz, which.grid) == (rate_hz, grid)}
            kept, total = below[:, edges_hz.index(rate_hz / 2)], below[:, -1]
            evidence = Evidence(clips, arms, reference, usable, kept, total, step.settings.seed)
            found.append(_diagnosis(rate_hz, grid, evidence))
    return tuple(found), hump_tests(runs, clips)


def hump_tests(runs: Mapping[Condition, Runs], clips: ClipTable) -> tuple[HumpTest, ...]:
    """Return, per feature layout with both arms, whether the lead of CSSD over BASD peaks at the middle rates."""
    leads: dict[Grid, dict[int, Scores]] = {}
    for condition, cssd in runs.items():
        basd = runs.get(replace(condition, arm=BASD))
        if condition.arm == CSSD and basd is not None:
            lead = share_right(cssd, clips) - share_right(basd, clips)
            leads.setdefault(condition.grid, {})[condition.rate_hz] = lead
    return tuple(hump_test(by_rate, clips.weights, grid) for grid, by_rate in leads.items())


def _diagnosis(rate_hz: int, grid: Grid, found: Evidence) -> Diagnosis:
    clips = found.clips
    classes = class_energies(found)
    correlation, p_value = _rank_correlation(classes, found.seed)
    shares = class_shares(clips.truth, len(clips.classes))
    return Diagnosis(
        rate_hz=rate_hz,
        grid=grid,
        class_entropy=Measurement(value=float(entropy(shares)), n=clips.n, n_of=CLIPS, unit=BITS, basis="counted"),
        reference_usable=mean_measurement(found.usable, clips.weights, CLIPS, BITS),
        teachers=_teachers(found),
        information=tuple(information(arm, runs, found.usable, clips) for arm, runs in found.arms.items()),
        recoverability=recoverability(found.arms.get(FINETUNED), found.reference, clips),
        classes=classes,
        rank_correlation=correlation,
        rank_p_value=p_value,
    )


def _teachers(found: Evidence) -> tuple[TeacherDiagnosis, ...]:
    teachers: tuple[tuple[DistilledArm, Runs | None], ...] = (
        (BASD, found.arms.get(FINETUNED)),
        (CSSD, found.reference),
    )
    return tuple(
        diagnose_teacher(arm, teacher, found.arms[arm], found.clips)
        for arm, teacher in teachers
        if teacher is not None and arm in found.arms
    )


def recoverability(student: Runs | None, teacher: Runs, clips: ClipTable) -> Measurement:
    """Return R² of a teacher's scores regressed on a student's embeddings, fitted and held out fold by fold, ≤ 1.

    Fitted on the training clips of each pair of networks, tested on the fold that neither saw; errors and spreads
    are pooled over clips and networks. A lower bound, as networks overfit their training clips.
    """
    if student is None:
        return missing("the study does not train the arm finetuned", CLIPS)
    pairs = [
        recovered(
            *(one.get("train", "embeddings"), other.get("train", "logits")),
            *(one.get("test", "embeddings"), other.get("test", "logits")),
        )
        for one, other in zip(student, teacher, strict=True)
    ]
    rows, n_clips = [run.rows["test"] for run in student], clips.n
    error, spread = (by_clip(values, rows, n_clips) for values in zip(*pairs, strict=True))
    if not spread.any():
        return missing("the teacher says the same of all clips", CLIPS)
    # Relative to the mean spread the denominators sum to the number of clips, whatever the scale of the scores.
    explained, total = (spread - error) / spread.mean(), spread / spread.mean()
    return pooled_ratio(explained, total, clips.weights, CLIPS, is_share=False)


def class_energies(found: Evidence) -> tuple[ClassEnergy, ...]:
    """Return, per class, the mean share of energy kept and the gain in recall of CSSD over fine-tuning.

    Shares are averaged over clips: levels of recordings are not comparable, and the loudest would dominate.
    """
    finetuned, cssd = found.arms.get(FINETUNED), found.arms.get(CSSD)
    if finetuned is None or cssd is None:
        return ()
    right = share_right(cssd, found.clips), share_right(finetuned, found.clips)
    return tuple(
        _class_energy(label, np.flatnonzero(found.clips.truth == number), right, found)
        for number, label in enumerate(found.clips.classes)
    )


def _class_energy(label: str, rows: Rows, right: tuple[Scores, Scores], found: Evidence) -> ClassEnergy:
    clips = found.clips
    sounding = rows[found.total[rows] > 0]  # a clip that is silent in the band has no share
    return ClassEnergy(
        label=label,
        energy_kept=mean_measurement(
            found.kept[sounding] / found.total[sounding], clips.weights[:, sounding], CLIPS, "1"
        ),
        gain=paired_difference(right[0][rows], right[1][rows], clips.weights[:, rows], CLIPS),
    )


def _rank_correlation(classes: Sequence[ClassEnergy], seed: int) -> tuple[Measurement, Measurement]:
    """The correlation over the classes, and its p."""
    both = [(one.energy_kept.value, one.gain.value) for one in classes]
    kept, gain = np.array([pair for pair in both if None not in pair], np.float64).reshape(-1, 2).T
    value = rank_correlation(kept, gain)
    p_value = permutation_p_value(kept, gain, N_PERMUTATIONS, seed)
    if value is None or p_value is None:
        none = missing(f"{len(kept)} classes, or all keep or gain the same", CLASSES)
        return none, none
    return (
        Measurement(value=value, n=len(kept), n_of=CLASSES),
        Measurement(value=p_value, n=len(kept), n_of=CLASSES),
    )
