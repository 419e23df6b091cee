"""Published accuracies beside those measured here."""

from collections.abc import Iterator

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.classify import Published
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import accuracy_title, hz, percent, share


def entries(tradeoff: Tradeoff) -> Iterator[Entry]:
    """Yield the published figures, as the page prints them, where there are any."""
    if tradeoff.recognition.published:
        yield Entry(
            heading="Published beside measured",
            intro="A published figure stands without an interval of its own. It was measured with other weights,"
            " folds and seeds than those here, so a difference has more causes than one.",
            table=table(tradeoff),
        )


def table(tradeoff: Tradeoff) -> Table:
    """Return published accuracies beside those measured here."""
    return Table(
        "Published beside measured, shared features",
        ("Rate", "Training", "Published", accuracy_title(tradeoff), "Measured against published", "Source"),
        tuple(
            (
                *(hz(one.rate_hz), arm_name(one.arm), share(one.published)),
                *(percent(one.measured), _against(one), one.source),
            )
            for one in tradeoff.recognition.published
        ),
        n_heads=2,
    )


def published_lines(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return published beside measured accuracies as lines of text; none where nothing was published."""
    return tuple(
        f"{hz(one.rate_hz)} ({arm_name(one.arm)}): published {share(one.published)}, measured"
        f" {percent(one.measured)}; {_against(one)}; {one.source}"
        for one in tradeoff.recognition.published
    )


def _against(one: Published) -> str:
    measured = one.measured
    if measured.value is None:
        return "nothing to compare"
    apart = f"{100 * (measured.value - one.published):+z.1f} points"
    if measured.low is None or measured.high is None:
        return apart
    is_inside = measured.low <= one.published <= measured.high
    return f"{apart}; published lies {'inside' if is_inside else 'outside'} the measured interval"
