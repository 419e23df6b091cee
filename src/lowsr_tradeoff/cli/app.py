"""The command's name, and the flags that commands share."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter, Token

from lowsr_tradeoff import __version__
from lowsr_tradeoff.cli import values
from lowsr_tradeoff.errors import ConfigError

# The groups of options in the help, in its order.
DATA, MEASURE, DECIDE, COMPUTE, OUTPUT = (
    "Data",
    "What to measure",
    "Decide",
    "Where to compute",
    "Output",
)

app = App(
    name="lowsr-tradeoff",
    help="At which sampling rate should this microphone run? Measures, at every rate, what is still recognised, "
    "what of speech can still be understood and what it costs in energy, and writes one HTML report.",
    help_format="plaintext",  # the formats with markup load for a third of a second
    version=__version__,
    suppress_keyboard_interrupt=False,
)


def converter(parse: Callable[[str, str], object]) -> Callable[[object, Sequence[Token]], object]:
    """Return what gives a flag's name and text to a function that reads it."""
    return lambda _, tokens: parse(str(tokens[0].keyword), tokens[0].value)


def _jobs(option: str, text: str) -> int:
    jobs = values.integer(option, text)
    if jobs < 1:
        raise ConfigError(f"{option} {text}: give 1 or more")
    return jobs


def _folder(option: str, text: str) -> Path:
    if not text.strip():
        raise ConfigError(f"{option}: is empty; name a folder, . for this one")
    return Path(text)


def _read_by(parse: Callable[[str, str], object], **more: object) -> Parameter:
    return Parameter(converter=converter(parse), n_tokens=1, accepts_keys=False, **more)  # type: ignore[arg-type]


Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
Json = Annotated[
    bool, Parameter("--json", help="Print the result as JSON.", negative=(), show_default=False, group=OUTPUT)
]
Quiet = Annotated[
    bool, Parameter(["--quiet", "-q"], help="No progress.", negative=(), show_default=False, group=OUTPUT)
]
Folder = Annotated[Path, _read_by(_folder, metavar="FOLDER")]
Whole = Annotated[int, _read_by(values.integer, metavar="NUMBER")]
Rate = Annotated[int, _read_by(values.rate, metavar="RATE")]
Share = Annotated[float, _read_by(values.share, metavar="SHARE")]
Config = Annotated[
    Path | None,
    Parameter(help="Settings of a study in TOML; flags override it.", metavar="FILE", group=DATA),
]
Jobs = Annotated[
    int | None,
    _read_by(
        _jobs,
        name=["--jobs", "-j"],
        help="Processes at once; the number of cores when left out.",
        metavar="NUMBER",
        group=COMPUTE,
    ),
]
