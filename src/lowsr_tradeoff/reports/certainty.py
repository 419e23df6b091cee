"""Probabilities and what they say of a difference, as text."""

from lowsr_tradeoff.records.classify import Contrast


def support(contrast: Contrast) -> str:
    """Return whether the data support a difference, in words."""
    found = "supported" if contrast.is_supported else "not supported by these data"
    return found if contrast.is_declared else f"{found} (exploratory)"


def chance(p: float) -> str:
    """Return a p-value or probability to two decimals, three below 0.1; never as zero or one.

    >>> chance(0.0421), chance(0.5), chance(0.0001), chance(0.9999)
    ('0.042', '0.50', '< 0.001', '> 0.999')
    """
    if p < 0.001:
        return "< 0.001"
    if 0.999 < p < 1:
        return "> 0.999"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def p_value(p: float) -> str:
    """Return a p-value with its name, as :func:`chance` writes it.

    >>> p_value(0.04), p_value(0.0001)
    ('p = 0.040', 'p < 0.001')
    """
    written = chance(p)
    return f"p {written}" if written[0] in "<>" else f"p = {written}"


def share_of_draws(p: float | None) -> str:
    """Return a probability counted in joint draws, which are too few to tell it from zero or one.

    >>> share_of_draws(0.974), share_of_draws(0.992), share_of_draws(0.0), share_of_draws(None)
    ('0.97', 'over 0.99', 'under 0.01', 'not known')
    """
    if p is None:
        return "not known"
    return "over 0.99" if p > 0.99 else "under 0.01" if p < 0.01 else f"{p:.2f}"


def chances(contrast: Contrast) -> tuple[str, str, str]:
    """Return the probabilities that the first is better, practically equal and worse."""
    better, equivalent, worse = (
        "folds do not differ" if p is None else chance(p)
        for p in (contrast.p_better, contrast.p_equivalent, contrast.p_worse)
    )
    return better, equivalent, worse
