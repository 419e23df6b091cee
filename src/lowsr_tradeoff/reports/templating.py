"""The templates of pages: text from users passes through autoescaping and never becomes markup."""

from importlib.resources import files

import jinja2

from lowsr_tradeoff.files.safe_text import visible

TEMPLATES = files("lowsr_tradeoff.reports") / "templates"


def read_template(name: str) -> str:
    """Return a file of the templates' folder as it is."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def environment() -> jinja2.Environment:
    """Return what renders the templates; a name that is not given to one is an error."""
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(read_template),
        autoescape=True,
        finalize=_seen,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _seen(value: object) -> object:
    """Text with every character to be seen; what templates mark as safe is the package's own and stays."""
    return visible(value) if type(value) is str else value
