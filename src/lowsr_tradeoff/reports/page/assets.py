"""What pages are made of: their templates, and compressed text in them.

Text from users is escaped and never becomes markup. Compressed text is base64, which cannot end an element; the
page's script unpacks it with ``DecompressionStream`` (https://compression.spec.whatwg.org/).
"""

import base64
import gzip
import json
import re
from functools import cache
from importlib.resources import files

import jinja2

from lowsr_tradeoff.files.safe_text import visible

TEMPLATES = files("lowsr_tradeoff.reports") / "templates"
# The highest takes three times as long for a fifth of a percent.
LEVEL = 6


def read_template(name: str) -> str:
    """Return a file of the templates' folder as it is."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def environment() -> jinja2.Environment:
    """Return what renders the templates; a name that is not given to one is an error.

    Text shows every character; what templates mark as safe is the package's own and stays.
    """
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(read_template),
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def packed(content: str | bytes) -> str:
    """Return text or bytes as base64 of gzip; equal content gives equal letters.

    >>> unpacked(packed("</script>"))
    '</script>'
    """
    plain = content.encode() if isinstance(content, str) else content
    return base64.b64encode(gzip.compress(plain, LEVEL, mtime=0)).decode()


def unpacked(letters: str) -> str:
    """Return the text that :func:`packed` encoded."""
    return gzip.decompress(base64.b64decode(letters)).decode()


def embedded(page: str, name: str) -> str:
    """Return the text that a page holds packed in its element of that id.

    Raises:
        KeyError: There is no such element.
    """
    found = re.search(rf'<script type="text/plain" id="{re.escape(name)}">([\w+/=]*)</script>', page)
    if found is None:
        raise KeyError(name)
    return unpacked(found[1])


def compact_json(value: object) -> str:
    """Return JSON without spaces, keys sorted."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
