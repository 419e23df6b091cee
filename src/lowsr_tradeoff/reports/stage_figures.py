"""The figures of the stages: recognition, speech and power by rate."""

from collections.abc import Iterable, Iterator, Sequence

from lowsr_tradeoff.classify.arms import arm_name, drawn
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports import captions, recognition_tables, stage_tables
from lowsr_tradeoff.reports.placing import deciding_power, shown_recalls
from lowsr_tradeoff.reports.plot import (
    ASIDE,
    COLOURS,
    DASHES,
    GREY,
    PALE_ORANGE,
    PATTERNS,
    SKY,
    Figure,
    Spec,
    aside_of,
    axis,
    error_bar,
    rate_axis,
    series,
    share_axis,
    spec,
    style,
    text,
    titled,
)
from lowsr_tradeoff.reports.wording import COMPONENTS, hz, number, percent

ROW_PX = 26


def accuracy(tradeoff: Tradeoff) -> Figure:
    """Return accuracy by rate, a line for each training that is drawn and its features, and the chance level."""
    rates_hz = _rates(result.rate_hz for result in tradeoff.recognition.results)
    return Figure(
        "accuracy",
        "Accuracy by rate",
        captions.accuracy(tradeoff),
        spec(
            [*_listeners(tradeoff), *_chance(tradeoff, rates_hz)],
            rate_axis(rates_hz),
            share_axis("accuracy<br>(higher is better)"),
            height=540,
        ),
        recognition_tables.by_rate(tradeoff),
    )


def recall(tradeoff: Tradeoff) -> Figure:
    """Return the recall of each class by rate as a heat map, for one training and features."""
    shown = shown_recalls(tradeoff)
    labels = list(dict.fromkeys(of_class.label for result in shown for of_class in result.class_recall))
    categories: Spec = {"type": "category", "showgrid": False}
    return Figure(
        "recall",
        "Recall of each class by rate",
        captions.recall(tradeoff),
        spec(
            [_heat_map(shown, labels)],
            titled("sampling rate and training;<br>cells: recall (higher is better)", **categories),
            titled("", **categories, autorange="reversed"),
            height=120 + ROW_PX * len(labels),
        ),
        stage_tables.drawn_recalls(tradeoff),
    )


def privacy(tradeoff: Tradeoff) -> Figure:
    """Return the words and keywords that each attacker recovers by rate."""
    attackers = list(dict.fromkeys(result.attacker for result in tradeoff.privacy.words))
    traces = [line for index, attacker in enumerate(attackers) for line in _recovered(tradeoff, attacker, index)]
    return Figure(
        "privacy",
        "Words recovered by rate",
        captions.privacy(tradeoff),
        spec(
            traces,
            rate_axis(_rates(result.rate_hz for result in tradeoff.privacy.words)),
            share_axis("recovered<br>(lower is better for this report)"),
        ),
        stage_tables.privacy(tradeoff),
    )


def intelligibility(tradeoff: Tradeoff) -> Figure:
    """Return STOI and ESTOI by rate, and PESQ below them."""
    found = tradeoff.privacy.intelligibility
    traces = [
        series("STOI", {result.rate_hz: result.stoi for result in found}, style(0), number),
        series("ESTOI", {result.rate_hz: result.estoi for result in found}, style(1), number),
        {**series("PESQ, wideband", {r.rate_hz: r.pesq_wb for r in found}, style(2), number), "yaxis": "y2"},
    ]
    return Figure(
        "intelligibility",
        "STOI, ESTOI and PESQ by rate",
        captions.intelligibility(tradeoff),
        spec(
            traces,
            {**rate_axis(_rates(result.rate_hz for result in found)), "anchor": "y2"},
            titled(
                "STOI, ESTOI, 1 is the original<br>(lower is better for this report)",
                domain=[0.48, 1],
                rangemode="tozero",
            ),
            yaxis2=axis(titled("PESQ, 1 to 4.64<br>(lower is better)", domain=[0, 0.4])),
            height=520,
        ),
        stage_tables.intelligibility(tradeoff),
    )


def power(tradeoff: Tradeoff) -> Figure:
    """Return average power by component for each rate and features of the deciding device, stacked."""
    results = deciding_power(tradeoff)
    names = list(dict.fromkeys(part.name for result in results for part in result.components))
    bars = [_bars(results, name, index) for index, name in enumerate(names)]
    caption = f"Average power by component on {tradeoff.decision.device}"
    return Figure(
        "power",
        caption,
        captions.power(tradeoff),
        spec(
            [*bars, _totals(results)],
            titled("sampling rate and features (the choice)", showgrid=False),
            titled("average power in mW<br>(less is better)", rangemode="tozero"),
            barmode="stack",
        ),
        stage_tables.components(results, caption),
    )


def _rates(rates_hz: Iterable[int]) -> list[int]:
    return sorted(set(rates_hz))


def _listeners(tradeoff: Tradeoff) -> Iterator[Spec]:
    """A line for each training, by colour and marker, and features, by dashes."""
    arms = drawn(result.arm for result in tradeoff.recognition.results)
    lines = list(
        dict.fromkeys((result.arm, result.grid) for result in tradeoff.recognition.results if result.arm in arms)
    )
    grids = list(dict.fromkeys(grid for _, grid in lines))
    for index, (arm, grid) in enumerate(lines):
        found = [result for result in tradeoff.recognition.results if (result.arm, result.grid) == (arm, grid)]
        yield series(
            f"{arm_name(arm)}, {grid}",
            {result.rate_hz: result.accuracy for result in found},
            style(arms.index(arm)),
            percent,
            DASHES[grids.index(grid) % len(DASHES)],
            aside_of(index, len(lines)),
        )


def _chance(tradeoff: Tradeoff, rates_hz: Sequence[int]) -> Iterator[Spec]:
    n_classes = max((len(result.class_recall) for result in tradeoff.recognition.results), default=0)
    if n_classes:
        yield {
            "type": "scatter",
            "mode": "lines",
            "name": f"chance, 1 of {n_classes} classes",
            "x": [rates_hz[0], rates_hz[-1]],
            "y": [1 / n_classes, 1 / n_classes],
            "line": {"color": GREY, "dash": "dash", "width": 1.5},
            "hoverinfo": "name",
        }


def _heat_map(shown: Sequence[ClassifyResult], labels: Sequence[str]) -> Spec:
    return {
        "type": "heatmap",
        "x": [f"{hz(result.rate_hz)}<br>{arm_name(result.arm)}" for result in shown],
        "y": [text(label) for label in labels],
        "z": [[_recall(result, label) for result in shown] for label in labels],
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, PALE_ORANGE], [1, SKY]],
        "textfont": {"color": "#000000"},
        "showscale": False,
        "texttemplate": "%{z:.0%}",
        "hovertemplate": "%{y} at %{x}: %{z:.1%}<extra></extra>",
        "xgap": 2,
        "ygap": 2,
    }


def _recall(result: ClassifyResult, label: str) -> float | None:
    return next((of_class.recall.value for of_class in result.class_recall if of_class.label == label), None)


def _recovered(tradeoff: Tradeoff, attacker: str, index: int) -> Iterator[Spec]:
    found = [result for result in tradeoff.privacy.words if result.attacker == attacker]
    words = {result.rate_hz: result.word_recovery for result in found}
    keywords = {result.rate_hz: result.keyword_recovery for result in found}
    yield series(f"words, {attacker}", words, style(2 * index), percent, aside=1 / ASIDE)
    yield series(f"keywords, {attacker}", keywords, style(2 * index + 1), percent, "dot", ASIDE)


def _categories(results: Sequence[PowerResult]) -> list[list[str]]:
    return [[hz(result.rate_hz) for result in results], [result.grid for result in results]]


def _bars(results: Sequence[PowerResult], name: str, index: int) -> Spec:
    parts: list[dict[str, float | None]] = [
        {part.name: part.power_mw.value for part in result.components} for result in results
    ]
    return {
        "type": "bar",
        "name": COMPONENTS.get(name, name),
        "x": _categories(results),
        "y": [of_result.get(name) for of_result in parts],
        "marker": {
            "color": COLOURS[index % len(COLOURS)],
            "pattern": {"shape": PATTERNS[index % len(PATTERNS)], "fillmode": "replace", "solidity": 0.6},
        },
        "hovertemplate": "%{x}: %{y:.3g} mW<extra>%{fullData.name}</extra>",
    }


def _totals(results: Sequence[PowerResult]) -> Spec:
    measured: list[Measurement] = [result.power_mw for result in results]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "total with interval",
        "x": _categories(results),
        "y": [measurement.value for measurement in measured],
        "error_y": error_bar(measured, color=GREY),
        "marker": {"color": GREY, "symbol": "line-ew-open", "size": 14, "line": {"width": 2}},
        "hovertemplate": "%{x}: %{y:.3g} mW<extra>total</extra>",
    }
