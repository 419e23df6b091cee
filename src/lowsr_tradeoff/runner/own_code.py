"""A module of the user's, from the working directory or the environment, hashed with all of theirs that it imports.

Theirs are the modules below the same top-level name, and those that no distribution brought; they enter by their
source, other libraries by their versions.
"""

import ast
import hashlib
import sys
from collections.abc import Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.runner.fingerprint import distributions, version_of

# The code that each module was imported with.
_IMPORTED: dict[str, str] = {}


def code_of_module(module: str) -> str:
    """Return a hash of all that a module of the user's computes with; none of it is run.

    Raises:
        ConfigError: There is no such module.
        SyntaxError: One of the files is no Python.
    """
    files, libraries = _reached(module)
    parts = [f"{name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for name, file in sorted(files.items())]
    parts += [f"{name}=={version_of(name)}" for name in sorted(libraries)]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def imported(module: str) -> ModuleType:
    """Return a module of the user's; one that was edited since it was imported is imported again."""
    code = code_of_module(module)
    if _IMPORTED.get(module, code) != code:
        for name in _reached(module)[0]:
            sys.modules.pop(name, None)
    _IMPORTED[module] = code
    return import_module(module)


def _reached(module: str) -> tuple[dict[str, Path], set[str]]:
    """The user's modules that one reaches, with their files, and the libraries."""
    own, left = module.partition(".")[0], [module]
    files, libraries = dict[str, Path](), set[str]()
    _look_here()
    if _file_of(module) is None:
        raise ConfigError(
            f"no module {module} in {Path.cwd()} or the environment; run where its file lies, or install it"
        )
    while left:
        name = left.pop()
        top = name.partition(".")[0]
        if name in files or (top != own and top in sys.stdlib_module_names):
            continue
        if top != own and (brought := distributions(top)):
            libraries |= brought
        elif file := _file_of(name):
            files[name] = file
            left += [*_imports(name, file), name.rpartition(".")[0] or name]
    return files, libraries


def _look_here() -> None:
    """The working directory comes last, so that no file in it stands in for a library."""
    invalidate_caches()
    if (here := str(Path.cwd())) not in sys.path and "" not in sys.path:
        sys.path.append(here)


def _file_of(module: str) -> Path | None:
    """The source of a module, found without running any; ``None`` where there is none."""
    top, *below = module.split(".")
    # Not by importlib.util.find_spec, which answers of an imported module where it once was.
    spec = next(filter(None, (finder.find_spec(top, None) for finder in sys.meta_path)), None)
    if spec is None:
        return None
    if not below and spec.origin and spec.origin.endswith(".py"):
        return Path(spec.origin)
    folders = [Path(folder).joinpath(*below) for folder in spec.submodule_search_locations or ()]
    files = (file for folder in folders for file in (folder / "__init__.py", folder.with_suffix(".py")))
    return next((file for file in files if file.is_file()), None)


def _imports(module: str, file: Path) -> Iterator[str]:
    """The names of modules that a file may import, at any depth; some are names of what a module holds."""
    package = module.split(".") if file.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(level=0, module=str(name)):
                yield from (name, *(f"{name}.{alias.name}" for alias in node.names))
            case ast.ImportFrom():
                base = [*package[: len(package) - node.level + 1], *filter(None, [node.module])]
                yield from (".".join(base), *(".".join([*base, alias.name]) for alias in node.names))
