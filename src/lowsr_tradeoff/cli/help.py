"""The text of ``--help``: options in groups, examples, exit codes. Plain, so that it shows at once."""

import inspect
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast, get_args

from lowsr_tradeoff.cli.app import COMPUTE, DATA, DECIDE, MEASURE, OUTPUT

if TYPE_CHECKING:
    from cyclopts import App, Argument, Group

# Where the meanings begin, and the widest that a line gets.
INDENT, WIDEST = 26, 100
# Choices that fit beside the option; more of them are listed below it.
SHORT_CHOICES = 30
ARGUMENTS, OTHERS = "Arguments", "Options"
GROUPS = (ARGUMENTS, DATA, MEASURE, DECIDE, COMPUTE, OTHERS, OUTPUT)
ASKS, EXIT_CODES_TOPIC = ("--help", "-h"), "exit-codes"
EXIT_CODES = {
    0: "done; of gate: a rate passes",
    1: "unforeseen error, with a traceback",
    2: "usage or settings that cannot be used",
    3: "data, a file or a folder that is missing or cannot be used",
    4: "a step failed, and no report could be written",
    5: "the report lacks what rests on steps that failed; the same command tries only those again",
    6: "of gate: no rate passes",
    7: "of compare: runs that cannot be compared",
    8: "of validate-power: a target is missed",
    130: "interrupted; the same command goes on from there",
}
HOW_TO_WRITE = {
    "RATE": "RATE: in Hz, or with k: 500, 1k, 44.1k.",
    "RATES": "RATES: with commas, or a range: 500,1k,2k, 500:8000:octave, 500:2000:250.",
    "SHARE": "SHARE: 0.7 or 70%.",
}


def asked_for(arguments: Sequence[str]) -> bool:
    """Return whether a command line asks for help."""
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return any(word in ASKS for word in before)


def help_text(app: "App", arguments: Sequence[str]) -> str:
    """Return the help of the command that a command line names, or the list of exit codes."""
    words = [word for word in arguments if word not in ASKS]
    if words[:1] == [EXIT_CODES_TOPIC]:
        return "\n".join(["Exit codes", *_rows([(str(code), what) for code, what in EXIT_CODES.items()], 8)])
    chain, apps, _ = app.parse_commands(words)
    command = apps[-1]
    options = [each for each in command.assemble_argument_collection(parse_docstring=True) if each.show]
    text = inspect.getdoc(command.default_command) if chain else app.help
    told = str(text).partition("\n\nArgs:")[0]
    lines = [
        _usage(chain, options),
        "",
        *_paragraphs(told.partition("\n\nExamples:")[0]),
        *([] if chain else ["", "Commands", *_rows(_commands(app), 18)]),
        *_groups(options),
        *_how_to_write(options),
        "",
        "Examples",
        *(f"  {line}" for line in examples(command)),
        *(
            []
            if chain
            else ["", "lowsr-tradeoff COMMAND --help shows a command, --help exit-codes the exit codes."]
        ),
    ]
    return "\n".join(lines)


def examples(command: "App") -> list[str]:
    """Return the command lines of the section ``Examples:`` of a command's docstring."""
    text = inspect.getdoc(command.default_command) or ""
    return re.findall(r"^ +(lowsr-tradeoff .*)$", text.partition("Examples:")[2], re.MULTILINE)


def _usage(chain: Sequence[str], options: Sequence["Argument"]) -> str:
    needed = [f"{each.name} {each.parameter.metavar or 'TEXT'}" for each in options if _is_needed_option(each)]
    places = [_place(each) for each in options if each.index is not None]
    command = " ".join(["lowsr-tradeoff", *(chain or ["[COMMAND]"]), *places, *needed, "[OPTIONS]"])
    return f"Usage: {command}"


def _is_needed_option(option: "Argument") -> bool:
    return option.required and option.index is None


def _place(argument: "Argument") -> str:
    name = argument.name.lstrip("-").upper().replace("-", "_").removesuffix("...")
    many = (
        "..." if argument.field_info.kind == argument.field_info.VAR_POSITIONAL or argument.token_count()[1] else ""
    )
    return f"{name}{many}" if argument.required else f"[{name}{many}]"


def _commands(app: "App") -> list[tuple[str, str]]:
    """The commands with the first sentence of their help."""
    named = ((name, app[name]) for name in app if not name.startswith("-"))
    return [
        *sorted((name, _summary(inspect.getdoc(each.default_command) or "")) for name, each in named),
        ("--install-completion", _summary(inspect.getdoc(app["--install-completion"].default_command) or "")),
    ]


def _summary(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split()).rstrip(".")


def _groups(options: Sequence["Argument"]) -> Iterator[str]:
    """The options under the names of their groups."""
    for group in GROUPS:
        rows = [_row(each) for each in options if _group_of(each) == group]
        if rows:
            yield from ("", group, *_rows(rows, INDENT))


def _group_of(option: "Argument") -> str:
    if option.index is not None:
        return ARGUMENTS
    groups = cast("tuple[Group, ...]", option.parameter.group)
    names = [group.name for group in groups]
    return next((name for name in names if name in GROUPS), OTHERS)


def _row(option: "Argument") -> tuple[str, str]:
    """How an option is written, and what it means."""
    meaning = " ".join((option.parameter.help or "").split())
    if option.index is not None:
        return _place(option).strip("[]"), meaning
    choices = "|".join(option.get_choices() or ())
    written = choices if len(choices) <= SHORT_CHOICES else "NAME"
    below = f" One of {', '.join(choices.split('|'))}." if choices and written != choices else ""
    is_switch = bool in {option.hint, *get_args(option.hint)}
    value = "" if is_switch else written or option.parameter.metavar or "TEXT"
    names = sorted(option.names, key=len) if len(option.names) == 2 and not option.negatives else [option.name]
    return f"{', '.join(names)} {value}".rstrip(), f"{meaning}{below}{_default(option)}{_off(option)}"


def _default(option: "Argument") -> str:
    default = option.field_info.default
    is_told = option.parameter.show_default is False or default in (None, "", False, option.field_info.empty)
    return "" if is_told else f" Default: {default:g}." if isinstance(default, float) else f" Default: {default}."


def _off(option: "Argument") -> str:
    return f" {option.negatives[0]} turns it off." if option.negatives else ""


def _how_to_write(options: Sequence["Argument"]) -> list[str]:
    used = {option.parameter.metavar for option in options}
    lines = [line for metavar, line in HOW_TO_WRITE.items() if metavar in used]
    return ["", *lines] if lines else []


def _rows(rows: Sequence[tuple[str, str]], indent: int) -> Iterator[str]:
    """Names on the left, meanings on the right; a name that is too long has a line of its own."""
    for name, meaning in rows:
        lines = textwrap.wrap(meaning, _width() - indent, break_on_hyphens=False) or [""]
        if len(name) > indent - 4:
            yield f"  {name}"
        else:
            yield f"  {name:{indent - 2}}{lines.pop(0)}".rstrip()
        yield from (" " * indent + line for line in lines)


def _paragraphs(text: str) -> Iterator[str]:
    for i, paragraph in enumerate(text.split("\n\n")):
        yield from ([""] if i else [])
        yield from textwrap.wrap(" ".join(paragraph.split()), _width(), break_on_hyphens=False)


def _width() -> int:
    return min(shutil.get_terminal_size().columns, WIDEST)
