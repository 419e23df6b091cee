"""Text from others, made safe to show: one function for each kind of output.

Labels, file names, transcripts and messages come from people and files. They must not move a cursor, change the
direction of a line, become a formula or a tag, or break a row. Templates escape HTML.
"""

import base64
import hashlib
import unicodedata

# Control, format (direction marks among them), surrogate, private, unassigned, line and paragraph separators.
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
KEPT = "\n\t"
# What a spreadsheet takes for the beginning of a formula (https://owasp.org/www-community/attacks/CSV_Injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# What Markdown takes for a cell, a tag or code, and what stands for it.
MARKS = str.maketrans("|<>`", "/()'")
LONGEST_LINE, HEAD, TAIL = 2000, 1200, 600


def visible(text: str) -> str:
    r"""Return text with control and invisible characters replaced by their codes.

    >>> visible("a\x1b[31m \u202egnp\n\u00e9")
    'a\\x1b[31m \\u202egnp\né'
    """
    if text.isprintable():
        return text
    return "".join(
        _code(each) if unicodedata.category(each) in UNSEEN and each not in KEPT else each for each in text
    )


def line(text: str) -> str:
    r"""Return text as :func:`visible` does, on one line.

    >>> line("dog\nlowsr-tradeoff: done")
    'dog\\nlowsr-tradeoff: done'
    """
    return visible(text).replace("\n", r"\n").replace("\t", r"\t")


def shortened(text: str) -> str:
    """Return text with the middle of very long lines left out, for messages."""
    return "\n".join(
        each
        if len(each) <= LONGEST_LINE
        else f"{each[:HEAD]} … ({len(each) - HEAD - TAIL} characters) … {each[-TAIL:]}"
        for each in text.split("\n")
    )


def cell(value: object) -> object:
    """Return a value for a table cell: text that a spreadsheet would calculate is marked as text.

    >>> cell("=1+1"), cell(-1.0), cell("dog")
    ("'=1+1", -1.0, 'dog')
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def markdown(text: str) -> str:
    """Return text without what Markdown would read as a cell, a tag, a link, an image or a new line.

    >>> markdown("a | b <i> [x](y)")
    'a / b (i) [x] (y)'
    """
    safe = visible(text).translate(MARKS).replace("](", "] (").replace("]:", "] :")
    return " ".join(safe.split())


def source_of(element: str) -> str:
    """Return how a Content-Security-Policy names one inline element (https://www.w3.org/TR/CSP3/)."""
    digest = hashlib.sha256(element.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _code(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 128 else character.encode("ascii", "backslashreplace").decode()
