"""Numbers as people write them on a command line: rates with k, shares in per cent."""

import re

from lowsr_tradeoff.errors import ConfigError

RATE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*(k?)(?:hz)?", re.IGNORECASE)
OCTAVE = "octave"
# More rates than this in a range are a slip of the step.
MOST_RATES = 200


def rates(option: str, text: str) -> list[int]:
    """Return rates in Hz from a list with commas, each a rate or a range.

    Raises:
        ConfigError: A part is neither, or no whole number of Hz.

    >>> rates("--rates", "1k, 44.1k"), rates("--rates", "500:8000:octave"), rates("--rates", "500:1500:500")
    ([1000, 44100], [500, 1000, 2000, 4000, 8000], [500, 1000, 1500])
    """
    return [one for part in text.split(",") for one in _range(option, text, part.strip())]


def rate(option: str, text: str) -> int:
    """Return one rate in Hz; raises :class:`ConfigError` for what is none.

    >>> rate("--rate", "1.5 kHz")
    1500
    """
    if not (found := RATE.fullmatch(text.strip())):
        example = "500, 1k or 44.1k in one rate; 500,1k,2k or 500:8000:octave in a list"
        raise ConfigError(f"{option} {text}: is no rate; write {example}")
    # A power of ten of the text, since 44.1 * 1000 is not 44100 in binary.
    thousandths = round(float(found[1]) * (1_000_000 if found[2] else 1000))
    if thousandths % 1000:
        raise ConfigError(f"{option} {text}: give a whole number of Hz, for example {round(thousandths / 1000)}")
    return thousandths // 1000


def share(option: str, text: str) -> float:
    """Return a share of 0 to 1 that is written so or in per cent.

    Raises:
        ConfigError: It is no number, or beyond 0 to 1; the message says which one may be meant.

    >>> share("--min-accuracy", "0.7"), share("--min-accuracy", "70 %")
    (0.7, 0.7)
    """
    written = text.strip().replace(",", ".")
    is_percent = written.endswith("%")
    try:
        value = float(written.removesuffix("%")) / (100 if is_percent else 1)
    except ValueError:
        raise ConfigError(f"{option} {text}: give a share such as 0.7 or 70%") from None
    if 0 <= value <= 1:
        return value
    meant = f"did you mean {value / 100:g} ({value:g} %)?" if 1 < value <= 100 and not is_percent else ""
    raise ConfigError(f"{option} {text}: {meant or 'give a share from 0 to 1, or 0% to 100%'}")


def integer(option: str, text: str) -> int:
    """Return a whole number; raises :class:`ConfigError` for anything else.

    >>> integer("--seed", "3")
    3
    """
    try:
        return int(text)
    except ValueError:
        raise ConfigError(f"{option} {text}: give a whole number") from None


def integers(option: str, text: str) -> list[int]:
    """Return the whole numbers of a list with commas; raises :class:`ConfigError` for anything else.

    >>> integers("--bits", "16, 8")
    [16, 8]
    """
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise ConfigError(f"{option} {text}: give whole numbers with commas, for example 16,8") from error


def _range(option: str, text: str, part: str) -> list[int]:
    """The rates of one part: itself, or from the first to the last in octaves or steps of so many Hz."""
    first, *rest = part.split(":")
    start = rate(option, first)
    if not rest:
        return [start]
    if len(rest) != 2:
        raise ConfigError(f"{option} {text}: write a range as first:last:octave or first:last:step in Hz")
    last, is_octave = rate(option, rest[0]), rest[1].strip().lower() == OCTAVE
    step = 0 if is_octave else rate(option, rest[1])
    if start < 1 or last < start or not (is_octave or (step and (last - start) // step < MOST_RATES)):
        raise ConfigError(f"{option} {text}: a range goes up, from 1 Hz, in at most {MOST_RATES} steps")
    if not is_octave:
        return list(range(start, last + 1, step))
    n_octaves = (last // start).bit_length()
    return [start << octave for octave in range(n_octaves)]
