"""What a gate decided: lines for a terminal, a summary in Markdown, and JUnit's XML for a CI server."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from lowsr_tradeoff.decision.answer import held_against, is_met
from lowsr_tradeoff.files.safe_text import line, markdown
from lowsr_tradeoff.records.decision import GateResult, RateVerdict
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.certainty import share_of_draws
from lowsr_tradeoff.reports.sections.decision.placing import find
from lowsr_tradeoff.reports.sections.decision.verdict import warnings
from lowsr_tradeoff.reports.wording import asked_for, hz, listed, point_name
from lowsr_tradeoff.settings.limits import Constraints, Limit


def headline(tradeoff: Tradeoff, result: GateResult) -> str:
    """Return the answer in one sentence."""
    if result.point_id is None:
        return f"no rate passes on {result.device}."
    return f"{point_name(find(tradeoff, result.point_id))} on {result.device}."


def required(result: GateResult) -> Iterator[str]:
    """Yield what was required, and how it was held against the figures."""
    sure = f"; all at once with probability {result.confidence:g} or more" if result.confidence else ""
    yield f"Required: {listed(asked_for(result.constraints))}{sure}."
    yield "Each limit is held against what the figure could be: the worse end of its 95 % interval."
    if result.attacker_data != "1x":
        yield f"Attackers that learn are taken with {result.attacker_data} their data, extrapolated."


def name_of(tradeoff: Tradeoff, verdict: RateVerdict) -> str:
    """Return the rate with the training and features of its best point."""
    return point_name(find(tradeoff, verdict.point_id)) if verdict.point_id else hz(verdict.rate_hz)


def met(verdict: RateVerdict, result: GateResult) -> tuple[str, ...]:
    """Return the figures that meet their limits."""
    figures = [(limit, verdict.figures[name]) for name, limit in _limits(result) if name in verdict.figures]
    return tuple(held_against(limit, figure) for limit, figure in figures if is_met(limit, figure))


def all_at_once(verdict: RateVerdict) -> str:
    """Return how sure it is that all limits are met at once."""
    return f"all limits at once: probability {share_of_draws(verdict.p_meets)}"


def remarks(tradeoff: Tradeoff, result: GateResult) -> tuple[str, ...]:
    """Return what was not tested, and what else speaks against the figures."""
    return (*(f"Not tested: {attacker}." for attacker in result.not_tested), *warnings(tradeoff))


def summary(tradeoff: Tradeoff, result: GateResult) -> str:
    """Return the decision as Markdown, for the page of a pull request."""
    answer = "PASS" if result.passes else "FAIL"
    rows = (
        f"| {markdown(name_of(tradeoff, verdict))} | {'passes' if verdict.passes else 'fails'}"
        f" | {markdown('; '.join(short.sentence for short in verdict.shortfalls)) or 'nothing'}"
        f" | {markdown('; '.join(met(verdict, result))) or 'nothing'}"
        f" | {share_of_draws(verdict.p_meets)} |"
        for verdict in result.rates
    )
    return "\n".join(
        [
            f"## {answer}: {markdown(headline(tradeoff, result))}",
            "",
            *map(markdown, required(result)),
            "",
            "| rate | | misses | meets | probability of all at once |",
            "|---|---|---|---|---|",
            *rows,
            "",
            *(f"- {markdown(remark)}" for remark in remarks(tradeoff, result)),
            "",
        ]
    )


def junit(tradeoff: Tradeoff, result: GateResult) -> bytes:
    """Return the decision as JUnit's XML: a test of the whole, and one a rate.

    A rate that fails is a failure where none passes, and else skipped, since one rate is enough.
    """
    tests = [
        _case("a rate passes", None if result.passes else headline(tradeoff, result), "failure"),
        *(
            _case(
                name_of(tradeoff, verdict),
                "; ".join(short.sentence for short in verdict.shortfalls) or None,
                "skipped" if result.passes else "failure",
            )
            for verdict in result.rates
        ),
    ]
    n_failed, n_skipped = (sum(test.find(kind) is not None for test in tests) for kind in ("failure", "skipped"))
    suite = ET.Element("testsuite", name="lowsr-tradeoff gate", tests=str(len(tests)))
    suite.attrib |= {"failures": str(n_failed), "skipped": str(n_skipped), "errors": "0"}
    suite.extend(tests)
    root = ET.Element("testsuites")
    root.append(suite)
    found: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return found


def _case(name: str, reason: str | None, kind: str) -> ET.Element:
    case = ET.Element("testcase", classname="gate", name=line(name))
    if reason is not None:
        ET.SubElement(case, kind, message=line(reason))
    return case


def _limits(result: GateResult) -> Iterator[tuple[str, Limit]]:
    """The limits with the names of their constraints."""
    constraints = Constraints(**result.constraints)
    return zip(constraints.given(), constraints.limits(), strict=True)
