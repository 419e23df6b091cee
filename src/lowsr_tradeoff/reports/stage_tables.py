"""The tables of the stages: recognition, speech and power by rate."""

from collections.abc import Iterable

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.classify import ClassifyResult, Contrast
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.privacy import PrivacyResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.placing import shown_recalls
from lowsr_tradeoff.reports.table import Cell, Row, Table
from lowsr_tradeoff.reports.tables import named
from lowsr_tradeoff.reports.wording import (
    COMPONENTS,
    accuracy_title,
    chance,
    chances,
    count,
    digits,
    hz,
    number,
    percent,
    points,
    support,
)


def accuracy(tradeoff: Tradeoff) -> Table:
    """Return accuracy with its spreads and macro-F1, by rate, training and features."""
    return Table(
        "Accuracy and macro-F1 by rate, training and features",
        (
            *("Rate", "Training", "Features", accuracy_title(tradeoff), "Between folds (sd)", "Between seeds (sd)"),
            *("Macro-F1", "Trained and tested on"),
        ),
        tuple(
            (
                *named(result),
                percent(result.accuracy),
                percent(result.fold_sd),
                percent(result.seed_sd),
                percent(result.macro_f1),
                _protocol(result),
            )
            for result in tradeoff.recognition.results
        ),
        n_heads=3,
    )


def recalls(results: Iterable[ClassifyResult]) -> Table:
    """Return the recall of every class by rate, one row for each class, training and features."""
    found: dict[Row, dict[int, Cell]] = {}
    for result in results:
        for of_class in result.class_recall:
            row = found.setdefault((of_class.label, arm_name(result.arm), result.grid), {})
            row[result.rate_hz] = percent(of_class.recall)
    rates_hz = sorted({rate for row in found.values() for rate in row})
    return Table(
        "Recall of each class by rate, for every training and features",
        ("Class", "Training", "Features", *map(hz, rates_hz)),
        tuple((*names, *(row.get(rate, "not run") for rate in rates_hz)) for names, row in found.items()),
        n_heads=3,
    )


def drawn_recalls(tradeoff: Tradeoff) -> Table:
    """Return the recall of every class by rate, for the results that are drawn."""
    shown = shown_recalls(tradeoff)
    found: dict[str, dict[int, Cell]] = {}
    for result in shown:
        for of_class in result.class_recall:
            found.setdefault(of_class.label, {})[result.rate_hz] = percent(of_class.recall)
    return Table(
        "Recall of each class by rate, as drawn",
        ("Class", *(f"{hz(result.rate_hz)}, {arm_name(result.arm)}, {result.grid}" for result in shown)),
        tuple((label, *(row.get(r.rate_hz, "no such class") for r in shown)) for label, row in found.items()),
    )


def contrasts(tradeoff: Tradeoff, *, is_declared: bool) -> Table:
    """Return paired differences in accuracy, their tests, and whether the data support them.

    Args:
        tradeoff: Everything the run found.
        is_declared: Whether to list those that were declared before any training, or those that explore.
    """
    which = "declared beforehand" if is_declared else "that explore"
    return Table(
        f"Paired differences in accuracy on the same clips, {which}",
        (
            *("First", "Second", "First minus second", "Supported by these data?", "p", "p, adjusted (Holm)"),
            *("p, t-test on folds", "Better", "Equal in practice", "Worse"),
            "Smallest that could be shown",
        ),
        tuple(
            (
                f"{hz(contrast.rate_hz)}, {arm_name(contrast.arm)}, {contrast.grid}",
                f"{hz(contrast.against_rate_hz)}, {arm_name(contrast.against)}, {contrast.against_grid}",
                points(contrast.difference),
                support(contrast),
                *_tests(contrast),
                percent(contrast.detectable),
            )
            for contrast in tradeoff.recognition.contrasts
            if contrast.is_declared is is_declared
        ),
        n_heads=2,
    )


def privacy(tradeoff: Tradeoff) -> Table:
    """Return what each attacker recovers by rate."""
    measures = (
        *("Words recovered", "by chance", "Keywords recovered", "by chance", "WER", "CER", "MER", "WIL"),
        *("Invented words", "Outputs that loop", "Empty outputs"),
    )
    return Table(
        "What the recognisers recover, by rate",
        ("Rate", "Attacker", *measures, "Words of the reference", "Compared with", "Speakers", "Decoding"),
        tuple(
            (
                *(hz(result.rate_hz), result.attacker, *_recovered(result), result.reference),
                *(str(result.n_speakers), f"{result.engine}: {result.policy}"),
            )
            for result in tradeoff.privacy.words
        ),
        n_heads=2,
    )


def intelligibility(tradeoff: Tradeoff) -> Table:
    """Return the signal measures by rate."""
    return Table(
        "Signal measures by rate, against the full-band original",
        ("Rate", "STOI", "ESTOI", "PESQ, wideband", "PESQ, narrowband", "SII of the band limit"),
        tuple(
            (
                *(hz(result.rate_hz), number(result.stoi), number(result.estoi)),
                *(number(result.pesq_wb), number(result.pesq_nb), number(result.sii)),
            )
            for result in tradeoff.privacy.intelligibility
        ),
    )


def power(tradeoff: Tradeoff) -> Table:
    """Return total power and battery hours of every device."""
    return Table(
        "Average power and battery hours by device, rate and features",
        (
            "Device",
            "Rate",
            "Features",
            "Average power",
            "Saved against the reference",
            "Battery",
            "Processor busy",
            "Converter runs at",
            "Standing",
        ),
        tuple(
            (
                *_powered(result),
                number(result.power_mw),
                percent(result.power_saved),
                number(result.battery_hours),
                percent(result.real_time_factor),
                _converter(result),
                f"infeasible: {'; '.join(result.infeasible)}" if result.infeasible else "feasible",
            )
            for result in tradeoff.power.results
        ),
        n_heads=3,
    )


def components(results: Iterable[PowerResult], caption: str) -> Table:
    """Return power by component."""
    drawn = [result for result in results if result.components]
    names = list(dict.fromkeys(part.name for result in drawn for part in result.components))
    rows = []
    for result in drawn:
        parts: dict[str, Cell] = {part.name: number(part.power_mw) for part in result.components}
        rows.append((*_powered(result), *(parts.get(name, "has none") for name in names)))
    return Table(
        caption, ("Device", "Rate", "Features", *(COMPONENTS[name].capitalize() for name in names)), tuple(rows), 3
    )


def costs(tradeoff: Tradeoff) -> Table:
    """Return what one classification computes, by rate and features."""
    unique = {(result.rate_hz, result.grid): result.cost for result in tradeoff.recognition.results}
    return Table(
        "What one classification computes, counted on the trained network",
        ("Rate", "Features", "Window", "Front end", "Multiply-accumulates", "Parameters", "Weights", "Activations"),
        tuple(
            (
                hz(cost.rate_hz),
                cost.grid,
                f"{cost.window_s:g} s",
                f"{cost.frames} FFTs of {cost.fft_size} points at {hz(cost.model_rate_hz)}, {cost.mel_bands} bands",
                f"{digits(sum(cost.macs.values()) / 1e6)} million",
                f"{cost.parameters}",
                f"{digits(cost.weight_bytes / 1024)} KiB",
                f"{digits(cost.activation_bytes / 1024)} KiB",
            )
            for cost in unique.values()
        ),
        n_heads=2,
    )


def _powered(result: PowerResult) -> Row:
    return result.device, hz(result.rate_hz), result.grid


def _recovered(result: PrivacyResult) -> Row:
    counts = result.counts
    missed = f"{counts.substitutions} substituted, {counts.deletions} deleted, {counts.insertions} inserted"
    return (
        percent(result.word_recovery),
        percent(result.word_chance),
        percent(result.keyword_recovery),
        percent(result.keyword_chance),
        percent(result.wer),
        percent(result.cer),
        percent(result.mer),
        percent(result.wil),
        percent(result.insertions),
        percent(result.repetition_loops),
        percent(result.empty_outputs),
        f"{counts.hits} hit, {missed}, of {counts.reference_words}",
    )


def _protocol(result: ClassifyResult) -> str:
    return (
        f"{count(result.n_clips, 'clip')}, {count(result.n_sources, 'source')},"
        f" {count(result.n_folds, 'fold')}, {count(result.n_seeds, 'seed')}"
    )


def _converter(result: PowerResult) -> str:
    if result.adc_rate_hz is None:
        return "not offered"
    return f"{hz(result.adc_rate_hz)}{', then decimated' if result.is_decimated else ''}"


def _tests(contrast: Contrast) -> tuple[str, ...]:
    if contrast.p_value is None:
        return ("not recorded",) * 6
    return (
        chance(contrast.p_value),
        "exploratory" if contrast.p_holm is None else chance(contrast.p_holm),
        "folds do not differ" if contrast.nb_p is None else chance(contrast.nb_p),
        *chances(contrast),
    )
