"""Differences between ways of training, on the same clips, folds and seeds."""

from collections.abc import Iterator, Sequence

from lowsr_tradeoff.classify.arms import arm_name, arm_of
from lowsr_tradeoff.records.classify import Contrast
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.certainty import chance, chances, support
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, table_of
from lowsr_tradeoff.reports.wording import count, hz, percent, points, sentences


def entry(tradeoff: Tradeoff) -> Entry:
    """Return the differences, as the page prints them."""
    return Entry(
        heading="Differences between ways of training",
        intro=f"Both are tested on the same clips, folds and seeds. {caption(tradeoff)}",
        table=table(tradeoff, is_declared=True),
        folded=(("Exploratory differences", table(tradeoff, is_declared=False)),),
        kind="tight",
    )


def between_networks(tradeoff: Tradeoff) -> list[Contrast]:
    """Return the differences between two networks; those from the control are :mod:`control`'s."""
    return [contrast for contrast in tradeoff.recognition.contrasts if arm_of(contrast.against).is_network]


def table(tradeoff: Tradeoff, *, is_declared: bool) -> Table:
    """Return the paired differences declared before any training, or those that explore, with their tests."""
    which = "declared beforehand" if is_declared else "that explore"
    return table_of(
        f"Paired differences in accuracy on the same clips, {which}",
        [contrast for contrast in between_networks(tradeoff) if contrast.is_declared is is_declared],
        (
            ("First", lambda of: f"{hz(of.rate_hz)}, {arm_name(of.arm)}, {of.grid}"),
            ("Second", lambda of: f"{hz(of.against_rate_hz)}, {arm_name(of.against)}, {of.against_grid}"),
            ("First minus second", lambda of: points(of.difference)),
            ("Supported by these data?", support),
            ("p", lambda of: chance(of.p_value)),
            ("p, adjusted (Holm)", lambda of: "exploratory" if of.p_holm is None else chance(of.p_holm)),
            ("p, t-test on folds", lambda of: "folds do not differ" if of.nb_p is None else chance(of.nb_p)),
            ("Better", lambda of: chances(of)[0]),
            ("Equal in practice", lambda of: chances(of)[1]),
            ("Worse", lambda of: chances(of)[2]),
            ("Smallest that could be shown", lambda of: percent(of.detectable)),
        ),
        n_heads=2,
    )


def finding(tradeoff: Tradeoff) -> str:
    """Return how many of the declared differences the data support."""
    declared = [contrast for contrast in tradeoff.recognition.contrasts if contrast.is_declared]
    if not declared:
        return "no difference between ways of training was declared beforehand"
    n_supported = sum(contrast.is_supported for contrast in declared)
    return f"{n_supported} of {count(len(declared), 'declared difference')} supported by these data"


def caption(tradeoff: Tradeoff) -> str:
    """Return how the differences were tested, and what could have been found at all."""
    declared = [contrast for contrast in between_networks(tradeoff) if contrast.is_declared]
    if not declared:
        return "No difference was declared beforehand: all of them explore."
    return sentences(
        f"{count(len(declared), 'difference')} of the paper's three arms, at the same rate and features, were"
        " declared before any training; they are supported when the p-value adjusted for their number (Holm) is"
        " below 0.05 and the 95 % interval leaves out zero",
        "The others explore: theirs are supported when the interval leaves out zero, and of twenty without a"
        " difference about one is",
        *_could_be_shown(declared),
        "The t-test on folds is Nadeau and Bengio's; better, equal and worse are probabilities from the same folds",
        f"Equal in practice means within {100 * declared[0].region:g} point of each other",
    )


def _could_be_shown(declared: Sequence[Contrast]) -> Iterator[str]:
    sizes = [contrast.detectable.value for contrast in declared if contrast.detectable.value is not None]
    if sizes:
        ends = dict.fromkeys(f"{100 * size:.1f}" for size in (min(sizes), max(sizes)))
        yield (
            "The smallest difference this corpus could have shown, in 80 of 100 such studies, is"
            f" {' to '.join(ends)} points, by rate and pair; of smaller ones a missing proof says nothing"
        )
