"""What damage and malice make of a file: a whole one in, a changed one out, the same for the same draw.

``bytewise`` knows nothing of the format: flipped bits, cuts, repeats, holes, numbers of all widths where headers
are. ``jsonwise`` and ``tomlwise`` parse the file, change one to three places of the tree and write it again: what
comes out is well-formed and wrong.
"""

import json
import tomllib
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

# A tree of JSON, or a key in it.
Tree = Any
Mutate = Callable[[bytes, Random], bytes]

# Where formats keep sizes, counts and rates.
HEADER_BYTES = 400
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF)
NESTED = 100_000
HOSTILE_TEXTS = (
    "",
    "\0",
    "\ufeff",
    "\u202egnp.exe",
    "\x1b]0;owned\x07\x1b[31m",
    "<script>document.title='owned'</script>",
    '=HYPERLINK("http://evil.example")',
    "../../../../etc/passwd",
    "/dev/zero",
    "a" * 10_000,
    "9" * 5_000,
    "line\nline\r\nline",
    "\U0001f600 \u0301\u0301",
)
HOSTILE_TOKENS = (*HOSTILE_TEXTS, '"', "'", '"""', ",", ";", "\t", "[" * NESTED, "{" * NESTED, "1e999", "nan", "-1")


def bytewise(content: bytes, draw: Random) -> bytes:
    """Return the content with one to three changes that know no format."""
    for _ in range(draw.randint(1, 3)):
        content = draw.choice((_flip, _flip_head, _cut, _repeat, _remove, _number, _number, _zero))(content, draw)
    return content


def textwise(content: bytes, draw: Random) -> bytes:
    """Return text with something put into it, or changed as bytes are."""
    if draw.random() < 0.5:
        return bytewise(content, draw)
    at = draw.randint(0, len(content))
    return content[:at] + draw.choice(HOSTILE_TOKENS).encode() + content[at:]


def jsonwise(content: bytes, draw: Random) -> bytes:
    """Return JSON with other values, names or depths in one to three places, or changed as text is."""
    if draw.random() < 0.3:
        return textwise(content, draw)
    return json.dumps(_changed(json.loads(content), draw)).encode()


def tomlwise(content: bytes, draw: Random) -> bytes:
    """Return TOML with other values, names or depths in one to three places, or changed as text is."""
    if draw.random() < 0.4:
        return textwise(content, draw)
    tree = _changed(tomllib.loads(content.decode()), draw)
    tree = tree if isinstance(tree, dict) else {"value": tree}
    return "\n".join(f"{json.dumps(key)} = {_toml(value)}" for key, value in tree.items()).encode()


def _flip(content: bytes, draw: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(min(len(changed), draw.randint(1, 16))):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _flip_head(content: bytes, draw: Random) -> bytes:
    return _flip(content[:HEADER_BYTES], draw) + content[HEADER_BYTES:]


def _cut(content: bytes, draw: Random) -> bytes:
    return content[: draw.randint(0, len(content))]


def _slice(content: bytes, draw: Random) -> tuple[int, int]:
    start = draw.randint(0, len(content))
    return start, min(len(content), start + draw.choice((1, 4, 16, 256, 4096)))


def _repeat(content: bytes, draw: Random) -> bytes:
    start, end = _slice(content, draw)
    return content[:end] + content[start:end] * draw.choice((1, 2, 100)) + content[end:]


def _remove(content: bytes, draw: Random) -> bytes:
    start, end = _slice(content, draw)
    return content[:start] + content[end:]


def _zero(content: bytes, draw: Random) -> bytes:
    start, end = _slice(content, draw)
    return content[:start] + bytes(end - start) + content[end:]


def _number(content: bytes, draw: Random) -> bytes:
    """An extreme of some width, in either order of bytes, where headers are."""
    width = draw.choice((1, 2, 4, 8))
    number = draw.choice(EXTREMES) % (1 << 8 * width)
    at = draw.randint(0, min(len(content), HEADER_BYTES))
    return content[:at] + number.to_bytes(width, draw.choice(("little", "big"))) + content[at + width :]


def _changed(tree: Tree, draw: Random) -> Tree:
    for _ in range(draw.randint(1, 3)):
        places = list(_places(tree))
        if not places:
            return tree
        _change(*draw.choice(places), draw)
    return tree


def _places(tree: Tree) -> Iterator[tuple[Tree, Tree]]:
    """Every container with each of its keys or indices."""
    keys = tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield tree, key
        yield from _places(tree[key])


def _change(within: Tree, key: Tree, draw: Random) -> None:
    act = draw.randrange(5)
    if act == 0:
        within.pop(key)
    elif act == 1 and isinstance(within, dict):
        within[draw.choice(HOSTILE_TEXTS)] = within.pop(key)
    elif act == 2:
        is_group = isinstance(within[key], dict | list)
        within[key] = [within[key]] * draw.choice((0, 1, 2) if is_group else (0, 1, 2, 1000))
    elif act == 3:
        within[key] = draw.choice(list(within.values()) if isinstance(within, dict) else within)
    else:
        within[key] = draw.choice((*HOSTILE_TEXTS, *_numbers(within[key]), True, None, [], {}, {"a": {"b": []}}))


def _numbers(value: object) -> tuple[float, ...]:
    near = (value - 1, value + 1, -value, value * 1000) if isinstance(value, int | float) else ()
    return (*near, 0, -1, 0.5, 1e308, 10**30, float("inf"), float("nan"))


def _toml(value: object) -> str:
    """TOML has no null; what stands for it is no TOML either, as a hand would write it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value).replace("Infinity", "inf").replace("NaN", "nan")
