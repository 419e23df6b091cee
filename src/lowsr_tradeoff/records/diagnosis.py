"""Why one way of teaching may beat another: what teachers say, what students keep, what a rate lets through."""

from typing import Literal

from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.network import Arm, Grid

Taught = Literal["basd", "cssd"]


class Calibration(Record):
    """How far class probabilities can be believed on some clips.

    Attributes:
        accuracy: Share of clips whose most probable class is theirs, 0…1.
        log_loss: Negative log-likelihood of the labels, bits per clip.
        calibration_error: Expected calibration error over 15 equal bins, 0…1.
        brier: Squared distance to the one-hot label, 0…2.
    """

    accuracy: Measurement
    log_loss: Measurement
    calibration_error: Measurement
    brier: Measurement


class SoftLabels(Record):
    """What a teacher's softened scores of the training clips hold.

    Attributes:
        temperature: T of the softening.
        entropy: Of the soft labels, bits per clip.
        non_target_entropy: Of what they give to the other classes, bits per clip.
        confidence_variance: Variance over clips of what they give to the clip's own class, 0…0.25.
        class_information: What they tell of a clip beyond its class, bits per clip.
    """

    temperature: float
    entropy: Measurement
    non_target_entropy: Measurement
    confidence_variance: Measurement
    class_information: Measurement


class Fidelity(Record):
    """How a student follows its teacher on test clips.

    Attributes:
        agreement: Share of clips that both put into the same class, 0…1.
        divergence: KL(student ‖ teacher), bits per clip.
    """

    agreement: Measurement
    divergence: Measurement


class TeacherDiagnosis(Record):
    """One arm's teacher, and how the student follows it.

    Attributes:
        arm: The arm that it teaches.
        on_training_clips: The teacher on the clips that it teaches with, and that it was trained on.
        on_test_clips: The teacher on clips that it never saw.
        soft_labels: What it teaches.
        fidelity: Of the student on all test clips.
        fidelity_when_right: On those where the teacher is right.
        fidelity_when_wrong: On those where the teacher is wrong.
        similarity: Debiased linear CKA of student's and teacher's embeddings, -1…1.
    """

    arm: Taught
    on_training_clips: Calibration
    on_test_clips: Calibration
    soft_labels: SoftLabels
    fidelity: Fidelity
    fidelity_when_right: Fidelity
    fidelity_when_wrong: Fidelity
    similarity: Measurement


class UsableInformation(Record):
    """What a network can make of its clips about their classes.

    Attributes:
        arm: How the network was trained.
        usable: Entropy of the classes less out-of-fold cross-entropy, bits per clip.
        usable_scaled: The same after temperature scaling fitted on the other folds.
        lost: ``usable_scaled`` of the reference network less this one's, bits per clip.
        error_bound: Least error by Fano's inequality if the scaled cross-entropy were the classes' true
            conditional entropy, 0…1.
        error_above_bound: Measured error less that bound; below 0 where the scores are too sure of themselves.
    """

    arm: Arm
    usable: Measurement
    usable_scaled: Measurement
    lost: Measurement
    error_bound: Measurement
    error_above_bound: Measurement


class ClassEnergy(Record):
    """What a rate keeps of one class, and what CSSD gains there.

    Attributes:
        label: The class.
        energy_kept: Share of a clip's energy that lies below rate/2, mean over the class's clips, 0…1.
        gain: Recall of CSSD less recall of fine-tuning.
    """

    label: str
    energy_kept: Measurement
    gain: Measurement


class Diagnosis(Record):
    """Diagnostics of one rate and feature layout.

    Attributes:
        class_entropy: Entropy of the classes, bits: all that there is to know.
        reference_usable: ``usable_scaled`` of the reference network.
        teachers: Of the arms ``basd`` and ``cssd``, those whose teacher and student the study trains.
        information: One per arm.
        recoverability: R² of the reference network's scores, regressed on the fine-tuned network's embeddings.
        classes: Energy kept and gain, class by class; empty without the arms ``finetuned`` and ``cssd``.
        rank_correlation: Spearman's, of energy kept with gain over the classes, -1…1.
        rank_p_value: Two-sided permutation p of that correlation.
    """

    rate_hz: int
    grid: Grid
    class_entropy: Measurement
    reference_usable: Measurement
    teachers: tuple[TeacherDiagnosis, ...]
    information: tuple[UsableInformation, ...]
    recoverability: Measurement
    classes: tuple[ClassEnergy, ...]
    rank_correlation: Measurement
    rank_p_value: Measurement


class HumpTest(Record):
    """Whether CSSD's lead over BASD is larger at the middle rates than at the rates on both sides.

    Attributes:
        middle_rates_hz: Rates where the lead is predicted.
        outer_rates_hz: Rates where little or none is predicted.
        contrast: Mean lead at the middle rates less mean lead at the outer ones, -2…2.
        rise: Mean lead at the middle rates less that at the rates below them.
        fall: Mean lead at the middle rates less that at the rates above them.
        is_supported: Whether the intervals of ``rise`` and ``fall`` both lie above zero: a trend is no hump.
    """

    grid: Grid
    middle_rates_hz: tuple[int, ...]
    outer_rates_hz: tuple[int, ...]
    contrast: Measurement
    rise: Measurement
    fall: Measurement
    is_supported: bool
