"""Words recovered: by rate, by kind of word, and what the recogniser wrote down."""

from operator import attrgetter

from lowsr_tradeoff.corpora.rows import grouped
from lowsr_tradeoff.records.privacy import RateDifference, WordCounts
from lowsr_tradeoff.records.run import ListenPack, Tradeoff
from lowsr_tradeoff.reports.plot import ASIDE, Spec, rate_axis, series, share_axis, spec, style
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, table_of
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
        folded=(("What the strongest recogniser wrote down", transcripts(listen)),),
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return the words and keywords that each attacker recovers by rate."""
    traces = []
    for index, (attacker, found) in enumerate(grouped(tradeoff.privacy.words, attrgetter("attacker")).items()):
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
    return table_of(
        "What the recognisers recover, by rate",
        tradeoff.privacy.words,
        (
            ("Rate", lambda result: hz(result.rate_hz)),
            ("Attacker", lambda result: result.attacker),
            ("Words recovered", lambda result: percent(result.word_recovery)),
            ("by chance", lambda result: percent(result.word_chance)),
            ("Keywords recovered", lambda result: percent(result.keyword_recovery)),
            ("by chance", lambda result: percent(result.keyword_chance)),
            ("WER", lambda result: percent(result.wer)),
            ("CER", lambda result: percent(result.cer)),
            ("MER", lambda result: percent(result.mer)),
            ("WIL", lambda result: percent(result.wil)),
            ("Invented words", lambda result: percent(result.insertions)),
            ("Outputs that loop", lambda result: percent(result.repetition_loops)),
            ("Empty outputs", lambda result: percent(result.empty_outputs)),
            ("Words of the reference", lambda result: _counts(result.counts)),
            ("Compared with", lambda result: result.reference),
            ("Speakers", lambda result: str(result.n_speakers)),
            ("Decoding", lambda result: f"{result.engine}: {result.policy}"),
        ),
        n_heads=2,
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return what the figure shows."""
    each = []
    for attacker, found in grouped(tradeoff.privacy.words, attrgetter("attacker")).items():
        in_order = sorted(found, key=lambda result: result.rate_hz)
        shares = [f"{percent(result.word_recovery).brief} at {hz(result.rate_hz)}" for result in in_order]
        each.append(f"Share of the words that {attacker} recovers: {listed(shares)}")
    if n_wordless := max((result.n_wordless for result in tradeoff.privacy.words), default=0):
        each.append(f"Not counted: {n_wordless} utterances of which no word is left to compare, as of “Mhm.”")
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
    """Return how many fewer of the same words are recovered at each rate than at the next higher one."""
    return table_of(
        "Words recovered at each rate less those at the next higher one, over the same words",
        tradeoff.privacy.rate_differences,
        (
            ("Rate", lambda found: hz(found.rate_hz)),
            ("Against", lambda found: hz(found.against_rate_hz)),
            ("Attacker", lambda found: found.attacker),
            ("Difference", lambda found: points(found.difference)),
            ("Supported by these data?", _supported),
        ),
        n_heads=2,
    )


def transcripts(listen: ListenPack) -> Table:
    """Return what was said and what was recognised, if transcripts may be in the report."""
    return table_of(
        "What was said, and what the recogniser that recovers most at the rate wrote down",
        listen.transcripts,
        (
            ("Utterance", lambda line: line.clip_id),
            ("Rate", lambda line: hz(line.rate_hz)),
            ("Attacker", lambda line: line.attacker),
            ("Said", lambda line: line.reference or "not transcribed"),
            ("Written down", lambda line: line.recognised or "nothing"),
        ),
        n_heads=2,
    )


def _supported(found: RateDifference) -> str:
    return "supported" if found.is_supported else "not supported by these data"


def _counts(counts: WordCounts) -> str:
    missed = f"{counts.substitutions} substituted, {counts.deletions} deleted, {counts.insertions} inserted"
    return f"{counts.hits} hit, {missed}, of {counts.reference_words}"
