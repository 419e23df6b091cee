"""The report: one HTML file that needs nothing else and asks no network for anything.

Its Content-Security-Policy forbids every request and every script but its two own, which it names by digest.
plotly.js, what is drawn and the whole trade-off lie in it packed. Equal records give equal bytes. Text from users
passes through autoescaping, or packed to its script, which sets it as text; it never becomes markup.
"""

from collections.abc import Mapping

from plotly.offline import get_plotlyjs

from lowsr_tradeoff.files.safe_text import source_of
from lowsr_tradeoff.records.run import ListenPack, Manifest, Tradeoff
from lowsr_tradeoff.reports import (
    about,
    captions,
    confusions,
    diagnosis_figures,
    diagnosis_tables,
    diagnosis_text,
    figures,
    learning,
    power_figures,
    power_tables,
    privacy_figures,
    privacy_tables,
    recognition_figures,
    recognition_tables,
    stage_figures,
    stage_tables,
    tables,
)
from lowsr_tradeoff.reports.choosing import choices, devices, hours_offered
from lowsr_tradeoff.reports.packing import compact_json, packed
from lowsr_tradeoff.reports.page_draws import PageDraws, page_draws, without_draws
from lowsr_tradeoff.reports.plot import Figure
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.templating import environment, read_template
from lowsr_tradeoff.reports.verdict import explanation, headline, not_measured, warnings
from lowsr_tradeoff.reports.wording import accuracy_title

# What the whole trade-off may take inside the page.
MOST_LETTERS = 1_000_000
SCRIPTS = ("decide.js", "words.js", "tables.js", "drawing.js", "panel.js", "page.js")


def render(tradeoff: Tradeoff, manifest: Manifest, listen: ListenPack) -> str:
    """Return the report as one self-contained HTML file.

    Args:
        tradeoff: Everything the run found.
        manifest: How the run went.
        listen: The clips to listen to.
    """
    drawn = every_figure(tradeoff)
    tabled = {**_tables(tradeoff, manifest), **_speech_tables(tradeoff, listen)}
    drawn_jointly = page_draws(tradeoff)
    plotly, script = get_plotlyjs(), "\n".join(map(read_template, SCRIPTS))
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            tradeoff=tradeoff,
            headline=headline(tradeoff),
            explanation=explanation(tradeoff),
            warnings=warnings(tradeoff),
            not_measured=not_measured(tradeoff),
            protocol=captions.protocol(tradeoff),
            differences=captions.differences(tradeoff),
            no_choices=recognition_figures.why_no_choices(tradeoff),
            hump=(*diagnosis_text.hump(tradeoff), *diagnosis_text.null_result(tradeoff)),
            verdict_table=tables.verdict(tradeoff),
            figures=drawn,
            tables=tabled,
            accuracy_title=accuracy_title(tradeoff),
            devices=devices(tradeoff),
            n_stops=len(hours_offered(tradeoff)),
            listen=listen,
            heard=about.heard(listen),
            css=read_template("report.css"),
            sources=(source_of(plotly), source_of(script)),
            script=script,
            plotly=packed(plotly),
            content=packed(compact_json(_content(tradeoff, drawn_jointly, drawn, tabled))),
            n_draws=drawn_jointly.n_draws,
            draws=packed(drawn_jointly.content),
            data=_results(tradeoff),
        )
    )


def _results(tradeoff: Tradeoff) -> str:
    """The whole trade-off, packed; nothing of one that would make the page too large."""
    letters = packed(compact_json(without_draws(tradeoff).model_dump(mode="json")))
    return letters if len(letters) <= MOST_LETTERS else ""


def _content(
    tradeoff: Tradeoff, jointly: PageDraws, drawn: Mapping[str, Figure], tabled: Mapping[str, Table]
) -> dict[str, object]:
    """What the page's own script works on."""
    every = (*(figure.table for figure in drawn.values()), *tabled.values())
    return {
        "choices": choices(tradeoff, jointly),
        "frontiers": figures.frontiers(tradeoff),
        "specs": {name: figure.spec for name, figure in drawn.items()},
        "tables": {table.caption: _columns(table) for table in every if table.is_huge},
    }


def _columns(table: Table) -> dict[str, object]:
    rows = [[cell if isinstance(cell, str) else (cell.value, cell.detail) for cell in row] for row in table.rows]
    return {"caption": table.caption, "columns": table.columns, "rows": rows, "n_heads": table.n_heads}


def _speech_tables(tradeoff: Tradeoff, listen: ListenPack) -> dict[str, Table]:
    return {
        "strongest": privacy_tables.strongest(tradeoff),
        "microphones": privacy_tables.microphones(tradeoff),
        "kinds": privacy_tables.kinds(tradeoff),
        "rate_differences": privacy_tables.rate_differences(tradeoff),
        "published_speech": privacy_tables.published(),
        "transcripts": privacy_tables.transcripts(listen),
    }


def every_figure(tradeoff: Tradeoff) -> dict[str, Figure]:
    """Return the page's figures by name, in its order."""
    drawings = (
        figures.frontier(tradeoff),
        figures.speech(tradeoff),
        stage_figures.accuracy(tradeoff),
        stage_figures.recall(tradeoff),
        confusions.confusions(tradeoff),
        recognition_figures.choices(tradeoff),
        diagnosis_figures.information(tradeoff),
        diagnosis_figures.recoverability(tradeoff),
        diagnosis_figures.energy(tradeoff),
        privacy_figures.attackers(tradeoff),
        *learning.curves(tradeoff),
        stage_figures.privacy(tradeoff),
        stage_figures.intelligibility(tradeoff),
        stage_figures.power(tradeoff),
        power_figures.battery(tradeoff),
        power_figures.sensitivity(tradeoff),
    )
    return {figure.name: figure for figure in drawings}


def _tables(tradeoff: Tradeoff, manifest: Manifest) -> dict[str, Table]:
    elsewhere = [result for result in tradeoff.power.results if result.device != tradeoff.decision.device]
    return {
        "accuracy": stage_tables.accuracy(tradeoff),
        "arms": recognition_tables.arms(tradeoff),
        "recalls": stage_tables.recalls(tradeoff.recognition.results),
        "declared": stage_tables.contrasts(tradeoff, is_declared=True),
        "exploratory": stage_tables.contrasts(tradeoff, is_declared=False),
        "optimism": recognition_tables.optimism(tradeoff),
        "published": recognition_tables.published(tradeoff),
        "networks": recognition_tables.networks(tradeoff),
        "teachers": diagnosis_tables.teachers(tradeoff),
        "soft_labels": diagnosis_tables.soft_labels(tradeoff),
        "fidelity": diagnosis_tables.fidelity(tradeoff),
        "ranks": diagnosis_tables.ranks(tradeoff),
        "humps": diagnosis_tables.humps(tradeoff),
        "peaks": power_tables.peaks(tradeoff.power.results),
        "clocks": power_tables.clocks(tradeoff.power.results),
        "bounds": power_tables.bounds(tradeoff),
        "errors": power_tables.errors(tradeoff),
        "sources": power_tables.sources(tradeoff),
        "components": stage_tables.components(elsewhere, "Average power by component on the other devices"),
        "costs": stage_tables.costs(tradeoff),
        "corpora": about.corpora(tradeoff),
        "settings": about.settings(tradeoff),
        "provenance": about.provenance(tradeoff),
        "manifest": about.manifest(manifest),
    }
