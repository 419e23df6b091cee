"""The command's name, its help, and the flags that commands share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter, Token

from lowsr_tradeoff import __version__
from lowsr_tradeoff.errors import ConfigError

EXAMPLES = """
Examples:

  lowsr-tradeoff --rates 500,1000,2000,4000

  lowsr-tradeoff --rates 1000,2000 --events my-sounds/ --speech my-speech/ --out my-run

  lowsr-tradeoff --min-accuracy 0.7 --max-word-recovery 0.1 --min-battery-hours 72

Exit codes: 0 done, 1 unforeseen error, 2 usage or settings, 3 missing or unusable data, 4 a step failed,
5 the report lacks what rests on steps that failed (the same command tries only those again),
6 no rate passes the gate, 7 runs that cannot be compared, 8 a target of validate-power is missed,
130 interrupted (the same command goes on from there).
"""

app = App(
    name="lowsr-tradeoff",
    help="At which sampling rate should this microphone run? Measures, at every rate, what is still recognised, "
    "what of speech can still be understood and what it costs in energy, and writes one HTML report.",
    help_epilogue=EXAMPLES,
    help_format="plaintext",  # the formats with markup load for a third of a second
    version=__version__,
    suppress_keyboard_interrupt=False,
)


def _check_jobs(_: object, jobs: int | None) -> None:
    if jobs is not None and jobs < 1:
        raise ConfigError(f"--jobs {jobs}: give 1 or more")


def _folder(_: object, tokens: Sequence[Token]) -> Path:
    if not tokens[0].value:
        raise ConfigError(f"{tokens[0].keyword}: is empty; name a folder, . for this one")
    return Path(tokens[0].value)


Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
Json = Annotated[bool, Parameter("--json", help="Print the result as JSON.", negative=(), show_default=False)]
Quiet = Annotated[bool, Parameter(["--quiet", "-q"], help="No progress.", negative=(), show_default=False)]
Folder = Annotated[Path, Parameter(converter=_folder, n_tokens=1, accepts_keys=False)]
Config = Annotated[Path | None, Parameter(help="Settings of a study in TOML; flags go before the file.")]
Jobs = Annotated[
    int | None,
    Parameter(
        ["--jobs", "-j"],
        help="Processes at once; the number of cores when left out.",
        validator=_check_jobs,
    ),
]
