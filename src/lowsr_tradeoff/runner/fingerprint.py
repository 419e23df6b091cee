"""Code and libraries as a hash, and where they come from: edited code never reuses an old result.

What a function computes with follows from the imports of its module, read from the source text. Rooms that compute
no figures (settings, records, files, runner) end the search, so an edit of a description keeps every result.
"""

import ast
import hashlib
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from pathlib import Path
from typing import NamedTuple

from lowsr_tradeoff.records.run import Provenance
from lowsr_tradeoff.runner.machine import instructions

NAME = "lowsr_tradeoff"
PACKAGE = Path(__file__).parents[1]
CARRIERS = frozenset({"errors", "files", "records", "runner", "settings"})
# Distributions that are imported by another name; what is not here is looked up, which takes a third of a second.
DISTRIBUTIONS = {"PIL": "pillow", "sklearn": "scikit-learn", "whisper": "openai-whisper"}
# Libraries that compute behind one that only wraps them.
BEHIND = {"faster-whisper": ("ctranslate2", "tokenizers")}

# Libraries whose figures depend on the processor's instructions by more than last digits.
IN_INT8 = frozenset({"ctranslate2", "onnxruntime"})


class Imports(NamedTuple):
    """What one module imports: modules of this package by dotted name below it, and distributions."""

    modules: frozenset[str]
    libraries: frozenset[str]


@cache
def code_of(function: str) -> str:
    """Return a hash of all that a function computes with, such as ``"classify.train_step:run"``."""
    parts = [f"{module} {_sha256(module)}" for module in reached(function)]
    libraries = libraries_of([function])
    parts += [f"{name}=={installed}" for name, installed in libraries.items()]
    parts.append(platform.machine() if libraries.keys().isdisjoint(IN_INT8) else instructions())
    text = "\n".join(parts)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@cache
def package_code() -> str:
    """Return a hash of this package's sources and data tables, all of them."""
    digest = hashlib.blake2b(digest_size=16)
    found = (file for kind in ("*.py", "*.toml", "*.csv", "*.json") for file in PACKAGE.rglob(kind))
    for file in sorted(file for file in found if "__pycache__" not in file.parts):
        digest.update(file.relative_to(PACKAGE).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


@cache
def reached(function: str) -> tuple[str, ...]:
    """Return the modules that a function's module reaches by imports, its own among them, in order of name.

    >>> reached("statistics.joint_draws:kept")
    ('statistics', 'statistics.cluster_t', 'statistics.intervals', 'statistics.joint_draws')
    """
    left, found = [function.partition(":")[0]], set[str]()
    while left:
        module = left.pop()
        if module not in found:
            found.add(module)
            left += [each for each in imports_of(module).modules if each.partition(".")[0] not in CARRIERS]
    return tuple(sorted(found))


def libraries_of(functions: Iterable[str]) -> dict[str, str]:
    """Return the versions of the libraries that functions compute with."""
    modules = {module for function in functions for module in reached(function)}
    imported = {library for module in modules for library in imports_of(module).libraries}
    return {name: version_of(name) for name in sorted(imported.union(*(BEHIND.get(name, ()) for name in imported)))}


def declared_versions() -> dict[str, str]:
    """Return the versions of the installed libraries that this package declares, extras too; no code is read."""
    named = {_normal(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in requires(NAME) or ()}
    versions: dict[str, str] = {}
    for name in sorted(named):
        with suppress(PackageNotFoundError):
            versions[name] = version_of(name)
    return versions


@cache
def imports_of(module: str) -> Imports:
    """Return what a module imports, at any depth of its functions; what only type checkers read does not count."""
    modules, libraries = set(_packages_of(module)), set[str]()
    for name, attribute in _imported(ast.parse(_file(module).read_bytes()).body):
        top, _, below = name.partition(".")
        if top == NAME:
            inner = f"{below}.{attribute}".strip(".")
            found = inner if _file(inner).is_file() else below
            modules |= {*_packages_of(found), found} - {""}
        elif top not in sys.stdlib_module_names:
            libraries |= distributions(top)
    return Imports(frozenset(modules), frozenset(libraries))


def provenance(functions: Iterable[str], weights: dict[str, str]) -> Provenance:
    """Return what produced the figures: functions as in :func:`code_of`, SHA-256 of the weights by name."""
    return Provenance(
        version=version("lowsr-tradeoff"),
        code=package_code(),
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        instructions=instructions(),
        libraries=libraries_of(functions),
        weights=weights,
    )


def _imported(body: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """Every module imported and, of ``from MODULE import NAME``, the name."""
    for node in body:
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield from _imported(node.orelse)
            case ast.Import():
                yield from ((alias.name, "") for alias in node.names)
            case ast.ImportFrom():
                yield from ((node.module or "", alias.name) for alias in node.names)
            case ast.stmt() | ast.ExceptHandler() | ast.match_case():  # an expression holds no import
                yield from _imported(ast.iter_child_nodes(node))


def _packages_of(module: str) -> Iterator[str]:
    """The packages that are loaded before a module, the outermost, which loads nothing, left out."""
    names = module.split(".")
    return (".".join(names[:depth]) for depth in range(1, len(names)))


def _file(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _sha256(module: str) -> str:
    return hashlib.sha256(_file(module).read_bytes()).hexdigest()


@cache
def version_of(library: str) -> str:
    """Return the installed version of a distribution."""
    return version(library)


@cache
def distributions(top: str) -> frozenset[str]:
    """Return the distributions that bring a top-level module; most are called like it."""
    name = _normal(DISTRIBUTIONS.get(top, top))
    try:
        version_of(name)
    except PackageNotFoundError:
        return frozenset(map(_normal, packages_distributions().get(top, ())))
    return frozenset({name})


def _normal(library: str) -> str:
    return re.sub(r"[-_.]+", "-", library).lower()
