"""What an attacker with more to learn from would get: the figure and the table of the learning curves."""

from collections.abc import Iterator

import numpy as np

from lowsr_tradeoff.privacy.attackers.learning_curve import recovery
from lowsr_tradeoff.records import LearningCurve, LearningLaw, Measurement, Tradeoff
from lowsr_tradeoff.reports.plot import Figure, Spec, Style, error_bar, rate_styles, share_axis, spec, text, titled
from lowsr_tradeoff.reports.tables import Cell, Row, Table
from lowsr_tradeoff.reports.wording import hz, listed, percent

N_DRAWN = 60


def curves(tradeoff: Tradeoff) -> Figure:
    """Return recovery over the number of speakers learnt from, with the law and what it says of more of them."""
    looks = rate_styles(tradeoff)
    return Figure(
        "learning",
        "What the attacker on words recovers, by how many speakers it learnt from",
        _caption(tradeoff),
        spec(
            [trace for curve in tradeoff.learning_curves for trace in _traces(curve, looks[curve.rate_hz])],
            titled(f"{_amount_of(tradeoff)} learnt from, log scale<br>(the attacker's choice)", type="log"),
            share_axis("recovered<br>(lower is better for this report)"),
            height=500,
        ),
        table(tradeoff),
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return recovery by rate with every share of the speakers, and with many times as many; no rows without."""
    first = tradeoff.learning_curves[0] if tradeoff.learning_curves else None
    amounts = [f"{point.amount:.3g} {first.amount_of}" for point in first.points] if first else []
    times = [f"{more.times} times as many" for more in first.extrapolations] if first else []
    return Table(
        "Words recovered by how many speakers were learnt from, and extrapolated",
        ("Rate", *amounts, "Law (p of the misfit)", *times),
        tuple(_row(curve) for curve in tradeoff.learning_curves),
    )


def _row(curve: LearningCurve) -> Row:
    measured: tuple[Cell, ...] = tuple(percent(point.value) for point in curve.points)
    beyond: tuple[Cell, ...] = tuple(percent(more.value) for more in curve.extrapolations)
    return (hz(curve.rate_hz), *measured, _law(curve.law), *beyond)


def _law(law: LearningLaw | None) -> str:
    if law is None:
        return "too few points"
    return (
        f"{law.ceiling:.3g} - {law.ceiling - law.chance:.3g} (1 + n/{law.scale:.3g})^-{law.exponent:.2g} "
        f"(p = {law.misfit_p:.2g})"
    )


def _traces(curve: LearningCurve, look: Style) -> Iterator[Spec]:
    name = hz(curve.rate_hz)
    told = [more for more in curve.extrapolations if more.value.value is not None]
    amounts = [point.amount for point in curve.points]
    yield _markers(name, amounts, [point.value for point in curve.points], look, "measured")
    if curve.law and told:
        beyond = [more.times * amounts[-1] for more in told]
        yield _line(curve.law, amounts[0], beyond[-1], look, name)
        yield _markers(name, beyond, [more.value for more in told], look, "extrapolated")


def _markers(name: str, amounts: list[float], found: list[Measurement], look: Style, how: str) -> Spec:
    is_open = how == "extrapolated"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text(f"{name}, {how}"),
        "x": amounts,
        "y": [measurement.value for measurement in found],
        "error_y": error_bar(found, color=look.colour),
        "marker": {"color": look.colour, "symbol": f"{look.symbol}-open" if is_open else look.symbol, "size": 9},
        "hovertext": [
            f"{text(name)}, {how} with {amount:.3g}: {text(str(percent(measurement)))}"
            for amount, measurement in zip(amounts, found, strict=True)
        ],
        "hoverinfo": "text",
    }


def _line(law: LearningLaw, start: float, end: float, look: Style, name: str) -> Spec:
    amounts = np.geomspace(start, end, N_DRAWN)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": text(f"{name}, fitted law"),
        "x": [round(float(amount), 4) for amount in amounts],
        "y": [round(recovery(law, float(amount)), 5) for amount in amounts],
        "line": {"color": look.colour, "dash": "dash"},
        "hoverinfo": "skip",
    }


def _amount_of(tradeoff: Tradeoff) -> str:
    return tradeoff.learning_curves[0].amount_of if tradeoff.learning_curves else "speakers"


def _caption(tradeoff: Tradeoff) -> str:
    each = [_sentence(curve) for curve in tradeoff.learning_curves]
    return (
        f"{'. '.join(each) or 'No learning curve was measured'}. Dashed: the fitted law; bars are 95 % intervals."
    )


def _sentence(curve: LearningCurve) -> str:
    now = curve.points[-1]
    beyond = listed(
        f"{percent(more.value).brief} with {more.times} times as many"
        if more.value.value is not None
        else f"no figure with {more.times} times as many: {more.value.reason}"
        for more in curve.extrapolations
    )
    return (
        f"{hz(curve.rate_hz)}: {percent(now.value).brief} with {now.amount:.3g} {curve.amount_of} "
        f"({now.minutes:.2g} minutes); {beyond}"
    )
