"""Markdown pages from templates."""

from importlib.resources import files

import jinja2

from lowsr_tradeoff.files.safe_text import markdown
from lowsr_tradeoff.reports.wording import number, percent, points


def render(template: str, **values: object) -> str:
    """Return a page from a template in this folder. It passes every text from outside through ``plain``."""
    environment = jinja2.Environment(  # noqa: S701 - Markdown, not HTML
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {
        "plain": lambda text: markdown(str(text)),
        "percent": percent,
        "points": points,
        "number": number,
    }
    source = (files("lowsr_tradeoff.deploy") / template).read_text(encoding="utf-8")
    return environment.from_string(source).render(values)
