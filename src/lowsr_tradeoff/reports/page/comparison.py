"""What differs between runs, as lines of text and as one page that needs nothing else."""

from collections.abc import Iterator, Sequence

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.decision import Change, Comparison, Difference
from lowsr_tradeoff.reports.page.assets import environment, read_template
from lowsr_tradeoff.reports.table import Row, Table
from lowsr_tradeoff.reports.wording import count, hz, points, shown

INTERVALS = (
    "A difference is supported if its 95 % interval does not include zero. Chance alone gives one such interval in"
    " twenty. A paired difference is computed for each resample of the clips or draw of the device, so what both"
    " runs share does not widen it. An independent one cannot be, and is too wide if the runs share clips. The"
    " intervals of accuracy include the luck of training, as far as folds and repetitions show it."
)


def lines(comparison: Comparison) -> tuple[str, ...]:
    """Return what differs as lines of text, supported differences alone."""
    return (
        *("\n".join(_changed(title, changes)) for title, changes in _groups(comparison) if changes),
        *(line for run in range(1, len(comparison.runs)) for line in _against_first(comparison, run)),
        *comparison.remarks,
        *warnings(comparison),
        INTERVALS,
    )


def page(comparison: Comparison) -> str:
    """Return what differs as one self-contained HTML file."""
    return (
        environment()
        .get_template("comparison.html.j2")
        .render(
            runs=comparison.runs,
            headlines=[_headline(comparison, run) for run in range(1, len(comparison.runs))],
            warnings=warnings(comparison),
            remarks=comparison.remarks,
            intervals=INTERVALS,
            changes=[_change_table(title, changes, comparison.runs) for title, changes in _groups(comparison)],
            differences=[
                (name, [_difference_table(comparison, run, name) for run in range(1, len(comparison.runs))])
                for name in ("Recognition", "Attackers", "Power")
            ],
            unmatched=_change_table("Figures that not every run has", comparison.unmatched, comparison.runs),
            css=read_template("report.css"),
        )
    )


def warnings(comparison: Comparison) -> tuple[str, ...]:
    """Return the reasons against using these figures for a decision; empty when there are none."""
    return ("Synthetic data, for trying out, not for decisions.",) if comparison.is_synthetic else ()


def _groups(comparison: Comparison) -> tuple[tuple[str, tuple[Change, ...]], ...]:
    return (
        ("Answers", comparison.decisions),
        ("Settings", comparison.settings),
        ("Corpora", comparison.corpora),
        ("Weights", comparison.weights),
        ("Versions", comparison.versions),
    )


def _changed(title: str, changes: Sequence[Change]) -> Iterator[str]:
    yield f"{title}:"
    for change in changes:
        yield f"  {change.what}: {' → '.join(map(_written, change.values))}"


def _written(value: str | None) -> str:
    return "absent" if value is None else value


def _against_first(comparison: Comparison, run: int) -> Iterator[str]:
    yield _headline(comparison, run)
    for found in _of_run(comparison, run):
        if found.is_supported:
            yield f"  {', '.join(_named(found))}: {shown(found.difference, points)}, {found.pairing}"


def _headline(comparison: Comparison, run: int) -> str:
    of_run = _of_run(comparison, run)
    n_paired = sum(found.pairing == "paired" for found in of_run)
    n_known = sum(found.difference.value is not None for found in of_run)
    n_supported = sum(found.is_supported for found in of_run)
    compared = f"{count(n_known, 'figure')} compared, {n_paired} of them paired"
    against = f"{comparison.runs[run]} against {comparison.runs[0]}"
    return f"{against}: {compared}; {count(n_supported, 'difference')} supported."


def _of_run(comparison: Comparison, run: int) -> list[Difference]:
    return [found for found in comparison.differences if found.run == run]


def _named(found: Difference) -> tuple[str, ...]:
    how = (arm_name(found.arm) if found.arm else None, found.grid and f"{found.grid} features")
    return tuple(filter(None, (found.measure, hz(found.rate_hz), found.attacker, *how, found.device)))


def _change_table(title: str, changes: Sequence[Change], runs: Sequence[str]) -> Table:
    rows = tuple((change.what, *map(_written, change.values)) for change in changes)
    return Table(title, ("What", *runs), rows)


def _difference_table(comparison: Comparison, run: int, name: str) -> Table:
    first, second = comparison.runs[0], comparison.runs[run]
    rows = tuple(_row(found) for found in _of_run(comparison, run) if _section(found) == name)
    columns = ("Rate", "Of what", first, second, f"{second} less {first}", "Intervals", "Finding")
    return Table(f"{name}: {second} against {first}", columns, rows)


def _section(found: Difference) -> str:
    if found.arm is not None:
        return "Recognition"
    return "Power" if found.attacker is None else "Attackers"


def _row(found: Difference) -> Row:
    _, rate, *of = _named(found)
    finding = "supported" if found.is_supported else "no difference shown"
    return (
        rate,
        f"{found.measure}: {', '.join(of)}" if of else found.measure,
        shown(found.first),
        shown(found.second),
        shown(found.difference, points),
        found.pairing,
        finding if found.difference.value is not None else "not compared",
    )
