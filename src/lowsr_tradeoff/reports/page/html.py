"""The report: one HTML file that needs no other file and no network.

Its Content-Security-Policy forbids every request and every script but its own two, which it names by digest.
plotly.js, the figures and the whole trade-off are in it, compressed; plotly.js is unpacked when a figure is opened.
Equal records give equal bytes. Text from users is escaped, or passed compressed to the script, which sets it as
text; it never becomes markup.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from plotly.offline import get_plotlyjs

from lowsr_tradeoff.files.safe_text import source_of
from lowsr_tradeoff.records.run import ListenPack, Manifest, Tradeoff
from lowsr_tradeoff.reports.page.assets import compact_json, environment, packed, read_template
from lowsr_tradeoff.reports.page.draws import page_draws, without_draws
from lowsr_tradeoff.reports.page.first_screen import first_screen
from lowsr_tradeoff.reports.sections import about, power, recognition, speech
from lowsr_tradeoff.reports.sections.entry import Entry, Section, content_of, drawings, tables_of
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import count, hz

# Largest size of the whole page: the results are left out of one that they would make larger.
MOST_BYTES = 3_000_000
# Where they are put: no text of users holds this, as it is escaped.
RESULTS = "<results/>"
SCRIPTS = ("decide.js", "answer.js", "picture.js", "rates.js", "limits.js", "tables.js", "page.js")


def render(tradeoff: Tradeoff, manifest: Manifest, listen: ListenPack) -> str:
    """Return the report as one self-contained HTML file."""
    with ThreadPoolExecutor(1) as beside:
        packing = beside.submit(_plotly)
        shown, drawn, last = sections(tradeoff, listen), page_draws(tradeoff), about.section(tradeoff, manifest)
    entries = [entry for section in (*shown, last) for entry in section.entries]
    (plotly, plotly_source), script = packing.result(), "\n".join(map(read_template, SCRIPTS))
    content = {
        "recalls": recognition.recall.by_network(tradeoff),
        "specs": drawings(entries),
        "tables": _huge(entries),
    }
    page = (
        environment()
        .get_template("report.html.j2")
        .render(
            tradeoff=tradeoff,
            measured_on=_measured_on(tradeoff),
            synthetic=[corpus for corpus in tradeoff.corpora if corpus.is_synthetic],
            before=shown[:3],
            after=(shown[3], last),
            listen=listen,
            recordings=about.recordings(listen),
            finding=about.heard(listen),
            content_of=content_of,
            hz=hz,
            css=read_template("report.css"),
            sources=(plotly_source, source_of(script)),
            script=script,
            plotly=plotly,
            screen=packed(compact_json(first_screen(tradeoff, listen, drawn))),
            content=packed(compact_json(content)),
            draws=packed(drawn.content),
            data=RESULTS,
        )
    )
    results = packed(compact_json(without_draws(tradeoff).model_dump(mode="json")))
    return page.replace(RESULTS, results if len(page.encode()) + len(results) <= MOST_BYTES else "")


def sections(tradeoff: Tradeoff, listen: ListenPack) -> tuple[Section, ...]:
    """Return the sections that have figures, in reading order."""
    return (
        recognition.sounds(tradeoff),
        speech.section(tradeoff, listen),
        power.section(tradeoff),
        recognition.training(tradeoff),
    )


@cache
def _plotly() -> tuple[str, str]:
    """Return plotly.js packed, which takes a while, and its digest for the policy."""
    script = get_plotlyjs()
    return packed(script), source_of(script)


def _measured_on(tradeoff: Tradeoff) -> str:
    """What the figures rest on, in a few words."""
    things = {"events": "sound clip", "speech": "spoken recording"}
    each = (count(corpus.n_clips, things[corpus.kind]) for corpus in tradeoff.corpora)
    return " · ".join((*each, count(len(tradeoff.all_rates_hz()), "rate")))


def _huge(entries: Iterable[Entry]) -> dict[str, dict[str, object]]:
    """The tables that the page puts together itself, by their captions."""
    parts = (part for entry in entries for table in tables_of(entry) for part in table.parts())
    return {part.caption: _columns(part) for part in parts if part.is_huge}


def _columns(table: Table) -> dict[str, object]:
    rows = [[cell if isinstance(cell, str) else (cell.value, cell.detail) for cell in row] for row in table.rows]
    return {"caption": table.caption, "columns": table.columns, "rows": rows, "n_heads": table.n_heads,
            "prose": sorted(table.prose)}  # fmt: skip
