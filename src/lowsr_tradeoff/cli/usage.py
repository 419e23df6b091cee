"""What is wrong with a command line, in words, with the nearest name for one that is misspelt."""

from typing import TYPE_CHECKING

from lowsr_tradeoff.errors import did_you_mean

if TYPE_CHECKING:
    from cyclopts import App, CoercionError, CycloptsError

KINDS = {int: "a whole number", float: "a number", bool: "no value"}


def complaint(error: "CycloptsError", app: "App") -> str:
    """Return what is wrong and what to write, in one line, and where to read more."""
    import cyclopts

    command = " ".join(error.command_chain or ())
    match error:
        case cyclopts.UnknownCommandError() | cyclopts.UnusedCliTokensError() if error.unused_tokens:
            told = _unused(error.unused_tokens, command, app)
        case cyclopts.UnknownOptionError(token=token):
            told = _unknown_option(token.keyword or token.value, command, app)
        case cyclopts.CoercionError(token=token) if token is not None:
            told = _unreadable(error)
        case cyclopts.MissingArgumentError(argument=argument) if argument is not None:
            told = (
                f"{command or 'run'}: {_name(argument.name, is_place=argument.index is not None)} lacks its value"
            )
        case cyclopts.RepeatArgumentError(token=token):
            told = f"{token.keyword}: is given twice; give it once"
        case _:
            told = str(error)
    return f"{told}\nSee lowsr-tradeoff {f'{command} ' if command else ''}--help."


def _name(name: str, *, is_place: bool) -> str:
    return name.lstrip("-").upper() if is_place else name


def _unused(words: list[str], command: str, app: "App") -> str:
    first = words[0]
    if command:
        return f"{command}: {' '.join(words)}: is one value too many"
    if first[:1].isdigit():
        return f"{first}: is one value too many; write a list with commas and without spaces"
    known = [name for name in app if not name.startswith("-")]
    return f"{first}: there is no such command; {did_you_mean(first, known, 'lowsr-tradeoff --help lists all')}"


def _unknown_option(option: str, command: str, app: "App") -> str:
    at = app[command] if command else app
    known = [name for argument in at.assemble_argument_collection() for name in argument.names]
    where = "lowsr-tradeoff --help lists all"
    return f"{option}: there is no such option; {did_you_mean(option, known, where)}"


def _unreadable(error: "CoercionError") -> str:
    token, argument = error.token, error.argument
    assert token is not None
    option = token.keyword or (_name(argument.name, is_place=True) if argument else "")
    if argument and (choices := argument.get_choices(force=True)):
        return f"{option} {token.value}: {did_you_mean(token.value, choices)}"
    wanted = KINDS.get(error.target_type or str, "another value")
    return f"{option} {token.value}: give {wanted}"
