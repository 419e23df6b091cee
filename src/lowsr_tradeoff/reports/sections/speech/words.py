"""Words recovered: by rate, by kind of word, and what the recogniser wrote down."""

from lowsr_tradeoff.records.privacy import PrivacyResult
from lowsr_tradeoff.records.run import ListenPack, Tradeoff
from lowsr_tradeoff.reports.plot import ASIDE, Spec, rate_axis, series, share_axis, spec, style
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Row, Table
from lowsr_tradeoff.reports.wording import hz, listed, percent, points, sentences


def entry(tradeoff: Tradeoff, listen: ListenPack) -> Entry:
    """Return the words recovered, as the page prints them."""
    return Entry(
        "Words recovered",
        "privacy",
        "Words recovered by rate",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
        note="Stop words can be guessed, so content words and digits are counted apart. By chance is what the same"
        " outputs recover of utterances that they do not belong to.",
        tables=(kinds(tradeoff), rate_differences(tradeoff)),
        folded=(("What the recogniser wrote down", transcripts(listen)),),
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return the words and keywords that each attacker recovers by rate."""
    traces = []
    for index, (attacker, found) in enumerate(_by_attacker(tradeoff).items()):
        words = {result.rate_hz: result.word_recovery for result in found}
        keywords = {result.rate_hz: result.keyword_recovery for result in found}
        traces += [
            series(f"words, {attacker}", words, style(2 * index), percent, aside=1 / ASIDE),
            series(f"keywords, {attacker}", keywords, style(2 * index + 1), percent, "dot", ASIDE),
        ]
    return spec(
        traces,
        rate_axis(result.rate_hz for result in tradeoff.privacy.words),
        share_axis("recovered<br>(lower is better for this report)"),
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return what each attacker recovers by rate."""
    measures = (
        *("Words recovered", "by chance", "Keywords recovered", "by chance", "WER", "CER", "MER", "WIL"),
        *("Invented words", "Outputs that loop", "Empty outputs"),
    )
    return Table(
        "What the recognisers recover, by rate",
        ("Rate", "Attacker", *measures, "Words of the reference", "Compared with", "Speakers", "Decoding"),
        tuple(_row(result) for result in tradeoff.privacy.words),
        n_heads=2,
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    each = []
    for attacker, found in _by_attacker(tradeoff).items():
        in_order = sorted(found, key=lambda result: result.rate_hz)
        shares = [f"{percent(result.word_recovery).brief} at {hz(result.rate_hz)}" for result in in_order]
        each.append(f"Share of the words that {attacker} recovers: {listed(shares)}")
    return sentences(*each or ["No attacker was tried"], "Bars are 95 % intervals")


def kinds(tradeoff: Tradeoff) -> Table:
    """Return word recovery by kind of word, beside chance."""
    return Table(
        "Words recovered by kind, and by chance",
        ("Rate", "Attacker", "Words", "Recovered", "By chance"),
        tuple(
            (hz(found.rate_hz), found.attacker, kind.kind, percent(kind.recovery), percent(kind.chance))
            for found in tradeoff.privacy.words
            for kind in found.kinds
        ),
        n_heads=3,
    )


def rate_differences(tradeoff: Tradeoff) -> Table:
    """Return how much less of the same words each rate gives away than the next higher one."""
    return Table(
        "Words recovered at each rate less those at the next higher one, over the same words",
        ("Rate", "Against", "Attacker", "Difference", "Supported by these data?"),
        tuple(
            (
                *(hz(found.rate_hz), hz(found.against_rate_hz), found.attacker, points(found.difference)),
                "supported" if found.is_supported else "not supported by these data",
            )
            for found in tradeoff.privacy.rate_differences
        ),
        n_heads=2,
    )


def transcripts(listen: ListenPack) -> Table:
    """Return what was said and what was written down, where the report may hold it."""
    return Table(
        "What was said, and what the recogniser wrote down",
        ("Utterance", "Rate", "Said", "Written down"),
        tuple(
            (line.clip_id, hz(line.rate_hz), line.reference or "not transcribed", line.recognised or "nothing")
            for line in listen.transcripts
        ),
        n_heads=2,
    )


def _by_attacker(tradeoff: Tradeoff) -> dict[str, list[PrivacyResult]]:
    groups: dict[str, list[PrivacyResult]] = {}
    for result in tradeoff.privacy.words:
        groups.setdefault(result.attacker, []).append(result)
    return groups


def _row(result: PrivacyResult) -> Row:
    counts = result.counts
    shares = (
        *(result.word_recovery, result.word_chance, result.keyword_recovery, result.keyword_chance),
        *(result.wer, result.cer, result.mer, result.wil),
        *(result.insertions, result.repetition_loops, result.empty_outputs),
    )
    missed = f"{counts.substitutions} substituted, {counts.deletions} deleted, {counts.insertions} inserted"
    return (
        hz(result.rate_hz),
        result.attacker,
        *map(percent, shares),
        f"{counts.hits} hit, {missed}, of {counts.reference_words}",
        *(result.reference, str(result.n_speakers), f"{result.engine}: {result.policy}"),
    )
