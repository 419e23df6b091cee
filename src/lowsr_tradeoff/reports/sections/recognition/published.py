"""What the paper's protocol and others' figures say beside those measured here."""

from collections.abc import Iterator

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.classify import Published
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import NAMED, Table, table_of
from lowsr_tradeoff.reports.wording import accuracy_title, hz, percent, points, share


def entries(tradeoff: Tradeoff) -> Iterator[Entry]:
    """Yield the published figures where there are any, and what the paper's protocol adds where it was kept."""
    if tradeoff.recognition.published:
        yield Entry(
            heading="Published beside measured",
            intro="A published figure stands without an interval of its own. It was measured with other weights,"
            " folds and seeds than those here, so a difference has more causes than one.",
            table=table(tradeoff),
        )
    if tradeoff.recognition.optimism:
        yield Entry(
            heading="How much the paper’s protocol flatters",
            intro="The paper’s code keeps the epoch that is best on the clips it then reports. Optimism is that"
            " accuracy less the one after the last epoch, of the same networks on the same clips.",
            table=optimism(tradeoff),
        )


def table(tradeoff: Tradeoff) -> Table:
    """Return published accuracies beside those measured here."""
    return table_of(
        "Published beside measured, shared features",
        tradeoff.recognition.published,
        (
            ("Rate", lambda one: hz(one.rate_hz)),
            ("Training", lambda one: arm_name(one.arm)),
            ("Published", lambda one: share(one.published)),
            (accuracy_title(tradeoff), lambda one: percent(one.measured)),
            ("Measured against published", _against),
            ("Source", lambda one: one.source),
        ),
        n_heads=2,
    )


def optimism(tradeoff: Tradeoff) -> Table:
    """Return by how much accuracy is overstated by the best epoch on the test fold."""
    return table_of(
        "The paper's protocol against the last epoch of the same networks",
        tradeoff.recognition.optimism,
        (
            *NAMED,
            ("Best epoch on the test fold", lambda one: percent(one.best_epoch)),
            ("Last epoch", lambda one: percent(one.last_epoch)),
            ("Optimism", lambda one: points(one.difference)),
        ),
        n_heads=3,
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
