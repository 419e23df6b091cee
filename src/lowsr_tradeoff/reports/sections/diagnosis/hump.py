"""The one prediction that can fail: the lead of CSSD over BASD peaks at the middle rates."""

from collections.abc import Iterator

from lowsr_tradeoff.records.diagnosis import HumpTest
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, table_of
from lowsr_tradeoff.reports.wording import hz, listed, points


def entries(tradeoff: Tradeoff) -> Iterator[Entry]:
    """Yield the test of the prediction, as the page prints it, where there was one."""
    if not any(test.rise.value is not None and test.fall.value is not None for test in tradeoff.recognition.humps):
        return
    yield Entry("The one prediction that can fail", level=4)
    for sentence in (*hump(tradeoff), *null_result(tradeoff)):
        yield Entry(intro=sentence)
    yield Entry(table=table(tradeoff))


def table(tradeoff: Tradeoff) -> Table:
    """Return the test of the prediction that the lead of CSSD over BASD peaks at the middle rates."""
    return table_of(
        "The lead of CSSD over BASD at the middle rates, less that at the others",
        tradeoff.recognition.humps,
        (
            ("Features", lambda test: test.grid),
            ("Middle rates", lambda test: _rates(test.middle_rates_hz)),
            ("Others", lambda test: _rates(test.outer_rates_hz)),
            ("Middle less those below", lambda test: points(test.rise)),
            ("Middle less those above", lambda test: points(test.fall)),
            ("Middle less all others", lambda test: points(test.contrast)),
            ("Hump supported by these data?", _standing),
        ),
    )


def hump(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the outcome of the one prediction that can fail, a sentence or two for each feature layout."""
    return tuple(f"{test.grid.capitalize()} features: {_outcome(test)}" for test in tradeoff.recognition.humps)


def null_result(tradeoff: Tradeoff) -> Iterator[str]:
    """Yield in plain words what it means when nothing was shown."""
    if any(_standing(test).startswith("not supported") for test in tradeoff.recognition.humps):
        yield (
            "A hump that is not supported is a result: the prediction did not come true here. It counts against the"
            " hypothesis as far as the intervals leave no room for a hump that would matter; where they are wide,"
            " the study was too small to tell."
        )


def _rates(rates_hz: tuple[int, ...]) -> str:
    return listed(map(hz, rates_hz)) if rates_hz else "none"


def _standing(test: HumpTest) -> str:
    if test.is_supported:
        return "supported"
    if test.rise.value is None or test.fall.value is None:
        return "not tested"
    return "not supported by these data"


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
