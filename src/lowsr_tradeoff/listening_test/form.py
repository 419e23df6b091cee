"""The form of a listening test: a page that works from a file and cannot send anything.

Its Content-Security-Policy allows one script and one style sheet, by their hashes, and clips beside the page.
"""

from collections.abc import Sequence
from importlib.resources import files

import jinja2

from lowsr_tradeoff.files.safe_text import source_of


def render_form(pack: str, form: int, clips: Sequence[str], contact: str) -> str:
    """Return the page of one form, which counts from 1; its clips are in the order of listening."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    script, style = _read("form.js"), _read("form.css")
    return environment.from_string(_read("form.html.j2")).render(
        pack=pack,
        form=form,
        clips=clips,
        contact=contact,
        script=script,
        style=style,
        policy=f"script-src {source_of(script)}; style-src {source_of(style)}",
    )


def _read(name: str) -> str:
    return (files("lowsr_tradeoff.listening_test") / name).read_text(encoding="utf-8")
