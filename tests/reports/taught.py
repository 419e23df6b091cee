"""What the made-up study says of choices in training and of its teachers, consistent with its accuracies."""

import math
import random
from collections.abc import Iterator, Sequence

from scipy.optimize import brentq

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import ClassifyResult, Optimism, Published, Sensitivity
from lowsr_tradeoff.records.diagnosis import (
    Calibration,
    ClassEnergy,
    Diagnosis,
    Fidelity,
    HumpTest,
    SoftLabels,
    TeacherDiagnosis,
    UsableInformation,
)
from lowsr_tradeoff.settings.classify import ClassifySettings

ALPHAS, TEMPERATURES = (0.2, 0.5), (2.0, 4.0, 8.0)
CHOSEN = {(0.2, 4.0): 3, (0.5, 8.0): 2}
MIDDLE, OUTER = (1000, 2000, 4000), (500,)


def settings(*, is_paper: bool) -> ClassifySettings:
    """The paper's protocol chooses no pair, and the honest one no epoch."""
    return (
        ClassifySettings(protocol="paper") if is_paper else ClassifySettings(alpha=ALPHAS, temperature=TEMPERATURES)
    )


def around(
    draw: random.Random, value: float, spread: float, unit: str = "1", n: int = 400, n_of: str = "clips"
) -> Measurement:
    low, high = value - spread * draw.uniform(0.8, 1.1), value + spread * draw.uniform(0.8, 1.1)
    return Measurement(value=value, low=low, high=high, n=n, n_of=n_of, unit=unit)


def sensitivity(draw: random.Random, results: Sequence[ClassifyResult]) -> Iterator[Sensitivity]:
    """Every pair of two arms at two rates."""
    for result in results:
        if result.arm in {"basd", "cssd"} and result.rate_hz <= 1000 and result.grid == "shared":
            for alpha in ALPHAS:
                for temperature in TEMPERATURES:
                    yield Sensitivity(
                        rate_hz=result.rate_hz,
                        grid=result.grid,
                        arm=result.arm,
                        alpha=alpha,
                        temperature=temperature,
                        accuracy=around(draw, draw.uniform(0.4, 0.6), 0.05),
                        n_chosen=CHOSEN.get((alpha, temperature), 0),
                    )


def optimism(draw: random.Random, results: Sequence[ClassifyResult]) -> Iterator[Optimism]:
    """The best epoch is the accuracy that the study reports."""
    for result in results:
        if result.arm != "raw":
            gain = draw.uniform(0.01, 0.04)
            last = around(draw, float(result.accuracy.value) - gain, 0.04)
            yield Optimism(rate_hz=result.rate_hz, grid=result.grid, arm=result.arm, best_epoch=result.accuracy,
                           last_epoch=last, difference=around(draw, gain, 0.01))  # fmt: skip


def published(results: Sequence[ClassifyResult], source: str) -> tuple[Published, ...]:
    """One figure that the study agrees with, one that it does not, and one of an arm that it has not."""
    cssd = {
        result.rate_hz: result.accuracy for result in results if (result.arm, result.grid) == ("cssd", "shared")
    }
    near, far = float(cssd[1000].value) + 0.001, float(cssd[2000].value) - 0.3
    return (
        Published(rate_hz=1000, arm="cssd", published=near, source=source, measured=cssd[1000]),
        Published(rate_hz=2000, arm="cssd", published=far, source=source, measured=cssd[2000]),
        Published(rate_hz=2000, arm="dkd", published=0.5, source=source,
                  measured=missing("not part of this study", "clips")),
    )  # fmt: skip


def diagnoses(draw: random.Random, results: Sequence[ClassifyResult], reference_hz: int) -> Iterator[Diagnosis]:
    """One for each rate and layout below the reference."""
    n_classes = len(results[0].class_recall)
    entropy = math.log2(n_classes)
    full_rate, usable = teacher(draw, 0.95), around(draw, 0.8 * entropy, 0.1, "bit")
    places = dict.fromkeys((one.rate_hz, one.grid) for one in results if one.rate_hz != reference_hz)
    for rate, grid in places:
        here = [one for one in results if (one.rate_hz, one.grid) == (rate, grid)]
        yield Diagnosis(
            rate_hz=rate,
            grid=grid,
            class_entropy=Measurement(value=entropy, n=400, n_of="clips", unit="bit", basis="counted"),
            reference_usable=usable,
            teachers=(
                TeacherDiagnosis(arm="basd", **teacher(draw, 0.7), **student(draw)),
                TeacherDiagnosis(arm="cssd", **full_rate, **student(draw)),
            ),
            information=tuple(information(draw, one, entropy) for one in here),
            recoverability=around(draw, draw.uniform(0.1, 0.6), 0.05),
            classes=tuple(
                ClassEnergy(
                    label=of_class.label,
                    energy_kept=around(draw, draw.uniform(0.1, 0.9), 0.02, n=40),
                    gain=around(draw, draw.uniform(-0.1, 0.1), 0.1, n=40),
                )
                for of_class in here[0].class_recall
            ),
            rank_correlation=Measurement(value=draw.uniform(-0.9, 0.9), n=n_classes, n_of="classes"),
            rank_p_value=Measurement(value=draw.uniform(0.001, 0.9), n=n_classes, n_of="classes"),
        )


def information(draw: random.Random, result: ClassifyResult, entropy: float) -> UsableInformation:
    """The bound lies on Fano's curve, and bound plus rest is the study's error."""
    accuracy, n_classes = float(result.accuracy.value), len(result.class_recall)
    usable = max(0.02, (accuracy - 1 / n_classes) * 0.7 * entropy)
    bound = least_error(entropy - usable, n_classes)
    return UsableInformation(
        arm=result.arm,
        usable=around(draw, usable - draw.uniform(0.1, 0.3), 0.1, "bit"),
        usable_scaled=around(draw, usable, 0.1, "bit"),
        lost=around(draw, 0.8 * entropy - usable, 0.1, "bit"),
        error_bound=around(draw, bound, 0.03),
        error_above_bound=around(draw, 1 - accuracy - bound, 0.03),
    )


def least_error(conditional_entropy: float, n_classes: int) -> float:
    """Fano's bound by a root finder: an oracle for the curve that the report draws."""

    def short(error: float) -> float:
        binary = -sum(p * math.log2(p) for p in (error, 1 - error) if p > 0)
        return binary + error * math.log2(max(1, n_classes - 1)) - conditional_entropy

    most = 1 - 1 / n_classes
    return float(brentq(short, 0, most)) if short(0) * short(most) < 0 else most * (conditional_entropy > 0)


def teacher(draw: random.Random, accuracy: float) -> dict[str, object]:
    return {
        "on_training_clips": calibration(draw, accuracy),
        "on_test_clips": calibration(draw, accuracy - 0.2),
        "soft_labels": SoftLabels(
            temperature=4.0,
            entropy=around(draw, draw.uniform(2, 3), 0.05, "bit"),
            non_target_entropy=around(draw, draw.uniform(1, 2), 0.05, "bit"),
            confidence_variance=Measurement(value=draw.uniform(0.01, 0.2), n=400, n_of="clips"),
            class_information=around(draw, draw.uniform(0.1, 0.9), 0.05, "bit"),
        ),
    }


def student(draw: random.Random) -> dict[str, object]:
    return {
        "fidelity": fidelity(draw, 400),
        "fidelity_when_right": fidelity(draw, 260),
        "fidelity_when_wrong": fidelity(draw, 140),
        "similarity": Measurement(value=draw.uniform(0.1, 0.99), n=80, n_of="clips per fold"),
    }


def calibration(draw: random.Random, accuracy: float) -> Calibration:
    return Calibration(
        accuracy=around(draw, accuracy + draw.uniform(0, 0.01), 0.03),
        log_loss=around(draw, draw.uniform(0.5, 2), 0.1, "bit"),
        calibration_error=Measurement(value=draw.uniform(0.01, 0.2), n=400, n_of="clips"),
        brier=around(draw, draw.uniform(0.2, 0.9), 0.05),
    )


def fidelity(draw: random.Random, n: int) -> Fidelity:
    return Fidelity(
        agreement=around(draw, draw.uniform(0.3, 0.9), 0.05, n=n),
        divergence=around(draw, draw.uniform(0.1, 2), 0.05, "bit", n=n),
    )


def humps(draw: random.Random) -> tuple[HumpTest, ...]:
    """One that is supported, one that has no rate on one side."""
    rise = around(draw, 0.05, 0.02)
    none = missing("no rate above 4000 Hz", "clips")
    return (
        HumpTest(grid="shared", middle_rates_hz=MIDDLE, outer_rates_hz=(*OUTER, 8000), rise=rise,
                 contrast=around(draw, 0.04, 0.02), fall=around(draw, 0.03, 0.02), is_supported=True),
        HumpTest(grid="native", middle_rates_hz=MIDDLE, outer_rates_hz=OUTER, rise=around(draw, 0.02, 0.03),
                 contrast=around(draw, 0.02, 0.031), fall=none, is_supported=False),
    )  # fmt: skip
