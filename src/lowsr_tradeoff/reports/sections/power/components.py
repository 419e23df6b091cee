"""Where the power goes: average power by component, at each rate and features."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import GREY, Spec, bars, error_bar, markers, spec, titled
from lowsr_tradeoff.reports.sections.decision.placing import deciding_power, power_of, shown_by_rate
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, cross_table
from lowsr_tradeoff.reports.wording import hz, listed, number, sentences, whole

COMPONENTS = {
    "microphone": "microphone",
    "adc": "converter",
    "transfer": "moving samples",
    "decimator": "decimation",
    "upsampling": "restoring the rate",
    "front_end": "features",
    "inference": "network",
    "encoding": "encoding",
    "idle": "idle",
    "sleep": "sleep",
    "storage": "storage",
    "radio": "radio",
    "regulator": "regulator",
}


def entry(tradeoff: Tradeoff) -> Entry:
    """Return power by component, as the page prints it."""
    others = of_other_devices(tradeoff)
    return Entry(
        "Where the power goes",
        "power",
        _title(tradeoff),
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
        tables=(others,) if others.rows else (),
    )


def finding(tradeoff: Tradeoff) -> str:
    """Return what the lowest rate spends on waiting, and on hearing, on the deciding device."""
    device = tradeoff.decision.device
    shown = shown_by_rate(tradeoff)
    found = power_of(tradeoff, shown[0]) if shown else None
    if found is None or not found.components:
        return f"{device} can run none of these networks"
    total = sum(part.power_mw.value or 0.0 for part in found.components)
    waiting, hearing = (
        whole(sum(part.power_mw.value or 0.0 for part in found.components if part.name in names) / total)
        for names in (("idle", "sleep"), ("microphone", "adc"))
    )
    at = f"{hz(found.rate_hz)} on {device}"
    return f"at {at}: {waiting} % waiting for sound, {hearing} % microphone and converter"


def figure(tradeoff: Tradeoff) -> Spec:
    """Return average power by component for each rate and features of the deciding device, stacked."""
    results = deciding_power(tradeoff)
    places = rates_and_features(results)
    parts = [{COMPONENTS.get(p.name, p.name): p.power_mw.value for p in result.components} for result in results]
    totals = markers(
        places,
        [result.power_mw.value for result in results],
        {"color": GREY, "symbol": "line-ew-open", "size": 14, "line": {"width": 2}},
        name="total with interval",
        error_y=error_bar([result.power_mw for result in results], color=GREY),
        hovertemplate="%{x}: %{y:.3g} mW<extra>total</extra>",
    )
    return spec(
        [*bars(places, parts, "%{x}: %{y:.3g} mW<extra>%{fullData.name}</extra>"), totals],
        titled("sampling rate and features (the choice)", showgrid=False),
        titled("average power in mW<br>(less is better)", rangemode="tozero"),
        barmode="stack",
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return power by component on the deciding device."""
    return by_component(_title(tradeoff), deciding_power(tradeoff), _powers)


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    results = [result for result in deciding_power(tradeoff) if result.power_mw.value is not None]
    if not results:
        return f"No rate is feasible on {tradeoff.decision.device}."
    return sentences(
        f"Least: {_in_words(min(results, key=_power))}",
        f"Most: {_in_words(max(results, key=_power))}",
        "The bars are modelled means; the mark on each is the total with its 95 % interval",
        *_infeasible(tradeoff),
    )


def of_other_devices(tradeoff: Tradeoff) -> Table:
    """Return power by component on the devices that do not decide."""
    others = [result for result in tradeoff.power.results if result.device != tradeoff.decision.device]
    return by_component("Average power by component on the other devices", others, _powers)


def by_component(
    title: str, results: Iterable[PowerResult], figures_of: Callable[[PowerResult], dict[str, Measurement]]
) -> Table:
    """Return a figure of every component, a row for each result that can run."""
    found = [(place(result), figures_of(result)) for result in results if result.components]
    headings = {"total": "All at once", **{name: words.capitalize() for name, words in COMPONENTS.items()}}
    return cross_table(
        title,
        ("Device", "Rate", "Features"),
        {name: headings[name] for _, figures in found for name in figures},
        ((names, name, number(figure)) for names, figures in found for name, figure in figures.items()),
        "has none",
    )


def place(result: PowerResult) -> tuple[str, str, str]:
    """Return what names a result: device, rate, features."""
    return result.device, hz(result.rate_hz), result.grid


def rates_and_features(results: Sequence[PowerResult]) -> list[list[str]]:
    """Return the two lines of an axis of results."""
    return [[hz(result.rate_hz) for result in results], [result.grid for result in results]]


def _powers(result: PowerResult) -> dict[str, Measurement]:
    return {part.name: part.power_mw for part in result.components}


def _title(tradeoff: Tradeoff) -> str:
    return f"Average power by component on {tradeoff.decision.device}"


def _power(result: PowerResult) -> float:
    return result.power_mw.value or 0.0


def _in_words(result: PowerResult) -> str:
    parts = [part for part in result.components if part.power_mw.value is not None]
    largest = max(parts, key=lambda part: part.power_mw.value or 0.0, default=None)
    share = f"; its largest part is {COMPONENTS[largest.name]}" if largest else ""
    return f"{number(result.power_mw).brief} at {hz(result.rate_hz)} with {result.grid} features{share}"


def _infeasible(tradeoff: Tradeoff) -> Iterator[str]:
    results = [result for result in deciding_power(tradeoff) if result.infeasible]
    if results:
        each = (f"{hz(r.rate_hz)}, {r.grid} features: {listed(r.infeasible)}" for r in results)
        yield f"Infeasible, without a bar: {'; '.join(each)}"
