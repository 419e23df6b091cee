"""Markdown pages from templates, and shares as text."""

from importlib.resources import files

import jinja2

from lowsr_tradeoff.files.safe_text import markdown
from lowsr_tradeoff.records.base import Measurement


def render(template: str, **values: object) -> str:
    """Return a page from a template in this folder. It passes every text from outside through ``plain``."""
    environment = jinja2.Environment(  # noqa: S701 - Markdown, not HTML
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"plain": markdown, "percent": percent, "points": points}
    source = (files("lowsr_tradeoff.deploy") / template).read_text(encoding="utf-8")
    return environment.from_string(source).render(values)


def points(difference: Measurement) -> str:
    """Return a difference of shares in points, with its interval.

    >>> points(Measurement(value=-0.012, low=-0.03, high=0.005, n=400, n_of="clips"))
    '-1.2 points (95 % interval -3.0 to +0.5, 400 clips)'
    """
    if difference.value is None or difference.low is None or difference.high is None:
        return f"not measured: {difference.reason}"
    value, low, high = (100 * each for each in (difference.value, difference.low, difference.high))
    return f"{value:+.1f} points (95 % interval {low:+.1f} to {high:+.1f}, {difference.n} {difference.n_of})"


def percent(share: Measurement) -> str:
    """Return a share with its interval and n.

    >>> percent(Measurement(value=0.683, low=0.64, high=0.72, n=400, n_of="clips"))
    '68.3 % (95 % interval 64.0 to 72.0 %, 400 clips)'
    """
    if share.value is None:
        return f"not measured: {share.reason}"
    if share.low is None or share.high is None:
        return f"{100 * share.value:.1f} % ({share.n} {share.n_of})"
    ends = f"{100 * share.low:.1f} to {100 * share.high:.1f} %"
    return f"{100 * share.value:.1f} % (95 % interval {ends}, {share.n} {share.n_of})"
