"""Text packed into a page: compressed, in letters that cannot end an element, and unpacked by its own script.

Browsers unpack it with ``DecompressionStream`` (https://compression.spec.whatwg.org/).
"""

import base64
import gzip
import json
import re

LEVEL = 6


def packed(content: str | bytes) -> str:
    """Return text or bytes as base64 of gzip; equal content gives equal letters.

    >>> unpacked(packed("</script>"))
    '</script>'
    """
    plain = content.encode() if isinstance(content, str) else content
    return base64.b64encode(gzip.compress(plain, LEVEL, mtime=0)).decode()


def unpacked(letters: str) -> str:
    """Return the text that :func:`packed` made letters of."""
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
