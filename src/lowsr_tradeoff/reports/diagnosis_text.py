"""Why one teacher helps more than another, in sentences made from the data."""

from collections.abc import Iterator

from lowsr_tradeoff.classify.arms import arm_name, drawn
from lowsr_tradeoff.records.diagnosis import Diagnosis, HumpTest
from lowsr_tradeoff.records.network import Grid
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.wording import chance, hz, listed, number, percent, points

ALPHA = 0.05


def information(tradeoff: Tradeoff) -> str:
    """Return what the figure of usable information shows."""
    grid = drawn_grid(tradeoff)
    each = [_most(one) for one in tradeoff.recognition.diagnoses if one.grid == grid and one.information]
    n_more = len(arms := {told.arm for one in tradeoff.recognition.diagnoses for told in one.information}) - len(
        drawn(arms)
    )
    return (
        f"Most usable information with {grid} features: {'; '.join(each) or 'none measured'}. Above: bits per clip,"
        " scores scaled on the other folds, with 95 % intervals. Below: measured errors over the same bits, and"
        " the least error if the scores held all that the sound tells of its class; what lies above the curve the"
        " network leaves unused."
        f"{f' {n_more} more ways of training stand in the table alone.' if n_more else ''}"
    )


def recoverability(tradeoff: Tradeoff) -> str:
    """Return what the figure of recoverability shows."""
    each = [
        f"{percent(one.recoverability).brief} at {hz(one.rate_hz)} ({one.grid})"
        for one in tradeoff.recognition.diagnoses
    ]
    return (
        f"Recoverable from the low-rate network's embedding: {listed(each) if each else 'not measured'}."
        " Bars are 95 % intervals. The more"
        " of it can be recovered, the more a student at that rate can learn of the full-rate teacher. The fit is"
        " linear, so this is a lower bound; below 0 % it is worse than a guess of the mean."
    )


def energy(tradeoff: Tradeoff) -> str:
    """Return whether classes that lose more energy gain more from the full-rate teacher."""
    grid = drawn_grid(tradeoff)
    each = [_rank(one) for one in tradeoff.recognition.diagnoses if one.grid == grid]
    return (
        f"One mark for each class and rate, {grid} features, with 95 % intervals."
        f" {'; '.join(each) or 'None was measured'}. A negative"
        " correlation means that classes which lose more energy gain more; one correlation in twenty falls below"
        " p = 0.05 where there is nothing."
    )


def hump(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the outcome of the one prediction that can fail, a sentence or two for each feature layout."""
    return tuple(f"{test.grid.capitalize()} features: {_outcome(test)}" for test in tradeoff.recognition.humps) or (
        "Not tested: the study does not train both BASD and CSSD.",
    )


def null_result(tradeoff: Tradeoff) -> Iterator[str]:
    """Yield in plain words what it means when nothing was shown."""
    untested = [test for test in tradeoff.recognition.humps if test.rise.value is None or test.fall.value is None]
    if any(not test.is_supported and test not in untested for test in tradeoff.recognition.humps):
        yield (
            "A hump that is not supported is a result: the prediction did not come true here. It counts against the"
            " hypothesis as far as the intervals leave no room for a hump that would matter; where they are wide,"
            " the study was too small to tell."
        )


def drawn_grid(tradeoff: Tradeoff) -> Grid | None:
    """Return the features that classes are drawn for: the last ones of the study."""
    return next((one.grid for one in reversed(tradeoff.recognition.diagnoses)), None)


def _most(one: Diagnosis) -> str:
    best = max(one.information, key=lambda told: -99.0 if (bits := told.usable_scaled.value) is None else bits)
    return f"{number(best.usable_scaled).brief} at {hz(one.rate_hz)} ({arm_name(best.arm)})"


def _rank(one: Diagnosis) -> str:
    correlation, p_value = one.rank_correlation, one.rank_p_value.value
    if correlation.value is None or p_value is None:
        return f"{hz(one.rate_hz)}: no correlation, {correlation.reason}"
    shown = "a trend" if p_value < ALPHA else "no trend shown"
    return f"{hz(one.rate_hz)}: rank correlation {correlation.value:+.2f}, p {_equals(p_value)}, {shown}"


def _equals(p_value: float) -> str:
    written = chance(p_value)
    return written if written[0] in "<>" else f"= {written}"


def _outcome(test: HumpTest) -> str:
    if reasons := dict.fromkeys(part.reason for part in (test.rise, test.fall) if part.reason):
        return f"the hump was not tested: {listed(map(str, reasons))}."
    found = (
        f"the lead of CSSD over BASD at {listed(map(hz, test.middle_rates_hz))} is {points(test.rise)} above that"
        f" at lower rates and {points(test.fall)} above that at higher ones."
    )
    if test.is_supported:
        return f"a hump is supported by these data: {found} Both intervals lie above zero."
    return f"a hump is not supported by these data: {found} A hump needs both intervals above zero."
