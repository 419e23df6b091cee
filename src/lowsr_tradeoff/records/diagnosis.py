"""Why one kind of distillation may beat another: teachers, students, and what a rate retains."""

from typing import Literal

from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.network import ArmName, Grid

DistilledArm = Literal["basd", "cssd"]


class Calibration(Record):
    """Accuracy and calibration of class probabilities on some clips.

    Attributes:
        log_loss: Negative log-likelihood of the labels, bits per clip.
        calibration_error: Expected calibration error over 15 equal bins, 0…1.
        brier: Squared distance to the one-hot label, 0…2.
    """

    accuracy: Measurement
    log_loss: Measurement
    calibration_error: Measurement
    brier: Measurement


class SoftLabels(Record):
    """Information in a teacher's soft labels of the training clips.

    Attributes:
        temperature: T, by which scores are divided before the softmax.
        entropy: Of the soft labels, bits per clip.
        non_target_entropy: Of their distribution over the other classes, bits per clip.
        confidence_variance: Variance over clips of the probability of the clip's own class, 0…0.25.
        class_information: Information about a clip beyond its class, bits per clip.
    """

    temperature: float
    entropy: Measurement
    non_target_entropy: Measurement
    confidence_variance: Measurement
    class_information: Measurement


class Fidelity(Record):
    """How closely a student follows its teacher on test clips.

    Attributes:
        agreement: Share of clips that both assign to the same class, 0…1.
        divergence: KL(student ‖ teacher), bits per clip.
    """

    agreement: Measurement
    divergence: Measurement


class TeacherDiagnosis(Record):
    """The teacher of one arm, and how closely the student follows it.

    Attributes:
        on_training_clips: The teacher on the clips that it was trained on and that the student learns from.
        on_test_clips: The teacher on clips that it was not trained on.
        fidelity: Of the student on all test clips.
        fidelity_when_right: On those that the teacher classifies correctly.
        fidelity_when_wrong: On the others.
        similarity: Debiased linear CKA of student's and teacher's embeddings, -1…1.
    """

    arm: DistilledArm
    on_training_clips: Calibration
    on_test_clips: Calibration
    soft_labels: SoftLabels
    fidelity: Fidelity
    fidelity_when_right: Fidelity
    fidelity_when_wrong: Fidelity
    similarity: Measurement


class UsableInformation(Record):
    """Usable information about the classes that a network extracts from its clips.

    Attributes:
        usable: Entropy of the classes minus out-of-fold cross-entropy, bits per clip.
        usable_scaled: The same after temperature scaling fitted on the other folds.
        lost: ``usable_scaled`` of the reference network minus this one's, bits per clip.
        error_bound: Least error by Fano's inequality if the scaled cross-entropy were the classes' true
            conditional entropy, 0…1.
        error_above_bound: Measured error minus that bound; below 0 where the scores are overconfident.
    """

    arm: ArmName
    usable: Measurement
    usable_scaled: Measurement
    lost: Measurement
    error_bound: Measurement
    error_above_bound: Measurement


class ClassEnergy(Record):
    """Energy that a rate retains of one class, and the gain of CSSD there.

    Attributes:
        energy_kept: Share of a clip's energy below rate/2, mean over the class's clips, 0…1.
        gain: Recall of CSSD minus recall of fine-tuning.
    """

    label: str
    energy_kept: Measurement
    gain: Measurement


class Diagnosis(Record):
    """Diagnostics of one rate and feature layout.

    Attributes:
        class_entropy: Entropy of the classes, bits: the most that can be known.
        reference_usable: ``usable_scaled`` of the reference network.
        teachers: Of those arms whose teacher and student the study trains.
        recoverability: R² of the reference network's scores, regressed on the fine-tuned network's embeddings.
        classes: Empty without the arms ``finetuned`` and ``cssd``.
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
        contrast: Mean lead at the middle rates minus mean lead at the outer ones, -2…2.
        rise: Mean lead at the middle rates minus that at the rates below them.
        fall: Mean lead at the middle rates minus that at the rates above them.
        is_supported: Whether the intervals of ``rise`` and ``fall`` are both above zero: a trend is no hump.
    """

    grid: Grid
    middle_rates_hz: tuple[int, ...]
    outer_rates_hz: tuple[int, ...]
    contrast: Measurement
    rise: Measurement
    fall: Measurement
    is_supported: bool
