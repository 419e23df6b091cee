"""The figures of why one teacher helps more than another: information over rate, and where the gains are."""

import math
from collections.abc import Iterable, Iterator, Sequence

from lowsr_tradeoff.classify.arms import arm_name, drawn
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.diagnosis import Diagnosis, UsableInformation
from lowsr_tradeoff.records.network import Arm, Grid
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports import diagnosis_tables, diagnosis_text
from lowsr_tradeoff.reports.plot import (
    ASIDE,
    DASHES,
    GREY,
    Figure,
    Spec,
    aside_of,
    axis,
    error_bar,
    rate_axis,
    rate_styles,
    series,
    share_axis,
    spec,
    style,
    text,
    titled,
)
from lowsr_tradeoff.reports.wording import hz, number, percent, points

CURVE_POINTS = 41


def information(tradeoff: Tradeoff) -> Figure:
    """Return usable information over rate by arm, and the error against it with the bound by Fano's inequality."""
    found = tradeoff.recognition.diagnoses
    lower = {"xaxis": "x2", "yaxis": "y2"}
    dots = [{**trace, **lower} for trace in _errors(found)]
    curve = [{**trace, **lower} for trace in _fano_curve(tradeoff)]
    return Figure(
        "information",
        "Usable information by rate, and the error that it allows",
        diagnosis_text.information(tradeoff),
        spec(
            [*_usable(found), *_ceiling(found), *curve, *dots],
            {**rate_axis(sorted({one.rate_hz for one in found})), "anchor": "y"},
            titled("usable information in bits<br>(more is better)", domain=[0.56, 1], rangemode="tozero"),
            xaxis2=axis(titled("usable information in bits<br>(more is better)", anchor="y2")),
            yaxis2=axis({**share_axis("error<br>(lower is better)"), "domain": [0, 0.4], "anchor": "x2"}),
            height=760,
        ),
        diagnosis_tables.information(tradeoff),
    )


def recoverability(tradeoff: Tradeoff) -> Figure:
    """Return how much of what the full-rate network says can be told from the low rate, over rate."""
    found, grids = tradeoff.recognition.diagnoses, _grids(tradeoff.recognition.diagnoses)
    traces = [
        series(
            f"{grid} features",
            {one.rate_hz: one.recoverability for one in found if one.grid == grid},
            style(index),
            percent,
            DASHES[index % len(DASHES)],
            aside_of(index, len(grids)),
        )
        for index, grid in enumerate(grids)
    ]
    return Figure(
        "recoverability",
        "How much of the full-rate network's scores can be recovered, by rate",
        diagnosis_text.recoverability(tradeoff),
        spec(
            traces,
            rate_axis(sorted({one.rate_hz for one in found})),
            titled("R² of its scores<br>(more is better)", tickformat=".0%", rangemode="tozero"),
            showlegend=True,
        ),
        diagnosis_tables.recoverability(tradeoff),
    )


def energy(tradeoff: Tradeoff) -> Figure:
    """Return what CSSD gains in each class against the share of its energy that a rate keeps."""
    grid = diagnosis_text.drawn_grid(tradeoff)
    looks = rate_styles(tradeoff)
    traces = [
        _classes(one, looks[one.rate_hz].colour, looks[one.rate_hz].symbol)
        for one in tradeoff.recognition.diagnoses
        if one.grid == grid and one.classes
    ]
    return Figure(
        "energy",
        "Gain of CSSD by class against the energy that the rate keeps",
        diagnosis_text.energy(tradeoff),
        spec(
            traces,
            share_axis("energy of the class below half the rate<br>(the more, the better it is heard)"),
            titled("recall, CSSD less fine-tuned<br>(above 0: CSSD recognises more)", tickformat="+.0%"),
        ),
        diagnosis_tables.energy(tradeoff),
    )


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
    """What a class can keep of its entropy where guesses of it err so often, bits."""
    binary = -sum(p * math.log2(p) for p in (error, 1 - error) if p > 0)
    return binary + error * math.log2(max(1, n_classes - 1))


def _grids(found: Iterable[Diagnosis]) -> list[Grid]:
    return list(dict.fromkeys(one.grid for one in found))


def _lines(found: Sequence[Diagnosis]) -> Iterator[tuple[Arm, Grid, dict[int, UsableInformation]]]:
    """For each arm that is drawn and features: its information by rate."""
    for arm in drawn(told.arm for one in found for told in one.information):
        for grid in _grids(found):
            by_rate = {
                one.rate_hz: told
                for one in found
                for told in one.information
                if (one.grid, told.arm) == (grid, arm)
            }
            if by_rate:
                yield arm, grid, by_rate


def _usable(found: Sequence[Diagnosis]) -> Iterator[Spec]:
    lines, grids = list(_lines(found)), _grids(found)
    arms = list(dict.fromkeys(arm for arm, _, _ in lines))
    for index, (arm, grid, by_rate) in enumerate(lines):
        yield {
            **series(
                f"{arm_name(arm)}, {grid}",
                {rate: told.usable_scaled for rate, told in by_rate.items()},
                style(arms.index(arm)),
                number,
                DASHES[grids.index(grid) % len(DASHES)],
                aside_of(index, len(lines)),
            ),
            "legendgroup": f"{arm} {grid}",
        }


def _ceiling(found: Sequence[Diagnosis]) -> Iterator[Spec]:
    """What there is to know, and what the reference network knows of it."""
    rates_hz = sorted({one.rate_hz for one in found})
    for name, dash, known in (
        ("entropy of the classes: all there is", "dash", [one.class_entropy.value for one in found]),
        ("full-rate network", "dot", [one.reference_usable.value for one in found]),
    ):
        for bits in dict.fromkeys(known):
            yield {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": [rates_hz[0] / ASIDE, rates_hz[-1] * ASIDE],
                "y": [bits, bits],
                "line": {"color": GREY, "dash": dash, "width": 1.5},
                "hoverinfo": "name",
            }


def _errors(found: Sequence[Diagnosis]) -> Iterator[Spec]:
    """Measured errors over usable information; the legend stands with the lines above."""
    lines = list(_lines(found))
    arms, grids = list(dict.fromkeys(arm for arm, _, _ in lines)), _grids(found)
    for arm, grid, by_rate in lines:
        look = style(arms.index(arm))
        pairs = [(rate, told, diagnosis_tables.error(told)) for rate, told in sorted(by_rate.items())]
        known = [(rate, told, error) for rate, told, error in pairs if error is not None]
        yield {
            "type": "scatter",
            "mode": "markers",
            "x": [told.usable_scaled.value for _, told, _ in known],
            "y": [error for _, _, error in known],
            "marker": {
                "color": look.colour,
                "symbol": look.symbol + ("-open" if grids.index(grid) else ""),
                "size": 9,
            },
            "hovertext": [
                f"{arm_name(arm)}, {grid}, {hz(rate)}: error {100 * error:.1f} %" for rate, _, error in known
            ],
            "hoverinfo": "text",
            "legendgroup": f"{arm} {grid}",
            "showlegend": False,
        }


def _fano_curve(tradeoff: Tradeoff) -> Iterator[Spec]:
    n_classes = max((len(result.class_recall) for result in tradeoff.recognition.results), default=0)
    entropies = [
        one.class_entropy.value for one in tradeoff.recognition.diagnoses if one.class_entropy.value is not None
    ]
    if n_classes > 1 and entropies:
        curve = fano_curve(n_classes, entropies[0])
        yield {
            "type": "scatter",
            "mode": "lines",
            "name": "least error at so many bits (Fano)",
            "x": [round(bits, 4) for bits, _ in curve],
            "y": [round(error, 4) for _, error in curve],
            "line": {"color": GREY, "width": 2},
            "hoverinfo": "name",
        }


def _classes(one: Diagnosis, colour: str, symbol: str) -> Spec:
    known = [it for it in one.classes if it.energy_kept.value is not None and it.gain.value is not None]
    gains: list[Measurement] = [it.gain for it in known]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": hz(one.rate_hz),
        "x": [it.energy_kept.value for it in known],
        "y": [gain.value for gain in gains],
        "error_x": error_bar([it.energy_kept for it in known], color=colour),
        "error_y": error_bar(gains, color=colour),
        "marker": {"color": colour, "symbol": symbol, "size": 9},
        "hovertext": [
            f"{text(it.label)}, {hz(one.rate_hz)}: {percent(it.energy_kept).brief} kept, {points(it.gain).brief}"
            for it in known
        ],
        "hoverinfo": "text",
    }
