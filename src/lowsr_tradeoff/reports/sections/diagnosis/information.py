"""Usable information over rate, and the error that it allows."""

import math
from collections.abc import Iterator, Mapping, Sequence

from lowsr_tradeoff.classify.arms import arm_name, drawn
from lowsr_tradeoff.records.diagnosis import Diagnosis, UsableInformation
from lowsr_tradeoff.records.network import ArmName, Grid
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports import plot
from lowsr_tradeoff.reports.sections.diagnosis.energy import drawn_grid
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import hz, in_table_alone, number, percent, points, share

CURVE_POINTS = 41

# What is known at each rate, the lines of the drawing by arm and features.
Lines = Mapping[tuple[ArmName, Grid], Sequence[tuple[int, UsableInformation]]]


def entry(tradeoff: Tradeoff) -> Entry:
    """Return usable information, as the page prints it."""
    return Entry(
        "What a rate lets through",
        "information",
        "Usable information by rate, and the error that it allows",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
        level=4,
        intro="Usable information is the entropy of the classes less the cross-entropy of the network on clips"
        " that it never saw, in bits per clip. Fano’s inequality turns it into the least error that such"
        " scores allow.",
    )


def figure(tradeoff: Tradeoff) -> plot.Spec:
    """Return usable information over rate by arm, and the error against it with the bound by Fano's inequality."""
    found = tradeoff.recognition.diagnoses
    lines = _lines(found)
    lower = {"xaxis": "x2", "yaxis": "y2"}
    below = [{**trace, **lower} for trace in (*_fano_line(tradeoff), *_errors(lines))]
    return plot.spec(
        [*_usable(lines), *_ceiling(found), *below],
        {**plot.rate_axis(one.rate_hz for one in found), "anchor": "y"},
        plot.titled("usable information in bits<br>(more is better)", domain=[0.56, 1], rangemode="tozero"),
        xaxis2=plot.axis(plot.titled("usable information in bits<br>(more is better)", anchor="y2")),
        yaxis2=plot.axis({**plot.share_axis("error<br>(lower is better)"), "domain": [0, 0.4], "anchor": "x2"}),
        height=760,
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return usable information and the error that it allows, by rate, training and features."""
    return Table(
        "Usable information and the error that it allows",
        (
            *("Rate", "Training", "Features", "Usable, as scored", "Usable, scores scaled"),
            *("Lost against the full-rate network", "Least error (Fano)", "Measured error above it"),
        ),
        tuple(
            (
                *(hz(one.rate_hz), arm_name(told.arm), one.grid),
                *(number(told.usable), number(told.usable_scaled), number(told.lost)),
                *(percent(told.error_bound), points(told.error_above_bound)),
            )
            for one in tradeoff.recognition.diagnoses
            for told in one.information
        ),
        n_heads=3,
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    found, grid = tradeoff.recognition.diagnoses, drawn_grid(tradeoff)
    each = [
        f"{number(best.usable_scaled).brief} at {hz(one.rate_hz)} ({arm_name(best.arm)})"
        for one in found
        if one.grid == grid and one.information
        for best in (max(one.information, key=_bits),)
    ]
    arms = {told.arm for one in found for told in one.information}
    n_more = len(arms) - len(drawn(arms))
    return (
        f"Most usable information with {grid} features: {'; '.join(each) or 'none measured'}. Above: bits per clip,"
        " scores scaled on the other folds, with 95 % intervals. Below: measured errors over the same bits, and"
        " the least error if the scores held all that the sound tells of its class; what lies above the curve the"
        " network leaves unused."
        f"{f' {in_table_alone(n_more)}.' if n_more else ''}"
    )


def error(told: UsableInformation) -> float | None:
    """Return the measured error: the bound, and the network's error above it."""
    bound, above = told.error_bound.value, told.error_above_bound.value
    return None if bound is None or above is None else bound + above


def fano_curve(n_classes: int, entropy: float) -> list[tuple[float, float]]:
    """Return usable information in bits and the least error that it allows, by Fano's inequality.

    ``H(Y) - h(e) - e log2(C - 1)`` for errors e from guessing to 0, h the binary entropy; the inverse of
    ``information.least_error``.

    >>> fano_curve(4, 2.0)[0], fano_curve(4, 2.0)[-1]
    ((0.0, 0.75), (2.0, 0.0))
    """
    errors = [(1 - 1 / n_classes) * (1 - step / (CURVE_POINTS - 1)) for step in range(CURVE_POINTS)]
    return [(entropy - _most_entropy(error, n_classes), error) for error in errors]


def _most_entropy(error: float, n_classes: int) -> float:
    """The largest entropy of the class, in bits, at this error of its guesses."""
    binary = -sum(p * math.log2(p) for p in (error, 1 - error) if p > 0)
    return binary + error * math.log2(max(1, n_classes - 1))


def _lines(found: Sequence[Diagnosis]) -> Lines:
    """The information by rate of each arm that is drawn and features."""
    lines: dict[tuple[ArmName, Grid], list[tuple[int, UsableInformation]]] = {
        (arm, grid): []
        for arm in drawn(told.arm for one in found for told in one.information)
        for grid in dict.fromkeys(one.grid for one in found)
    }
    for one in sorted(found, key=lambda one: one.rate_hz):
        for told in one.information:
            if (told.arm, one.grid) in lines:
                lines[told.arm, one.grid].append((one.rate_hz, told))
    return {names: line for names, line in lines.items() if line}


def _usable(lines: Lines) -> Iterator[plot.Spec]:
    figures = (
        (arm_name(arm), grid, rate_hz, told.usable_scaled)
        for (arm, grid), line in lines.items()
        for rate_hz, told in line
    )
    for (arm, grid), trace in zip(lines, plot.lines_by_features(figures, number), strict=True):
        yield {**trace, "legendgroup": f"{arm} {grid}"}


def _ceiling(found: Sequence[Diagnosis]) -> Iterator[plot.Spec]:
    """The entropy of the classes, and the reference network's information about them."""
    rates_hz = sorted({one.rate_hz for one in found})
    for name, dash, known in (
        ("entropy of the classes: all there is", "dash", [one.class_entropy.value for one in found]),
        ("full-rate network", "dot", [one.reference_usable.value for one in found]),
    ):
        for bits in dict.fromkeys(known):
            ends = [rates_hz[0] / plot.ASIDE, rates_hz[-1] * plot.ASIDE]
            yield plot.plain_line(name, ends, [bits, bits], {"color": plot.GREY, "dash": dash, "width": 1.5})


def _errors(lines: Lines) -> Iterator[plot.Spec]:
    """Measured errors over usable information; the lines above have the legend."""
    arms, grids = list(dict.fromkeys(arm for arm, _ in lines)), list(dict.fromkeys(grid for _, grid in lines))
    for (arm, grid), line in lines.items():
        look = plot.style(arms.index(arm))
        known = [(rate_hz, told, err) for rate_hz, told in line if (err := error(told)) is not None]
        yield plot.markers(
            [told.usable_scaled.value for _, told, _ in known],
            [err for _, _, err in known],
            (look.hollow() if grids.index(grid) else look).marker(),
            hovertext=[f"{arm_name(arm)}, {grid}, {hz(rate_hz)}: error {share(err)}" for rate_hz, _, err in known],
            hoverinfo="text",
            legendgroup=f"{arm} {grid}",
            showlegend=False,
        )


def _fano_line(tradeoff: Tradeoff) -> Iterator[plot.Spec]:
    n_classes = max((len(result.class_recall) for result in tradeoff.recognition.results), default=0)
    entropies = [
        one.class_entropy.value for one in tradeoff.recognition.diagnoses if one.class_entropy.value is not None
    ]
    if n_classes > 1 and entropies:
        curve = fano_curve(n_classes, entropies[0])
        yield plot.plain_line(
            "least error at so many bits (Fano)",
            [round(bits, 4) for bits, _ in curve],
            [round(err, 4) for _, err in curve],
            {"color": plot.GREY, "width": 2},
        )


def _bits(told: UsableInformation) -> float:
    return -99.0 if told.usable_scaled.value is None else told.usable_scaled.value
