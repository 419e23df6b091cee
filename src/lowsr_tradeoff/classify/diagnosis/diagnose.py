"""Why CSSD might beat BASD, in figures: one record per rate and feature layout, from finished training steps.

Nothing here trains or decides; the hypothesis that the figures speak to is in docs/method.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lowsr_tradeoff.classify.arms import reference_of
from lowsr_tradeoff.classify.diagnosis.artefacts import Heard, Rows, Runs, by_clip, heard_by_all, trained
from lowsr_tradeoff.classify.diagnosis.calibration import Scores
from lowsr_tradeoff.classify.diagnosis.hump import hump_test
from lowsr_tradeoff.classify.diagnosis.information import class_shares, entropy
from lowsr_tradeoff.classify.diagnosis.similarity import recovered
from lowsr_tradeoff.classify.diagnosis.spectrum import energies, permutation_p_value, rank_correlation
from lowsr_tradeoff.classify.diagnosis.teachers import diagnose_teacher
from lowsr_tradeoff.classify.diagnosis.usable import BITS, information, scalings, share_right, usable_by_clip
from lowsr_tradeoff.classify.scores import CLIPS
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.diagnosis import ClassEnergy, Diagnosis, DistilledArm, HumpTest, TeacherDiagnosis
from lowsr_tradeoff.records.network import Arm, Grid
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import mean_measurement, paired_difference, pooled_ratio

CLASSES = "classes"
N_PERMUTATIONS = 9999


@dataclass(frozen=True)
class Evidence:
    """What the diagnostics of one rate and layout are made of.

    Attributes:
        heard: All clips.
        arms: The networks of this rate and layout, by arm.
        reference: The reference networks.
        usable: What the reference networks tell of each clip, bits.
        kept: Energy of each clip below rate/2.
        total: Energy of each clip below half the reference rate.
        seed: Seed of the permutations.
    """

    heard: Heard
    arms: Mapping[Arm, Runs]
    reference: Runs
    usable: Scores
    kept: Scores
    total: Scores
    seed: int


def diagnose(config: StudyConfig, corpus: EventCorpus, store: Store) -> tuple[Diagnosis, ...]:
    """Return the diagnostics of every rate and layout below the reference rate, ascending.

    From the artefacts of training and of :func:`spectrum.spectrum_step`.

    Raises:
        StageError: A step has not run, or lacks what it said of its training clips.
    """
    heard = heard_by_all(config, corpus)
    runs = trained(config, corpus, store, heard)
    reference = runs[reference_of(config)]
    usable = usable_by_clip(reference, heard, scalings(reference, heard))
    below = energies(config, corpus, store)
    places = dict.fromkeys((listener.rate_hz, listener.grid) for listener in runs)
    found = []
    for rate_hz, grid in places:
        if rate_hz != config.reference_rate_hz:
            arms = {who.arm: its for who, its in runs.items() if (who.rate_hz, who.grid) == (rate_hz, grid)}
            kept = below[:, config.all_rates_hz().index(rate_hz)]
            evidence = Evidence(heard, arms, reference, usable, kept, below[:, -1], config.seed)
            found.append(_diagnosis(rate_hz, grid, evidence))
    return tuple(found)


def hump_tests(config: StudyConfig, corpus: EventCorpus, store: Store) -> tuple[HumpTest, ...]:
    """Return, per feature layout with both arms, whether the lead of CSSD over BASD peaks at the middle rates.

    Raises:
        StageError: A step has not run.
    """
    heard = heard_by_all(config, corpus)
    runs = trained(config, corpus, store, heard)
    leads: dict[Grid, dict[int, Scores]] = {}
    for listener, cssd in runs.items():
        basd = runs.get(replace(listener, arm="basd"))
        if listener.arm == "cssd" and basd is not None:
            lead = share_right(cssd, heard) - share_right(basd, heard)
            leads.setdefault(listener.grid, {})[listener.rate_hz] = lead
    return tuple(hump_test(by_rate, heard.weights, grid) for grid, by_rate in leads.items())


def _diagnosis(rate_hz: int, grid: Grid, found: Evidence) -> Diagnosis:
    heard = found.heard
    classes = class_energies(found)
    correlation, p_value = _rank_correlation(classes, found.seed)
    shares = class_shares(heard.truth, len(heard.classes))
    return Diagnosis(
        rate_hz=rate_hz,
        grid=grid,
        class_entropy=Measurement(
            value=float(entropy(shares)), n=len(heard.clips), n_of=CLIPS, unit=BITS, basis="counted"
        ),
        reference_usable=mean_measurement(found.usable, heard.weights, CLIPS, BITS),
        teachers=_teachers(found),
        information=tuple(information(arm, runs, found.usable, heard) for arm, runs in found.arms.items()),
        recoverability=recoverability(found.arms.get("finetuned"), found.reference, heard),
        classes=classes,
        rank_correlation=correlation,
        rank_p_value=p_value,
    )


def _teachers(found: Evidence) -> tuple[TeacherDiagnosis, ...]:
    teachers: tuple[tuple[DistilledArm, Runs | None], ...] = (
        ("basd", found.arms.get("finetuned")),
        ("cssd", found.reference),
    )
    return tuple(
        diagnose_teacher(arm, teacher, found.arms[arm], found.heard)
        for arm, teacher in teachers
        if teacher is not None and arm in found.arms
    )


def recoverability(student: Runs | None, teacher: Runs, heard: Heard) -> Measurement:
    """Return R² of a teacher's scores regressed on a student's embeddings, fitted and held out fold by fold, ≤ 1.

    Fitted on the training clips of each pair of networks, and tested on the fold that neither saw. Errors and
    spreads are pooled over clips and networks. It is a lower bound: networks remember their training clips,
    which makes the fit worse for new ones.
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
    rows, n_clips = [run.rows["test"] for run in student], len(heard.clips)
    error, spread = (by_clip(values, rows, n_clips) for values in zip(*pairs, strict=True))
    if not spread.any():
        return missing("the teacher says the same of all clips", CLIPS)
    # Relative to the mean spread the denominators sum to the number of clips, whatever the scale of the scores.
    told, all_told = (spread - error) / spread.mean(), spread / spread.mean()
    return pooled_ratio(told, all_told, heard.weights, CLIPS, is_share=True)


def class_energies(found: Evidence) -> tuple[ClassEnergy, ...]:
    """Return, class by class, the mean share of energy kept and what CSSD gains in recall over fine-tuning.

    Shares are averaged over clips: the levels of recordings do not compare, and the loudest would decide.
    """
    finetuned, cssd = found.arms.get("finetuned"), found.arms.get("cssd")
    if finetuned is None or cssd is None:
        return ()
    right = share_right(cssd, found.heard), share_right(finetuned, found.heard)
    return tuple(
        _class_energy(label, np.flatnonzero(found.heard.truth == number), right, found)
        for number, label in enumerate(found.heard.classes)
    )


def _class_energy(label: str, rows: Rows, right: tuple[Scores, Scores], found: Evidence) -> ClassEnergy:
    heard = found.heard
    sounding = rows[found.total[rows] > 0]  # a clip that is silent in the band has no share
    return ClassEnergy(
        label=label,
        energy_kept=mean_measurement(
            found.kept[sounding] / found.total[sounding], heard.weights[:, sounding], CLIPS, "1"
        ),
        gain=paired_difference(right[0][rows], right[1][rows], heard.weights[:, rows], CLIPS),
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
