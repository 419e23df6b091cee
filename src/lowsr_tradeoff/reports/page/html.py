"""The report: one HTML file that needs no other file and no network.

Its Content-Security-Policy forbids every request and every script but its own two, which it names by digest.
plotly.js, the figures and the whole trade-off are in it, compressed. Equal records give equal bytes. Text from
users is escaped, or passed compressed to the script, which sets it as text; it never becomes markup.
"""

from collections.abc import Iterable

from plotly.offline import get_plotlyjs

from lowsr_tradeoff.files.safe_text import source_of
from lowsr_tradeoff.records.run import ListenPack, Manifest, Tradeoff
from lowsr_tradeoff.reports.page.assets import compact_json, environment, packed, read_template
from lowsr_tradeoff.reports.page.sliders import PageDraws, choices, hours_offered, page_draws, without_draws
from lowsr_tradeoff.reports.sections import about, decision, power, recognition, speech
from lowsr_tradeoff.reports.sections.decision import frontier, verdict
from lowsr_tradeoff.reports.sections.decision.not_measured import not_measured
from lowsr_tradeoff.reports.sections.decision.placing import devices
from lowsr_tradeoff.reports.sections.entry import Entry, drawings, tables_of
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import accuracy_title

# Largest size of the whole trade-off in the page.
MOST_LETTERS = 1_000_000
SCRIPTS = ("decide.js", "words.js", "tables.js", "drawing.js", "panel.js", "page.js")


def render(tradeoff: Tradeoff, manifest: Manifest, listen: ListenPack) -> str:
    """Return the report as one self-contained HTML file."""
    (_, _, on_decision), *others = sections(tradeoff, listen)
    background = about.entries(tradeoff, manifest)
    entries = (*on_decision, *(entry for _, _, of_section in others for entry in of_section), *background)
    drawn_jointly = page_draws(tradeoff)
    plotly, script = get_plotlyjs(), "\n".join(map(read_template, SCRIPTS))
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            tradeoff=tradeoff,
            headline=verdict.headline(tradeoff),
            explanation=verdict.explanation(tradeoff),
            warnings=(*verdict.unusable(tradeoff), *verdict.warnings(tradeoff)),
            verdict_table=verdict.table(tradeoff),
            not_measured=not_measured(tradeoff),
            decision=on_decision,
            sections=others,
            background=background,
            accuracy_title=accuracy_title(tradeoff),
            devices=devices(tradeoff),
            n_stops=len(hours_offered(tradeoff)),
            listen=listen,
            recordings=about.recordings(listen),
            css=read_template("report.css"),
            sources=(source_of(plotly), source_of(script)),
            script=script,
            plotly=packed(plotly),
            content=packed(compact_json(_content(tradeoff, drawn_jointly, entries))),
            n_draws=drawn_jointly.n_draws,
            draws=packed(drawn_jointly.content),
            data=_results(tradeoff),
        )
    )


def sections(tradeoff: Tradeoff, listen: ListenPack) -> tuple[tuple[str, str, tuple[Entry, ...]], ...]:
    """Return the sections that have figures, in reading order: anchor, title, figures."""
    return (
        ("frontier-section", "Frontier", decision.entries(tradeoff)),
        ("recognition", "Recognition", recognition.entries(tradeoff)),
        ("understanding", "Understanding speech", speech.entries(tradeoff, listen)),
        ("power-section", "Power", power.entries(tradeoff)),
    )


def _results(tradeoff: Tradeoff) -> str:
    """The whole trade-off, packed; nothing of one that would make the page too large."""
    letters = packed(compact_json(without_draws(tradeoff).model_dump(mode="json")))
    return letters if len(letters) <= MOST_LETTERS else ""


def _content(tradeoff: Tradeoff, jointly: PageDraws, entries: Iterable[Entry]) -> dict[str, object]:
    """What the page's own script works on."""
    entries = tuple(entries)
    return {
        "choices": choices(tradeoff, jointly),
        "frontiers": frontier.frontiers(tradeoff),
        "specs": drawings(entries),
        "tables": {
            table.caption: _columns(table) for entry in entries for table in tables_of(entry) if table.is_huge
        },
    }


def _columns(table: Table) -> dict[str, object]:
    rows = [[cell if isinstance(cell, str) else (cell.value, cell.detail) for cell in row] for row in table.rows]
    return {"caption": table.caption, "columns": table.columns, "rows": rows, "n_heads": table.n_heads}
